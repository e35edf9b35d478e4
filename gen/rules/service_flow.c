/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/service_flow.h"

static struct flow open_flow(enum family family)
{
    return (struct flow){
        .src = {.family = (uint8_t)family},
        .dst = {.family = (uint8_t)family},
        .sport = PORTS_ANY,
        .dport = PORTS_ANY,
        .outside = true,
        /* With net.ipv4.vs.conntrack = 0, the default, IPVS takes its packets out of connection tracking:
         * each of them looks new, none is ever ESTABLISHED or RELATED. */
        .states = 1U << STATE_NEW,
    };
}

/* One flow for each protocol and range; `replies`: the ports are the source's. */
static bool each_port(const struct service *s, struct flow flow, bool replies, flow_fn fn, void *ctx)
{
    for (int i = 0; i < s->n_protocols; i++) {
        const struct proto_ops *proto = &proto_ops[s->protocols[i]];

        if (flow.dst.family == IPV6 && !proto->ipv6_matches)
            continue;
        flow.protocol = proto->number;
        flow.sport = flow.dport = PORTS_ANY;
        if (!proto->has_ports && !fn(ctx, &flow))
            return false;
        for (uint32_t p = 0; proto->has_ports && p < s->ports.n; p++) {
            *(replies ? &flow.sport : &flow.dport) = s->ports.at[p];
            if (!fn(ctx, &flow))
                return false;
        }
    }
    return true;
}

static bool each_interface_flow(const struct service *s, struct flow flow, flow_fn fn, void *ctx)
{
    struct interface_list list = service_more(s)->interfaces;

    if (!service_has(s, KEY_INTERFACE))
        return each_port(s, flow, false, fn, ctx);
    for (uint32_t i = 0; i < list.n; i++) {
        flow.in = list.at[i];
        if (!each_port(s, flow, false, fn, ctx))
            return false;
    }
    return true;
}

static bool each_source_flow(const struct service *s, struct flow flow, flow_fn fn, void *ctx)
{
    struct prefix_list list = service_more(s)->sources;

    if (!service_has(s, KEY_SOURCE))
        return each_interface_flow(s, flow, fn, ctx);
    for (uint32_t i = 0; i < list.n; i++) {
        flow.src = list.at[i];
        if (flow.src.family == flow.dst.family && !each_interface_flow(s, flow, fn, ctx))
            return false;
    }
    return true;
}

void each_client_flow(const struct service *s, enum family family, flow_fn fn, void *ctx)
{
    for (uint32_t i = 0; i < s->vips.n; i++) {
        struct flow flow = open_flow(family);

        flow.dst = s->vips.at[i];
        if (flow.dst.family == family && !each_source_flow(s, flow, fn, ctx))
            return;
    }
}

void each_reply_flow(const struct service *s, enum family family, flow_fn fn, void *ctx)
{
    const struct service_more *m = service_more(s);

    for (uint32_t i = 0; i < m->n_real_servers; i++) {
        struct flow flow = open_flow(family);

        flow.src = m->real_servers[i].address;
        if (flow.src.family == family && service_claims(s, family) &&
            real_server_forwarding(s, &m->real_servers[i]) == FORWARDING_NAT &&
            !each_port(s, flow, true, fn, ctx))
            return;
    }
}

void each_forwarded_flow(const struct service *s, enum family family, flow_fn fn, void *ctx)
{
    const struct service_more *m = service_more(s);
    bool go_on = true;

    for (uint32_t i = 0; i < m->n_real_servers && go_on; i++) {
        enum forwarding forwarding = real_server_forwarding(s, &m->real_servers[i]);
        struct flow flow = open_flow(family);

        flow.dst = m->real_servers[i].address;
        int carried = forwarding == FORWARDING_TUN ? service_tunneled(s, family)
                      : service_claims(s, family)  ? (int)family
                                                   : -1;

        if (flow.dst.family != family || carried < 0)
            continue;
        if (forwarding == FORWARDING_NAT) {
            go_on = each_port(s, flow, false, fn, ctx);
        } else if (forwarding == FORWARDING_TUN) {
            flow.protocol = carried == IPV4 ? IP_PROTO_IPIP : IP_PROTO_IPV6;
            go_on = fn(ctx, &flow);
        } else {
            for (uint32_t v = 0; v < s->vips.n && go_on; v++) {
                flow.dst = s->vips.at[v];
                go_on = flow.dst.family != family || each_port(s, flow, false, fn, ctx);
            }
        }
    }
}
