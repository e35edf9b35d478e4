/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a test's own folder: made, and looked at. */
#ifndef CHECK_FILES_H
#define CHECK_FILES_H

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_folder.h"

static inline void write_file(const char *name, const char *text, mode_t mode)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    MUST(fd >= 0);
    MUST(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    MUST(fchmod(fd, mode) == 0);
    close(fd);
}

/* The beginning of a file; NULL where there is none. Valid until the next call. */
static inline const char *read_file(const char *name)
{
    static char got[200];
    int fd = open(name, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return NULL;
    ssize_t len = read(fd, got, sizeof got - 1);
    MUST(len >= 0);
    got[len] = '\0';
    close(fd);
    return got;
}

static inline void check_file(const char *name, const char *text, mode_t mode)
{
    struct stat st;

    ck_assert_pstr_eq(read_file(name), text);
    ck_assert_int_eq(stat(name, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, mode);
}

/* How many names there are in a folder. */
static inline int count(const char *path)
{
    DIR *d = opendir(path);
    int n = -2;

    MUST(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

#endif
