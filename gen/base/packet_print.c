/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/packet.h"
#include "lbgen/proto.h"

static const char *const states[PACKET_STATES] = {"NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"};

const char *protocol_word(uint8_t protocol)
{
    for (int p = 0; p < PROTOS; p++)
        if (proto_ops[p].number == protocol)
            return proto_ops[p].name;
    switch (protocol) {
    case IP_PROTO_ICMP: return "icmp";
    case IP_PROTO_ICMPV6: return "icmpv6";
    case IP_PROTO_VRRP: return "vrrp";
    default: return NULL;
    }
}

void protocol_print(struct buf *out, uint8_t protocol)
{
    const char *word = protocol_word(protocol);

    if (word)
        buf_str(out, word);
    else
        buf_dec(out, protocol);
}

void packet_print_state(struct buf *out, enum packet_state state)
{
    buf_str(out, states[state]);
}

static void print_endpoint(struct buf *out, const struct prefix *address, uint16_t port)
{
    bool brackets = port && address->family == IPV6;

    if (brackets)
        buf_char(out, '[');
    address_print(out, (enum family)address->family, address->first);
    if (brackets)
        buf_char(out, ']');
    if (port)
        buf_printf(out, ":%u", port);
}

void packet_print(struct buf *out, const struct packet *p)
{
    protocol_print(out, p->protocol);
    if (p->icmp_type_given)
        buf_printf(out, "/%u", p->icmp_type);
    buf_char(out, ' ');
    print_endpoint(out, &p->src, p->sport);
    buf_char(out, ' ');
    print_endpoint(out, &p->dst, p->dport);
    if (p->in.name[0])
        buf_printf(out, " %s", p->in.name);
    if (p->mac_given) {
        buf_str(out, " mac=");
        mac_print(out, &p->mac);
    }
    if (p->state_given) {
        buf_str(out, " state=");
        packet_print_state(out, p->state);
    }
    if (p->mark)
        buf_printf(out, " mark=0x%x", p->mark);
    if (p->forwarded)
        buf_str(out, " hook=forward");
}
