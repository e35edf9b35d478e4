/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/lower.h"

static unsigned slots(struct port_range r)
{
    return r.low == r.high ? 1 : 2;
}

/* The end of the longest piece that begins at `next` and fits. */
static const struct port_range *piece_end(const struct port_range *next, const struct port_range *end)
{
    unsigned used = 0;

    for (; next < end && used + slots(*next) <= MULTIPORT_SLOTS; next++)
        used += slots(*next);
    return next;
}

static void hand_over_pieces(const struct rule_sink *sink, struct rule piece)
{
    const struct port_range *end = piece.ports + piece.n_ports;

    for (const struct port_range *next = piece.ports; next < end; next += piece.n_ports) {
        piece.ports = next;
        piece.n_ports = (uint32_t)(piece_end(next, end) - next);
        sink->rule(sink->ctx, &piece);
    }
}

void lower_rule(const struct rule_sink *sink, const struct rule *rule)
{
    const struct port_range *end = rule->ports + rule->n_ports;

    if (rule->n_ports && ports_is_any(rule->ports[0])) {
        struct rule portless = *rule;

        portless.n_ports = 0;
        sink->rule(sink->ctx, &portless);
    } else if (rule->n_ports && piece_end(rule->ports, end) != end) {
        hand_over_pieces(sink, *rule);
    } else {
        sink->rule(sink->ctx, rule); /* a rule is large to copy, and nearly all go this way */
    }
}
