/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The child process that has libxtables in it. It sends a struct xt_reply for each question, in order, each
 * followed by what the answer is made of. */
#ifndef LBGEN_XT_CHILD_H
#define LBGEN_XT_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lbgen/xt_batch.h"

struct xt_reply {
    size_t index; /* of the question in the batch */
    size_t len;   /* of what follows */
    bool last;    /* libxtables has called exit(): the child ends, whatever questions are left */
};

/* How the child ends itself. */
enum {
    XT_EXIT_DONE = 0,
    XT_EXIT_NO_MEMORY = 3,
    XT_EXIT_NO_LIBRARY = 4,
    XT_EXIT_MUTE = 5 /* its answer can't be sent */
};

/* Answers questions[first..n) to the descriptor `to`. Call it straight after fork(), all signals blocked. */
void xt_child(pid_t parent, const struct xt_work *work, int family, void *questions, size_t first, size_t n,
              int to) __attribute__((noreturn));

#endif
