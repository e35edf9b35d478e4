/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules by combination: each protocol with each destination with each source with each interface. */
#ifndef LBGEN_PRODUCT_H
#define LBGEN_PRODUCT_H

#include "lbgen/rule.h"
#include "lbgen/service.h"

/* A list of prefixes or interfaces of which each makes a rule; `any`: one rule without such a match. */
struct prefix_axis {
    struct prefix_list list;
    bool any;
};
struct interface_axis {
    struct interface_list list;
    bool any;
};

/* Every combination makes a rule, in the order protocol, destination, source, interfaces. Ports go to
 * protocols that have some. Prefixes of the other family make none. */
struct product {
    struct rule base;
    const uint8_t *protocols; /* enum proto; NULL: base.protocol alone */
    uint8_t n_protocols;
    struct prefix_axis dst, src;
    struct interface_axis in, out;
    const struct port_range *ports;
    uint32_t n_ports;
};

/* The axis that makes one rule without such a match. */
extern const struct prefix_axis any_prefix;
extern const struct interface_axis any_interface;

static inline struct prefix_axis each_prefix(struct prefix_list list)
{
    return (struct prefix_axis){.list = list, .any = false};
}

/* Hands every combination to the sink. */
void emit_product(const struct rule_sink *sink, enum family family, const struct product *p);

#endif
