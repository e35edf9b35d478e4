/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/new_file.h"
#include "lbgen/replace_file.h"

enum { TRIES = 100 };

/* Opens the folder of a path without links in it, and splits off the last name. */
static bool open_folder(struct replacement *r, const char *path, struct complaint *why)
{
    char folder[PATH_MAX];

    if (!new_file_split(path, folder, r->target, why))
        return false;
    r->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r->folder < 0)
        return complain(why, 0, 0, "its folder can't be opened: %s", strerror(errno));
    return true;
}

static bool open_temporary(struct replacement *r, struct complaint *why)
{
    for (int i = 0; i < TRIES; i++) {
        snprintf(r->temporary, sizeof r->temporary, ".%.200s.lbgen-%x-%x", r->target, (unsigned)getpid(),
                 (unsigned)i);
        r->fd = new_file_open(r->folder, r->temporary);
        if (r->fd >= 0 || errno != EEXIST)
            break;
    }
    if (r->fd < 0)
        return complain(why, 0, 0, "no new file can be made beside it: %s", strerror(errno));
    return true;
}

static bool take_over(const struct replacement *r, struct complaint *why)
{
    /* A file may be written to that may not be read. */
    int old = openat(r->folder, r->target, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (old < 0 && errno == EACCES)
        old = openat(r->folder, r->target, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (old < 0)
        return complain(why, 0, 0, "can't be looked at: %s", strerror(errno));
    bool good = new_file_inherit(r->fd, old, false, why);
    close(old);
    return good;
}

bool replacement_begin(struct replacement *r, const char *path, struct complaint *why)
{
    struct stat old;
    char resolved[PATH_MAX];
    bool exists = realpath(path, resolved) != NULL;

    *r = (struct replacement){.fd = -1, .folder = -1};
    if (!exists && errno != ENOENT)
        return complain(why, 0, 0, "can't be written: %s", strerror(errno));
    /* A pipe behind /dev/stdout is there, but has no path. */
    bool opens = stat(exists ? resolved : path, &old) == 0;
    if (exists ? !opens || !S_ISREG(old.st_mode) : opens)
        return complain(why, 0, 0, "is no regular file and is not replaced");
    if (!exists && lstat(path, &old) == 0)
        return complain(why, 0, 0, "is a symbolic link that leads nowhere");
    if (!open_folder(r, exists ? resolved : path, why))
        return false;
    if (open_temporary(r, why) && (!exists || take_over(r, why)))
        return true;
    replacement_abandon(r);
    return false;
}

static bool refuse_to_overwrite(struct complaint *why)
{
    return complain(why, 0, 0, "is there already and is not written over: choose another name");
}

bool replacement_begin_fresh(struct replacement *r, const char *path, struct complaint *why)
{
    struct stat old;

    *r = (struct replacement){.fd = -1, .folder = -1, .fresh = true};
    if (lstat(path, &old) == 0)
        return refuse_to_overwrite(why);
    if (open_folder(r, path, why) && open_temporary(r, why))
        return true;
    replacement_abandon(r);
    return false;
}

/* A name that was free at the beginning may be taken by now. Not all file systems can rename without
 * replacing; those that can't have links. */
static int put_in_place(const struct replacement *r)
{
    if (!r->fresh)
        return renameat(r->folder, r->temporary, r->folder, r->target);
    if (renameat2(r->folder, r->temporary, r->folder, r->target, RENAME_NOREPLACE) == 0)
        return 0;
    if ((errno != EINVAL && errno != ENOSYS) || linkat(r->folder, r->temporary, r->folder, r->target, 0) != 0)
        return -1;
    unlinkat(r->folder, r->temporary, 0);
    return 0;
}

bool replacement_commit(struct replacement *r, struct complaint *why)
{
    bool synced = fsync(r->fd) == 0;
    bool good = close(r->fd) == 0 && synced;

    r->fd = -1;
    if (good && put_in_place(r) == 0) {
        r->temporary[0] = '\0';
        if (fsync(r->folder) == 0) {
            replacement_abandon(r);
            return true;
        }
    }
    if (r->fresh && errno == EEXIST)
        refuse_to_overwrite(why);
    else
        complain(why, 0, 0, "can't be written: %s", strerror(errno));
    replacement_abandon(r);
    return false;
}

void replacement_abandon(struct replacement *r)
{
    if (r->fd >= 0)
        close(r->fd);
    if (r->folder >= 0) {
        if (r->temporary[0])
            unlinkat(r->folder, r->temporary, 0);
        close(r->folder);
    }
    r->fd = r->folder = -1;
}
