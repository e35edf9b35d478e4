/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/file_version.h"

bool file_version_of(int fd, struct file_version *out, struct complaint *why)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return complain(why, 0, 0, "can't be looked at: %s", strerror(errno));
    if (!S_ISREG(st.st_mode))
        return complain(why, 0, 0, "is no regular file");
    *out = (struct file_version){.exists = true, .dev = st.st_dev, .ino = st.st_ino};
    if (lseek(fd, 0, SEEK_SET) != 0 || !digest_of_file(fd, (uint64_t)st.st_size, &out->digest))
        return complain(why, 0, 0, "can't be read: %s", strerror(errno));
    return true;
}

bool file_version_read(int folder, const char *name, struct file_version *out, struct complaint *why)
{
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    *out = (struct file_version){0};
    if (fd < 0 && errno == ENOENT)
        return true;
    if (fd < 0)
        return complain(why, 0, 0, "can't be read: %s", strerror(errno));
    bool good = file_version_of(fd, out, why);
    close(fd);
    return good;
}

bool file_version_is_at(int folder, const char *name, const struct file_version *v)
{
    struct stat st;

    return v->exists && fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == v->dev &&
           st.st_ino == v->ino;
}
