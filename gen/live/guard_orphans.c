/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lbgen/guard_orphans.h"
#include "lbgen/number.h"

ino_t guard_socket_inode(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

/* Whether a descriptor of the process, of which `folder` is /proc/PID/fd, is called `name`. */
static bool has_open(DIR *folder, const char *name)
{
    struct dirent *entry;
    char found[64];

    while ((entry = readdir(folder))) {
        ssize_t n = readlinkat(dirfd(folder), entry->d_name, found, sizeof found - 1);

        if (n <= 0)
            continue;
        found[n] = '\0';
        if (strcmp(found, name) == 0)
            return true;
    }
    return false;
}

static bool process_has_open(pid_t pid, const char *name)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *folder = opendir(path);
    bool has = folder && has_open(folder, name);

    if (folder)
        closedir(folder);
    return has;
}

/* The number may be another's by now: who is looked at again is the one that is ended. */
static bool end_process(pid_t pid, const char *name)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    bool ended =
        fd >= 0 && process_has_open(pid, name) && syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) == 0;

    if (fd >= 0)
        close(fd);
    return ended;
}

bool guard_end_orphans(ino_t socket)
{
    char name[40];
    struct dirent *entry;
    bool found = false;
    DIR *proc = socket ? opendir("/proc") : NULL;

    if (!proc)
        return false;
    snprintf(name, sizeof name, "socket:[%ju]", (uintmax_t)socket);
    while ((entry = readdir(proc))) {
        uint32_t number;
        pid_t pid = number_parse(entry->d_name, strlen(entry->d_name), &number) ? (pid_t)number : 0;

        if (pid > 0 && pid != getpid() && process_has_open(pid, name))
            found = end_process(pid, name) || found;
    }
    closedir(proc);
    return found;
}
