/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule as a diagram. */
#ifndef LBGEN_RULE_DIAGRAM_H
#define LBGEN_RULE_DIAGRAM_H

#include "lbgen/family.h"
#include "lbgen/outcome.h"
#include "lbgen/rule_set.h"

/* Where the rule stands. */
struct rule_place {
    enum family family;
    enum table table;
    const char *chain;
    uint32_t touched; /* by what, before the packet came, its unknown matches may say something else; 0 */
    size_t times;     /* how many rules with the same unknown words stand before it in the chain */
};

/* `target` for packets that the rule matches, nothing for others. */
dnode rule_diagram_guard(struct outcomes *o, const struct set_rule *rule, const struct rule_place *place,
                         dnode target);

/* What a target that is no jump does. tag: who is said to have done it (a text's number), or 0. */
dnode rule_diagram_target(struct outcomes *o, const struct set_rule *rule, uint32_t tag);

/* The largest value of an axis. */
wide axis_max(enum family family, uint32_t axis);

/* A prefix's first and last address as values of AXIS_DST and AXIS_SRC, and an interface's names as values of
 * AXIS_IN and AXIS_OUT. */
void axis_prefix(const struct prefix *prefix, wide *low, wide *high);
void axis_interface(const struct interface *interface, wide *low, wide *high);

#endif
