/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A /run and a /var/lib of the test's own, empty, in a mount namespace. */
#ifndef LBGEN_TESTS_CHECK_RUN_H
#define LBGEN_TESTS_CHECK_RUN_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "check_util.h"

/* NULL: the test may go on. Else why there is none. */
static const char *run_missing;

static inline bool run_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        close(fd);
    return good;
}

static inline const char *run_enter(void)
{
    char users[64], groups[64];
    uid_t uid = geteuid();
    gid_t gid = getegid();

    if (uid == 0)
        return unshare(CLONE_NEWNS) == 0 ? NULL : "no mount namespace to be had";
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return "no user namespace to be had";
    snprintf(users, sizeof users, "0 %u 1", (unsigned)uid);
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)gid);
    return run_write("/proc/self/setgroups", "deny") && run_write("/proc/self/gid_map", groups) &&
                   run_write("/proc/self/uid_map", users)
               ? NULL
               : "no user can be mapped";
}

/* A checked fixture. Where tests share one process, each mounts over what the one before has left. */
static inline void run_make(void)
{
    static bool entered;

    unsetenv("XTABLES_LOCKFILE");
    if (!entered)
        run_missing = run_enter();
    entered = true;
    if (!run_missing && (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
                         mount("tmpfs", "/run", "tmpfs", 0, "mode=755") != 0 ||
                         mount("tmpfs", "/var/lib", "tmpfs", 0, "mode=755") != 0))
        run_missing = "no file systems to be mounted";
}

/* At the head of a test. */
#define NEEDS_RUN()                                                                                          \
    do {                                                                                                     \
        if (run_missing) {                                                                                   \
            fprintf(stderr, "%s: left out: %s\n", __func__, run_missing);                                    \
            return;                                                                                          \
        }                                                                                                    \
    } while (0)

#endif
