/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/flow_text.h"
#include "lbgen/packet.h"

static void print_end(struct buf *out, const struct prefix *p, struct port_range ports)
{
    bool brackets = p->family == IPV6 && !ports_is_any(ports);

    buf_str(out, brackets ? "[" : "");
    if (prefix_is_host(p))
        address_print(out, p->family, p->first);
    else
        prefix_print(out, p);
    if (!ports_is_any(ports))
        buf_printf(out, "%s:%u", brackets ? "]" : "", ports.low);
}

void flow_print(struct buf *out, const struct flow *flow)
{
    bool to = flow->dst.len > 0;

    buf_str(out, protocol_word(flow->protocol) ? "" : "protocol ");
    protocol_print(out, flow->protocol);
    buf_str(out, to ? " to " : " from ");
    print_end(out, to ? &flow->dst : &flow->src, to ? flow->dport : flow->sport);
}
