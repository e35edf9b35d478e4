/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what a rule means to what xtables can carry: a multiport match has 15 slots, and a range takes two. */
#ifndef LBGEN_LOWER_H
#define LBGEN_LOWER_H

#include "lbgen/rule.h"

enum { MULTIPORT_SLOTS = 15 /* XT_MULTI_PORTS of linux/netfilter/xt_multiport.h */ };

/* Hands the rule to the sink as one or more rules, their ports cut greedily into pieces that fit; a rule
 * without ports, or with any port, goes as it is, without ports. */
void lower_rule(const struct rule_sink *sink, const struct rule *rule);

#endif
