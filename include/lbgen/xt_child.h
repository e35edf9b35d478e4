/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The child process that has libxtables in it. It has the rules since the fork, so that only answers need to
 * travel: one struct xt_reply for each rule, in order, each followed by its text. */
#ifndef LBGEN_XT_CHILD_H
#define LBGEN_XT_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lbgen/xt.h"

struct xt_reply {
    size_t index; /* of the rule in the batch */
    size_t at, len, head_len, text_len;
    int status;
    bool is_goto, to_chain;
    bool last; /* libxtables has called exit(): the child ends, whatever rules are left */
    char chain[32], target[32];
};

enum { XT_REPLY_TEXT_MAX = 64 * 1024 };

/* How the child ends itself. */
enum { XT_EXIT_DONE = 0, XT_EXIT_NO_MEMORY = 3, XT_EXIT_NO_LIBRARY = 4 };

/* Answers rules[first..n) to the descriptor `to`. Call it straight after fork(), all signals blocked. */
void xt_child(pid_t parent, int family, struct xt_rule *rules, size_t first, size_t n, int to)
    __attribute__((noreturn));

/* Milliseconds without an answer after which the child is ended: 20 s. For tests. */
extern int xt_patience;

#endif
