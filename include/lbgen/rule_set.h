/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All tables of one family, as far as they were understood: chains by name, rules in their order, and where
 * jumps lead. */
#ifndef LBGEN_RULE_SET_H
#define LBGEN_RULE_SET_H

#include "lbgen/arena.h"
#include "lbgen/name_index.h"
#include "lbgen/seen_rule.h"
#include "lbgen/table.h"

#define NO_CHAIN UINT32_MAX

struct set_rule {
    const struct seen_rule *rule;
    const char *tag;  /* rule->tag, or what a line above a rule without one says; NULL */
    const char *text; /* the line */
    uint32_t text_len;
    /* The words of matches, or of a target, that were not understood; NULL where all were. Without comments.
     */
    const char *matches, *target;
    bool steady; /* such matches say the same of a packet wherever they are asked */
    /* The chain that it jumps to, or goes to where the action is SEEN_GOTO: action and effect are guesses
     * then. NO_CHAIN: none of that name is there. */
    uint32_t leads_to;
};

struct set_chain {
    const char *name;
    bool declared, drops; /* drops: its policy is DROP */
    struct set_rule *at;
    size_t n, cap;
};

struct set_table {
    struct set_chain *at;
    size_t n, cap;
    struct name_index names;
};

/* rule_set_init first; rule_set_free when done. */
struct rule_set {
    struct set_table of[TABLES];
};

void rule_set_init(struct rule_set *set);

/* The chain's number, which is made where it is not there; the name must last as long as the set. */
uint32_t rule_set_enter(struct rule_set *set, enum table table, const char *chain);

/* Its number, or NO_CHAIN. */
uint32_t rule_set_find(const struct rule_set *set, enum table table, const char *chain);

/* Puts the rule at the end of its chain. */
void rule_set_add(struct rule_set *set, enum table table, const struct set_rule *rule);

/* Finds out where jumps lead; after the last rule. */
void rule_set_link(struct rule_set *set);

void rule_set_free(struct rule_set *set);

#endif
