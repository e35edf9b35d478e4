/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule on its way through libxtables: what was read so far, and where we are, for those who refuse. */
#ifndef LBGEN_XT_WALK_H
#define LBGEN_XT_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/buf.h"
#include "lbgen/xt_family.h"
#include "lbgen/xt_words.h"

enum { XT_VRRP = 112 }; /* known by name here also without /etc/protocols */

struct xtables_rule_match;
struct xtables_match;
struct xtables_target;

/* Zero-initialise, set the first three; used again for rule after rule, until the process
 * ends. */
struct xt_walk {
    const struct xt_family *family;
    const char *table, *rule; /* the rule as it was given */
    struct xt_words words;

    /* what the rule says */
    char chain[32], jump[32]; /* jump: the chain or target of -j or -g, "" if there is none */
    bool is_goto;
    bool broken;           /* ... because an extension that is there could not be loaded */
    bool foreign;          /* it was refused because it is the other family's */
    void *entry;           /* struct ipt_entry or ip6t_entry: addresses, interfaces, protocol */
    struct buf extensions; /* struct xt_entry_match after struct xt_entry_match, then struct xt_entry_target,
                              if any */
    size_t matches_size;   /* how much of it are matches */
    bool has_target; /* false: -j names a chain or nothing at all, or is one of ACCEPT, DROP, QUEUE, RETURN */

    /* where we are */
    struct xt_span option, value; /* value: of the option, or the option itself if it has none */

    /* on loan from libxtables until the end of the walk */
    struct xtables_rule_match *matches;
    struct xtables_target *target;
    struct xt_span target_span;
    struct {
        struct {
            struct xtables_match *match;
            struct xt_span span;
        } * at;
        size_t n, cap;
    } places;             /* where each match was named */
    unsigned given;       /* options that may be given only once, a bit each */
    char *protocol;       /* the word behind -p */
    bool protocol_loaded; /* -p tcp --dport: the match was added without -m */
};

/* Gives back what is on loan; the rest stays. */
void xt_walk_end(struct xt_walk *walk);

/* The culprit of a message of libxtables: what it quotes, if that stands in the value; the option if it is
 * about how often or how the option is used; else the value. */
struct xt_span xt_walk_culprit(const struct xt_walk *walk, const char *message);

#endif
