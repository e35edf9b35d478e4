/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's routing rules (`ip rule`) that ask for a mark. */
#ifndef LBGEN_ROUTING_RULES_H
#define LBGEN_ROUTING_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/complaint.h"
#include "lbgen/family.h"

struct routing_rule {
    uint32_t priority, mark, mask;
    bool inverted; /* `ip rule add not ...`: it is about all that does not fit */
};

/* Zero-initialise; free(rules->at) when done. */
struct routing_rules {
    struct routing_rule *at;
    size_t n, cap;
};

/* Adds the family's rules of this network namespace that have a mark. */
bool routing_rules_read(enum family family, struct routing_rules *rules, struct complaint *why);

#endif
