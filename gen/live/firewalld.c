/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/firewalld.h"
#include "lbgen/number.h"

static const char wanted[] = "firewalld";

/* The beginning of a file, closed with a NUL; its length, 0 where it can't be read. */
static size_t read_start(const char *proc, const char *pid, const char *name, char *to, size_t room)
{
    char path[PATH_MAX];

    to[0] = '\0';
    if (snprintf(path, sizeof path, "%s/%s/%s", proc, pid, name) >= (int)sizeof path)
        return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t got = read(fd, to, room - 1);
    close(fd);
    size_t len = got > 0 ? (size_t)got : 0;
    to[len] = '\0';
    return len;
}

static const char *last_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* `firewalld ...`, or `python3 -s /usr/sbin/firewalld ...`; but not `vi firewalld`. */
static bool is_firewalld_line(const char *line, size_t len)
{
    const char *arg = line, *end = line + len;
    bool python = strncmp(last_of(line), "python", 6) == 0;

    do {
        if (strcmp(last_of(arg), wanted) == 0)
            return true;
        arg += strlen(arg) + 1;
    } while (python && arg < end && (*arg == '-' || strcmp(last_of(arg), wanted) == 0));
    return false;
}

static bool is_firewalld(const char *proc, const char *pid)
{
    char text[4096];

    read_start(proc, pid, "comm", text, sizeof text);
    text[strcspn(text, "\n")] = '\0';
    if (strcmp(text, wanted) == 0)
        return true;
    size_t len = read_start(proc, pid, "cmdline", text, sizeof text);
    return len > 0 && is_firewalld_line(text, len);
}

static bool stat_namespace(const char *proc, const char *pid, struct stat *st)
{
    char path[PATH_MAX];

    return snprintf(path, sizeof path, "%s/%s/ns/net", proc, pid) < (int)sizeof path && stat(path, st) == 0;
}

static enum firewalld_answer judge(const char *proc, const char *pid)
{
    struct stat ours, its;

    if (!is_firewalld(proc, pid))
        return FIREWALLD_NONE;
    if (!stat_namespace(proc, "self", &ours) || !stat_namespace(proc, pid, &its))
        return FIREWALLD_UNKNOWN;
    return ours.st_dev == its.st_dev && ours.st_ino == its.st_ino ? FIREWALLD_RUNS : FIREWALLD_NONE;
}

enum firewalld_answer firewalld_look(const char *proc, uint32_t *pid)
{
    DIR *d = opendir(proc);
    enum firewalld_answer answer = FIREWALLD_NONE;
    bool any = false;

    *pid = 0;
    if (!d)
        return FIREWALLD_UNKNOWN;
    for (struct dirent *e; answer != FIREWALLD_RUNS && (e = readdir(d));) {
        uint32_t number;

        if (!decimal_parse(e->d_name, strlen(e->d_name), &number))
            continue;
        any = true;
        enum firewalld_answer this = judge(proc, e->d_name);
        if (this != FIREWALLD_NONE)
            answer = this, *pid = number;
    }
    closedir(d);
    return any ? answer : FIREWALLD_UNKNOWN;
}
