/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/flow_text.h"
#include "lbgen/proto.h"

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

static void print_protocol(struct buf *out, uint8_t number)
{
    for (int i = 0; i < PROTOS; i++)
        if (proto_ops[i].number == number) {
            buf_str(out, proto_ops[i].name);
            return;
        }
    if (number == IP_PROTO_VRRP)
        buf_str(out, "vrrp");
    else
        buf_printf(out, "protocol %u", number);
}

void flow_print(struct buf *out, const struct flow *flow)
{
    bool to = flow->dst.len > 0;

    print_protocol(out, flow->protocol);
    buf_str(out, to ? " to " : " from ");
    print_end(out, to ? &flow->dst : &flow->src, to ? flow->dport : flow->sport);
}
