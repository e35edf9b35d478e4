/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "lbgen/new_file.h"
#include "lbgen/xalloc.h"

enum { NEW_FILE_MODE = 0600 };

bool new_file_split(const char *path, char folder[PATH_MAX], char name[NAME_MAX + 1], struct complaint *why)
{
    const char *slash = strrchr(path, '/');
    const char *last = slash ? slash + 1 : path;
    size_t folder_len = slash ? (size_t)(last - path) : 1, len = strlen(last);

    if (len == 0 || len > NAME_MAX || folder_len >= PATH_MAX || strcmp(last, ".") == 0 ||
        strcmp(last, "..") == 0)
        return complain(why, 0, 0, "is no name for a file");
    memcpy(folder, slash ? path : ".", folder_len);
    folder[folder_len] = '\0';
    memcpy(name, last, len + 1);
    return true;
}

int new_file_open(int folder, const char *name)
{
    return openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, NEW_FILE_MODE);
}

/* Not asked for where it is right already: a sandbox may forbid the very call. */
static int copy_owner(int fd, const struct stat *old)
{
    struct stat ours;

    if (fstat(fd, &ours) != 0)
        return errno;
    if (ours.st_uid == old->st_uid && ours.st_gid == old->st_gid)
        return 0;
    return fchown(fd, old->st_uid, old->st_gid) != 0 ? errno : 0;
}

/* A descriptor of O_PATH has no attributes; the file behind it has. */
static ssize_t read_attribute(int old, const char *name, void *value, size_t room)
{
    char path[40];
    ssize_t size = fgetxattr(old, name, value, room);

    if (size >= 0 || errno != EBADF)
        return size;
    snprintf(path, sizeof path, "/proc/self/fd/%d", old);
    return getxattr(path, name, value, room);
}

/* 0 or an errno value; ENODATA and ENOTSUP where the old file has none. */
static int copy_attribute(int fd, int old, const char *name)
{
    ssize_t size = read_attribute(old, name, NULL, 0);

    if (size < 0)
        return errno;
    char *value = xmalloc((size_t)size);
    size = read_attribute(old, name, value, (size_t)size);
    int error = size < 0 || fsetxattr(fd, name, value, (size_t)size, 0) != 0 ? errno : 0;
    free(value);
    return error;
}

/* Behind an access list the mode's group bits are the list's mask: without the list the group would have
 * them. And where the folder gives every new file a list, one that had none must not get it. */
static int copy_access_list(int fd, int old)
{
    static const char name[] = "system.posix_acl_access";
    int error = copy_attribute(fd, old, name);

    if (error == ENODATA)
        error = fremovexattr(fd, name) != 0 ? errno : 0;
    return error == ENODATA || error == ENOTSUP ? 0 : error;
}

static int copy_label(int fd, int old)
{
    int error = copy_attribute(fd, old, "security.selinux");

    return error == ENODATA || error == ENOTSUP ? 0 : error;
}

static bool good_enough(int error, bool strict)
{
    return error == 0 || (error == EPERM && !strict);
}

bool new_file_inherit(int fd, int old, bool strict, struct complaint *why)
{
    struct stat st;

    if (fstat(old, &st) != 0)
        return complain(why, 0, 0, "can't be looked at: %s", strerror(errno));
    /* The owner before the mode: chown clears bits. */
    int error = copy_owner(fd, &st);
    if (!good_enough(error, strict))
        return complain(why, 0, 0, "its owner can't be kept: %s", strerror(error));
    error = copy_access_list(fd, old);
    if (error)
        return complain(why, 0, 0, "its access list can't be kept: %s", strerror(error));
    if (fchmod(fd, st.st_mode & 07777) != 0)
        return complain(why, 0, 0, "its mode can't be kept: %s", strerror(errno));
    error = copy_label(fd, old);
    if (!good_enough(error, strict))
        return complain(why, 0, 0, "its security label can't be kept: %s", strerror(error));
    return true;
}
