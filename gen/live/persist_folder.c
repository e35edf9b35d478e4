/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/new_file.h"
#include "lbgen/persist_folder.h"

enum { FOLDER_MODE = 0755, LONGEST_AFFIX = sizeof "..lbgen-keep" - 1 };

static int open_folder(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool persist_folder_is_safe(int fd, struct complaint *why)
{
    struct statx st;

    if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st) != 0)
        return complain(why, 0, 0, "its folder can't be looked at: %s", strerror(errno));
    if (st.stx_uid != 0 && st.stx_uid != geteuid())
        return complain(
            why, 0, 0,
            "its folder belongs to somebody else, who may change what lies there: chown it to root");
    if (st.stx_mode & (S_IWGRP | S_IWOTH))
        return complain(why, 0, 0, "its folder may be written to by others (mode %04o): chmod go-w it",
                        st.stx_mode & 07777U);
    /* A new file could be made there, but not renamed. */
    if (st.stx_attributes & STATX_ATTR_APPEND)
        return complain(why, 0, 0, "its folder is append-only (chattr -a)");
    return true;
}

/* The name of a folder is as durable as the folder it stands in. */
static bool sync_parent(int folder)
{
    int parent = openat(folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (parent < 0)
        return false;
    bool synced = fsync(parent) == 0;
    close(parent);
    return synced;
}

static bool open_or_make(struct persist_file *p, const char *path, struct complaint *why)
{
    p->folder = open_folder(path);
    if (p->folder < 0 && errno == ENOENT) {
        if (mkdir(path, FOLDER_MODE) != 0)
            return complain(why, 0, 0, "its folder can't be made: %s", strerror(errno));
        p->made_folder = true;
        p->folder = open_folder(path);
    }
    if (p->folder < 0)
        return complain(why, 0, 0, "its folder can't be opened: %s", strerror(errno));
    /* The mode whatever the umask is. */
    if (p->made_folder && (fchmod(p->folder, FOLDER_MODE) != 0 || !sync_parent(p->folder)))
        return complain(why, 0, 0, "its folder can't be made: %s", strerror(errno));
    return true;
}

bool persist_folder_open(struct persist_file *p, const char *path, struct complaint *why)
{
    char folder[PATH_MAX];

    p->folder = -1;
    p->made_folder = false;
    if (!new_file_split(path, folder, p->name, why))
        return false;
    if (strlen(p->name) > NAME_MAX - LONGEST_AFFIX)
        return complain(why, 0, 0, "has too long a name: at most %d bytes", NAME_MAX - LONGEST_AFFIX);
    bool good = open_or_make(p, folder, why);
    if (good && !realpath(folder, p->folder_path))
        good = complain(why, 0, 0, "its folder has no path: %s", strerror(errno));
    if (good && persist_folder_is_safe(p->folder, why))
        return true;
    if (p->made_folder)
        rmdir(folder);
    persist_close(p);
    return false;
}

bool persist_folder_reopen(struct persist_file *p)
{
    if (p->folder < 0)
        p->folder = open_folder(p->folder_path);
    return p->folder >= 0;
}

void persist_folder_drop(struct persist_file *p)
{
    if (p->made_folder && rmdir(p->folder_path) == 0) {
        p->made_folder = false;
        sync_parent(p->folder);
    }
    persist_close(p);
}
