/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Batches of questions to libxtables: a child process has it in itself, since it has process-wide state,
 * exits its caller and can't do both families in one process. The child has the questions since the fork, so
 * that only replies need to travel. */
#ifndef LBGEN_XT_BATCH_H
#define LBGEN_XT_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/buf.h"
#include "lbgen/xt_family.h"
#include "lbgen/xt_library.h"

/* A kind of questions. `questions` is the caller's array of them. */
struct xt_work {
    enum xt_revisions revisions;

    /* In the child: adds the reply to question i to *reply, up to XT_REPLY_MAX bytes. */
    void (*answer)(const struct xt_family *family, void *questions, size_t i, struct buf *reply);
    /* The same for the question that `answer` was at when libxtables called exit() in it. */
    void (*answer_ended)(void *questions, size_t i, struct buf *reply);

    /* In the caller: false when this can't be a reply to question i. */
    bool (*take)(void *questions, size_t i, const char *reply, size_t len);
    /* libxtables crashed at question i, `why` says how. */
    void (*take_crash)(void *questions, size_t i, const char *why);
    /* For messages. */
    const char *(*name)(const void *questions, size_t i);
};

enum { XT_REPLY_MAX = 65 * 1024 };

/* Has all questions answered, one after the other. family is 4 or 6. Returns 0, or an errno value when the
 * child could not be started, was killed, ran out of memory, or gave no answer for 20 s (a text for the user
 * in *why, malloc'd, else NULL); then some questions may have been answered. A question at which libxtables
 * crashes or exits has that as its answer, and another child goes on with the rest.
 *
 * The child is reaped before this returns. It inherits the caller's descriptors but no exit handlers, writes
 * nothing to the terminal, and is gone as soon as the caller is. */
int xt_ask(const struct xt_work *work, int family, void *questions, size_t n, char **why);

/* Milliseconds without an answer after which the child is ended: 20 s. For tests. */
extern int xt_patience;

#endif
