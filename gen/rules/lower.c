/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/lower.h"

static unsigned slots(struct port_range r)
{
    return r.low == r.high ? 1 : 2;
}

void lower_rule(const struct rule_sink *sink, const struct rule *rule)
{
    struct rule piece = *rule;
    const struct port_range *next = rule->ports, *end = rule->ports + rule->n_ports;

    if (rule->n_ports == 0 || ports_is_any(rule->ports[0])) {
        piece.n_ports = 0;
        sink->rule(sink->ctx, &piece);
        return;
    }
    while (next < end) {
        unsigned used = 0;

        piece.ports = next;
        for (; next < end && used + slots(*next) <= MULTIPORT_SLOTS; next++)
            used += slots(*next);
        piece.n_ports = (uint32_t)(next - piece.ports);
        sink->rule(sink->ctx, &piece);
    }
}
