/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what the user wants to rules: the order of tables, chains and rules is decided here and nowhere else.
 */
#ifndef LBGEN_COMPILE_H
#define LBGEN_COMPILE_H

#include "lbgen/config.h"
#include "lbgen/rule.h"

/* A host's own rule of one family, in form. */
struct formed_rule {
    enum table table;
    const char *chain, *jump; /* the chain it is in, and the user chain it leads to ("" when none) */
    const char *text;
    size_t head_len; /* rule.h */
    size_t number;   /* in config->rules */
};

struct formed_rules {
    struct formed_rule *at; /* in the order of the input */
    size_t n, cap;
};

/* Hands the family's whole rule set to the sink. Ports are not cut yet (lower.h). Nothing is kept. */
void compile(const struct config *config, const struct formed_rules *host, enum family family,
             const struct rule_sink *sink);

/* Whether the input gives a built-in chain a policy. */
bool config_gives_policy(const struct config *config, enum family family, enum table table, enum hook hook);

/* The policy that the input gives it: true for DROP. */
bool config_policy_drops(const struct config *config, enum family family, enum table table, enum hook hook);

#endif
