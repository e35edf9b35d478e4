/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard: a small process that undoes a change when the command that makes it dies, or when nobody
 * confirms it.
 *
 * It is forked before the input is read, so that it stays small; it is locked in memory, lives in a session
 * of its own, and hears no HUP, INT or TERM. Before the first kernel write it is armed with the plan and
 * holds lbgen's own lock from then on. If the command goes away without a word, it ends what that has started
 * (stopped or not) and undoes the change at once; while a confirmation is pending, at the deadline
 * (CLOCK_BOOTTIME). `lbgen --confirmed` reaches it by a socket in /run/lbgen. */
#ifndef LBGEN_GUARD_H
#define LBGEN_GUARD_H

#include <sys/types.h>

#include "lbgen/plan.h"

#define GUARD_SOCKET_PATH "/run/lbgen/confirm"

struct guard {
    pid_t pid;            /* 0: none */
    int fd;               /* readable when it has something to say */
    long long stopped_at; /* guard_is_stopped's own */
};

enum guard_word {
    GUARD_READY,
    GUARD_CONFIRMED,   /* the files are in place */
    GUARD_NOT_SAVED,   /* confirmed, but the files are not in place: the reason */
    GUARD_UNDONE,      /* a reason to mention, or "" */
    GUARD_UNDO_FAILED, /* the reason */
    GUARD_REFUSED,     /* it can't do what was asked: the reason */
    GUARD_GONE         /* it has died; nothing is watched any more */
};

enum guard_order {
    GUARD_HOLD = 'h',    /* with seconds: a confirmation is pending from now on */
    GUARD_CONFIRM = 'c', /* put the files into place */
    GUARD_UNDO = 'u'     /* undo at once */
};

/* Starts it. Call it while the process is small. */
bool guard_start(struct guard *g, struct complaint *why);

/* Gives it the plan and lbgen's own lock. False: it is not ready, nothing may be changed. */
bool guard_arm(struct guard *g, const struct plan *plan, int own_lock, struct complaint *why);

/* Sends an order and waits for the answer (`seconds` is for GUARD_HOLD). */
enum guard_word guard_order(struct guard *g, enum guard_order order, unsigned seconds, struct complaint *why);

/* Waits for its word: what --confirmed or the deadline have led to. */
enum guard_word guard_listen(struct guard *g, struct complaint *why);

/* Whether somebody has stopped it (SIGSTOP) for seconds now; then it is ended here, and nothing is watched
 * any more. To be asked about once a second while one waits for its word; the functions here that wait do it.
 */
bool guard_is_stopped(struct guard *g);

/* All is done, or nothing was: it ends and is waited for. GUARD_READY; or GUARD_UNDONE, GUARD_UNDO_FAILED
 * where it took the command for dead before it heard this. Fine without a guard. */
enum guard_word guard_dismiss(struct guard *g);

/* The command can't go on: its line is closed without a word, as if it had died, and the guard is waited for
 * (to the deadline, where a confirmation is pending). GUARD_UNDONE, GUARD_UNDO_FAILED; GUARD_READY where
 * there was nothing to undo, or where it was confirmed; GUARD_GONE when nobody undoes. Needs no memory. */
enum guard_word guard_leave(struct guard *g);

/* For another process, such as lbgen --confirmed. GUARD_GONE: no confirmation is pending. */
enum guard_word guard_confirm_pending(struct complaint *why);

/* Whether a confirmation is pending, and for how many more seconds. */
bool guard_is_pending(unsigned *seconds);

#endif
