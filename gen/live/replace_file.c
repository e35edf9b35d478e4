/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/replace_file.h"

enum { NEW_FILE_MODE = 0600, TRIES = 100 };

/* Opens the folder of a path without links in it, and splits off the last name. */
static bool open_folder(struct replacement *r, const char *path, struct complaint *why)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char folder[PATH_MAX];

    size_t folder_len = slash ? (size_t)(slash - path) + 1 : 1, name_len = strlen(name);
    if (name_len == 0 || name_len >= sizeof r->target || folder_len >= sizeof folder)
        return complain(why, 0, 0, "is no name for a file");
    memcpy(folder, slash ? path : ".", folder_len);
    folder[folder_len] = '\0';
    memcpy(r->target, name, name_len + 1);
    r->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return r->folder >= 0 || complain(why, 0, 0, "its folder can't be opened: %s", strerror(errno));
}

static bool open_temporary(struct replacement *r, struct complaint *why)
{
    for (int i = 0; i < TRIES; i++) {
        snprintf(r->temporary, sizeof r->temporary, ".%.200s.lbgen-%x-%x", r->target, (unsigned)getpid(),
                 (unsigned)i);
        r->fd = openat(r->folder, r->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       NEW_FILE_MODE);
        if (r->fd >= 0 || errno != EEXIST)
            break;
    }
    return r->fd >= 0 || complain(why, 0, 0, "no new file can be made beside it: %s", strerror(errno));
}

static bool take_over(const struct replacement *r, const struct stat *old, struct complaint *why)
{
    /* Only root can give a file away; for others the new owner is the right one. Before the mode: chown
     * clears bits. */
    if (fchown(r->fd, old->st_uid, old->st_gid) != 0 && errno != EPERM)
        return complain(why, 0, 0, "its owner can't be kept: %s", strerror(errno));
    if (fchmod(r->fd, old->st_mode & 07777) != 0)
        return complain(why, 0, 0, "its mode can't be kept: %s", strerror(errno));
    return true;
}

bool replacement_begin(struct replacement *r, const char *path, struct complaint *why)
{
    struct stat old;
    char resolved[PATH_MAX];
    bool exists = realpath(path, resolved) != NULL;

    *r = (struct replacement){.fd = -1, .folder = -1};
    if (!exists && errno != ENOENT)
        return complain(why, 0, 0, "can't be written: %s", strerror(errno));
    if (!exists && lstat(path, &old) == 0)
        return complain(why, 0, 0, "is a symbolic link that leads nowhere");
    if (exists && (stat(resolved, &old) != 0 || !S_ISREG(old.st_mode)))
        return complain(why, 0, 0, "is no regular file and is not replaced");
    if (!open_folder(r, exists ? resolved : path, why))
        return false;
    if (open_temporary(r, why) && (!exists || take_over(r, &old, why)))
        return true;
    replacement_abandon(r);
    return false;
}

bool replacement_commit(struct replacement *r, struct complaint *why)
{
    bool synced = fsync(r->fd) == 0;
    bool good = close(r->fd) == 0 && synced;

    r->fd = -1;
    if (good && renameat(r->folder, r->temporary, r->folder, r->target) == 0) {
        r->temporary[0] = '\0';
        if (fsync(r->folder) == 0) {
            replacement_abandon(r);
            return true;
        }
    }
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
