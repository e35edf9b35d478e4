/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door to libxtables: rule text in, the same rule in iptables-save's own form out, or a reason with its
 * place.
 *
 * libxtables has process-wide state, exits its caller and can't do both families in one process; so each
 * family's rules are given in one batch to a child of their own. No child is started for an empty batch. No
 * libxtables type is seen outside gen/xt/. Needs no privilege and no kernel support: revisions are chosen by
 * the library alone, so that the same input gives the same text on every kernel. */
#ifndef LBGEN_XT_H
#define LBGEN_XT_H

#include <stdbool.h>
#include <stddef.h>

enum xt_status {
    XT_OK,        /* .text is the rule in iptables-save's form: "-A INPUT -i lo -j ACCEPT" */
    XT_FOREIGN,   /* the rule is good but not for this family: one of its addresses is of the other one */
    XT_AS_WRITTEN /* can't be parsed here (-m set): .text is the rule as written, blanks between words made
                     single */
    ,
    XT_REFUSED /* .text says why; .at and .len are the culprit in the rule that was given (len 0: the whole
                  rule) */
};

struct xt_rule {
    /* in */
    const char *table; /* "filter" and so on, for what a target allows */
    const char *rule;  /* "-A CHAIN ...", NUL-terminated, no control bytes but tab */

    /* out */
    enum xt_status status;
    char *text;      /* malloc'd; the caller frees it with xt_free_answers */
    size_t at, len;  /* XT_REFUSED: the culprit in `rule`, in bytes */
    size_t head_len; /* XT_OK, XT_AS_WRITTEN: length of the part of .text before the first match (-m) or,
                      * without a match, before the target: the place where a comment match can be inserted */
    char chain[32];  /* the chain that -A names */
    char target[32]; /* the chain or target of -j or -g; "" when there is none */
    bool is_goto;    /* -g */
    bool to_chain;   /* .target is no extension and no verdict: it can only be a user chain */
};

/* Answers every rule of the batch, in place. family is 4 or 6. Returns 0, or an errno value when the child
 * could not be started or died (a text for the user in *why, malloc'd, the caller frees it); then no answer
 * is filled. */
int xt_canonical(int family, struct xt_rule *rules, size_t n, char **why);

/* Frees what xt_canonical put into the batch. */
void xt_free_answers(struct xt_rule *rules, size_t n);

#endif
