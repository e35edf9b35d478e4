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
    /* .text is the rule in iptables-save's form: "-A INPUT -i lo -j ACCEPT". Reading it again gives the same
     * text, and iptables-restore can read it. */
    XT_OK,
    /* The rule is not for this family: its addresses, or a -4 or -6, are of the other one. .text says so. A
     * rule of both families at once is refused. */
    XT_FOREIGN,
    /* The rule has -m set or -j SET, which can't be read without the set: .text is the rule as written, with
     * single blanks and "-A CHAIN" in front. Its matches and targets were not checked beyond their form. */
    XT_AS_WRITTEN,
    /* .text says why, in one line without a full stop; .at and .len are the culprit in the rule that was
     * given (len 0: the whole rule). */
    XT_REFUSED,
    /* The same, but it is not the rule's fault: libxtables crashed at it, or could not load an extension that
     * is there. It says nothing about whether the rule is good. */
    XT_FAILED
};

struct xt_rule {
    /* in */
    const char *table; /* "filter" and so on: some extensions may stand in some tables only */
    const char *rule;  /* "-A CHAIN ...", NUL-terminated; any bytes */

    /* out */
    enum xt_status status;
    char *text;     /* malloc'd; the caller frees it with xt_free_answers */
    size_t at, len; /* XT_REFUSED, XT_FAILED: the culprit in `rule`, in bytes */
    /* The rest for XT_OK and XT_AS_WRITTEN alone. */
    size_t head_len; /* length of the part of .text before the first match (-m) or, without a match, before
                      * the target (or the end): the place where a comment match can be inserted */
    char chain[32];  /* the chain that -A names */
    char target[32]; /* the chain or target of -j or -g; "" when there is none */
    bool is_goto;    /* -g */
    bool to_chain;   /* .target is no extension and no verdict: it can only be a user chain */
};

/* Answers every rule of the batch, in place. family is 4 or 6. Returns 0, or an errno value when the child
 * could not be started, was killed, ran out of memory, or gave no answer for 20 s (a text for the user in
 * *why, malloc'd, the caller frees it); then no answer is filled. A rule at which libxtables crashes or exits
 * is refused, and another child goes on with the rest.
 *
 * The child is reaped before this returns. It inherits the caller's descriptors but no exit handlers, writes
 * nothing to the terminal, and is gone as soon as the caller is. */
int xt_canonical(int family, struct xt_rule *rules, size_t n, char **why);

/* Frees what xt_canonical put into the batch. */
void xt_free_answers(struct xt_rule *rules, size_t n);

#endif
