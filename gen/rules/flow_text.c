/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/flow_text.h"
#include "lbgen/packet.h"
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

void flow_print(struct buf *out, const struct flow *flow)
{
    bool to = flow->dst.len > 0;

    buf_str(out, protocol_word(flow->protocol) ? "" : "protocol ");
    protocol_print(out, flow->protocol);
    buf_str(out, to ? " to " : " from ");
    print_end(out, to ? &flow->dst : &flow->src, to ? flow->dport : flow->sport);
}

static void narrow_prefix(struct prefix *p, const struct seen_prefix *asked)
{
    if (asked->given && !asked->negated && prefix_contains(p, &asked->prefix))
        *p = asked->prefix;
}

static void narrow_ports(struct port_range *ports, const struct seen_ports *asked)
{
    for (uint32_t i = 0; !asked->negated && i < asked->n; i++) {
        const struct port_range r = asked->at[i];

        if (!ports_overlap(*ports, r))
            continue;
        ports->low = r.low > ports->low ? r.low : ports->low;
        ports->high = r.high < ports->high ? r.high : ports->high;
        return;
    }
}

/* Narrows the flow to what the rule matches of it, as far as one address and one range of ports can say. */
static void narrow(struct flow *flow, const struct seen_rule *rule)
{
    narrow_prefix(&flow->src, &rule->src);
    narrow_prefix(&flow->dst, &rule->dst);
    if (rule->in.given && !rule->in.negated && !flow->in.name[0])
        flow->in = rule->in.interface;
    for (unsigned t = 0; t < rule->n_ports; t++)
        narrow_ports(rule->ports[t].destination ? &flow->dport : &flow->sport, &rule->ports[t]);
}

/* Clients as documents have them; a rule may leave out one of the networks. */
static const struct address clients[FAMILIES][2] = {
    [IPV4] = {{.high = 0xcb007109ULL << 32}, {.high = 0xc6336409ULL << 32}},
    [IPV6] = {{.high = 0x20010db8ffff0000ULL, .low = 9}, {.high = 0x20010db8fffe0000ULL, .low = 9}}};

static bool has_ports(uint8_t protocol)
{
    for (int i = 0; i < PROTOS; i++)
        if (proto_ops[i].number == protocol)
            return proto_ops[i].has_ports;
    return false;
}

static uint16_t port_of(struct port_range ports, uint16_t usual)
{
    if (ports.low <= usual && ports.high >= usual)
        return usual;
    return ports.low ? ports.low : 1;
}

/* eth+ and + are no devices. */
static struct interface device_of(struct interface in)
{
    size_t len = strlen(in.name);

    if (len == 1 && in.name[0] == '+')
        return (struct interface){0};
    if (len && in.name[len - 1] == '+')
        in.name[len - 1] = '0';
    return in;
}

static struct packet packet_of(const struct flow *flow, struct address client)
{
    const bool ports = has_ports(flow->protocol);
    struct packet p = {.src = prefix_host(&flow->src),
                       .dst = prefix_host(&flow->dst),
                       .protocol = flow->protocol,
                       .sport = ports ? port_of(flow->sport, 40000) : 0,
                       .dport = ports ? port_of(flow->dport, 80) : 0,
                       .in = device_of(flow->in)};

    if (flow->src.len == 0)
        p.src.first = client;
    return p;
}

void flow_print_packet(struct buf *out, const struct flow *flow, const struct seen_rule *rule)
{
    struct flow narrowed = *flow, one;
    struct packet packet;

    narrow(&narrowed, rule);
    for (int i = 0; i < 2; i++) {
        packet = packet_of(&narrowed, clients[flow->dst.family][i]);
        one = narrowed;
        one.src = packet.src;
        one.dst = packet.dst;
        if (seen_rule_fields_hold(rule, &one) != NO)
            break;
    }
    packet_print(out, &packet);
}
