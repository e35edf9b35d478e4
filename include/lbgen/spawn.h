/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs another program and waits for it: no shell, nothing of the user's environment, every wait limited. */
#ifndef LBGEN_SPAWN_H
#define LBGEN_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lbgen/buf.h"
#include "lbgen/complaint.h"

enum { SPAWN_ARGUMENTS_MAX = 15 };

struct spawn {
    const char *argv[SPAWN_ARGUMENTS_MAX + 1]; /* NULL-terminated; argv[0] is a program's name without `/` */
    const char *in;                            /* for its standard input; may be NULL when in_len is 0 */
    size_t in_len;
    int seconds;         /* after which it is ended; 0: SPAWN_SECONDS */
    int idle;            /* after so many without printing or working it is ended; 0: SPAWN_IDLE_SECONDS */
    size_t max;          /* bytes of each output, more is a failure; 0: SPAWN_OUTPUT_MAX */
    struct buf out, err; /* what it printed; freed by spawn_free */
    int status;          /* what it exited with */
};

enum { SPAWN_SECONDS = 120, SPAWN_IDLE_SECONDS = 30 };
#define SPAWN_OUTPUT_MAX ((size_t)1 << 30)

enum spawn_result {
    SPAWN_EXITED,    /* by itself: look at status */
    SPAWN_NOT_FOUND, /* in none of the folders there is such a program */
    SPAWN_FAILED     /* not started, killed, out of time, or it printed too much */
};

/* Looks for the program in the system's folders (PATH does not count) and runs it: in the folder / , with
 * LC_ALL=C, a PATH of these folders and, where it is set, XTABLES_LOCKFILE; all signals default and
 * unblocked; no descriptors but its three, and the one of spawn_hold. When it returns, the program is gone
 * and waited for, by SIGKILL if need be; only where the kernel holds even that back for a minute it is left,
 * and the reason says so. */
enum spawn_result spawn_run(struct spawn *s, struct complaint *why);

/* Programs that are started from now on keep this descriptor open, as their 3, as long as they live: whoever
 * reads at its other end sees it closed when this process and all of them are gone. -1: none. */
void spawn_hold(int fd);

/* Waits for the end of a child of this process, whatever interrupts that: its status as waitpid has it, 0
 * where it is none. May be called in a signal handler. */
int spawn_wait(pid_t pid);

/* Whether there is such a program. */
bool spawn_finds(const char *program);

void spawn_free(struct spawn *s);

#endif
