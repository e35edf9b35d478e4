/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/product.h"

const struct prefix_axis any_prefix = {.any = true};
const struct interface_axis any_interface = {.any = true};

static void emit_interfaces(const struct rule_sink *sink, const struct product *p, struct rule *rule)
{
    for (uint32_t i = 0; i < (p->in.any ? 1 : p->in.list.n); i++)
        for (uint32_t o = 0; o < (p->out.any ? 1 : p->out.list.n); o++) {
            rule->in = p->in.any ? NULL : &p->in.list.at[i];
            rule->out = p->out.any ? NULL : &p->out.list.at[o];
            sink->rule(sink->ctx, rule);
        }
}

static void emit_addresses(const struct rule_sink *sink, enum family family, const struct product *p,
                           struct rule *rule)
{
    for (uint32_t d = 0; d < (p->dst.any ? 1 : p->dst.list.n); d++) {
        rule->dst = p->dst.any ? NULL : &p->dst.list.at[d];
        if (rule->dst && rule->dst->family != family)
            continue;
        for (uint32_t s = 0; s < (p->src.any ? 1 : p->src.list.n); s++) {
            rule->src = p->src.any ? NULL : &p->src.list.at[s];
            if (!rule->src || rule->src->family == family)
                emit_interfaces(sink, p, rule);
        }
    }
}

void emit_product(const struct rule_sink *sink, enum family family, const struct product *p)
{
    struct rule rule = p->base;

    if (!p->protocols) {
        emit_addresses(sink, family, p, &rule);
        return;
    }
    for (int i = 0; i < p->n_protocols; i++) {
        const struct proto_ops *proto = &proto_ops[p->protocols[i]];

        if (family == IPV6 && !proto->ipv6_matches)
            continue;
        rule.protocol = proto->name;
        rule.port_match = proto->port_match;
        rule.ports = proto->has_ports ? p->ports : NULL;
        rule.n_ports = proto->has_ports ? p->n_ports : 0;
        emit_addresses(sink, family, p, &rule);
    }
}
