/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/cell.h"
#include "lbgen/packet_test.h"
#include "lbgen/proto.h"

enum { TCP = 6, TCP_SYN = 2, TCP_ACK = 16 };

bool cell_has(const struct cell *cell, uint32_t axis, wide value)
{
    const struct cell_values *v = &cell->of[axis];
    size_t low = 0, high = v->n;

    if (!v->n)
        return true;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (v->at[middle].low <= value)
            low = middle;
        else
            high = middle;
    }
    return v->at[low].low <= value && value <= v->at[low].high;
}

struct known_bits cell_mark(const struct cell *cell, enum axis axis)
{
    struct known_bits bits = {0};

    for (unsigned i = 0; i < 32; i++)
        if (cell->of[axis + i].n) {
            bits.known |= 1U << i;
            bits.value |= (uint32_t)cell->of[axis + i].at[0].low << i;
        }
    return bits;
}

/* --- interfaces --- */

static bool is_name_byte(unsigned c)
{
    return c > ' ' && c < 0x7f && !strchr("/!:*\"+", (int)c);
}

/* The first name whose bytes are not before those of the value: the longest head of it that is a name, and
 * behind that a byte that is larger, or none at all. */
static bool name_from(wide value, struct interface *out)
{
    unsigned char bytes[INTERFACE_MAX];
    size_t len = 0;

    for (size_t i = 0; i < INTERFACE_MAX; i++)
        bytes[i] = (unsigned char)(value >> 8 * (INTERFACE_MAX - 1 - i));
    while (len < INTERFACE_MAX && is_name_byte(bytes[len]))
        len++;
    bool rest = false;
    for (size_t i = len; i < INTERFACE_MAX; i++)
        rest = rest || bytes[i];
    *out = (struct interface){0};
    memcpy(out->name, bytes, len);
    if (!rest && len > 0)
        return true;
    for (size_t at = len + 1; at-- > 0;) { /* a larger byte at `at` */
        if (at == INTERFACE_MAX)
            continue;
        for (unsigned c = bytes[at] + 1U; c < 0x7f; c++)
            if (is_name_byte(c)) {
                memset(out->name + at, 0, sizeof out->name - at);
                out->name[at] = (char)c;
                return true;
            }
    }
    return false;
}

static wide name_value(const struct interface *name)
{
    wide low, high;

    axis_interface(name, &low, &high);
    return low;
}

bool interface_between(wide low, wide high, struct interface *out)
{
    return name_from(low, out) && name_value(out) <= high;
}

/* ethN if there is one, else the first name. */
static bool pick_interface(const struct cell *cell, uint32_t axis, int plain, struct interface *out)
{
    const struct cell_values *v = &cell->of[axis];

    *out = (struct interface){.name = "eth"};
    for (int digit = plain; digit < 10; digit++) {
        out->name[3] = (char)('0' + digit);
        if (cell_has(cell, axis, name_value(out)))
            return true;
    }
    for (size_t i = 0; i < v->n; i++)
        if (interface_between(v->at[i].low, v->at[i].high, out)) {
            struct interface longer = *out;
            size_t len = strlen(out->name);

            if (len < INTERFACE_MAX)
                longer.name[len] = '0';
            if (v->at[i].low != v->at[i].high && name_value(&longer) <= v->at[i].high)
                *out = longer;
            return true;
        }
    return false;
}

/* --- everything else --- */

/* `plain` if it is there, else the first value that is. */
static wide pick(const struct cell *cell, uint32_t axis, wide plain)
{
    return cell_has(cell, axis, plain) ? plain : cell->of[axis].at[0].low;
}

/* Addresses of documentation and of private networks rather than what no packet comes from; of an interval
 * one in its middle part rather than a network's first. */
static wide address_in(const struct cell *cell, uint32_t axis, wide plain)
{
    static const uint32_t plain4[] = {0xcb007109, 0xc000021e, 0x0a000001, 0xac100001, 0xc0a80001, 0x08080808};
    static const uint64_t plain6[] = {0x20010db8fffe0000, 0x20010db800010000, 0xfd00000000000000};
    wide value = pick(cell, axis, plain);

    if (value == plain)
        return value;
    for (size_t i = 0; cell->family == IPV4 && i < sizeof plain4 / sizeof *plain4; i++)
        if (cell_has(cell, axis, plain4[i]))
            return plain4[i];
    for (size_t i = 0; cell->family == IPV6 && i < sizeof plain6 / sizeof *plain6; i++)
        if (cell_has(cell, axis, ((wide)plain6[i] << 64) + 1))
            return ((wide)plain6[i] << 64) + 1;
    return cell->of[axis].at[0].high > value ? value + 1 : value;
}

static struct prefix pick_address(const struct cell *cell, uint32_t axis, wide plain)
{
    enum family family = cell->family;
    wide value = address_in(cell, axis, plain);
    struct prefix p = {.family = (uint8_t)family, .len = family_ops[family].bits};

    if (family == IPV4)
        p.first.high = (uint64_t)value << 32;
    else
        p.first = (struct address){(uint64_t)(value >> 64), (uint64_t)value};
    return p;
}

static bool is_icmp(const struct cell *cell, unsigned protocol)
{
    return protocol == (cell->family == IPV4 ? IP_PROTO_ICMP : IP_PROTO_ICMPV6);
}

/* Whether connection tracking comes to that state for that type (nf_conntrack_proto_icmp.c,
 * nf_conntrack_proto_icmpv6.c). */
static bool icmp_state_exists(enum family family, unsigned type, unsigned state)
{
    static const uint8_t begin[FAMILIES][4] = {{8, 13, 15, 17}, {128, 139, 128, 139}};
    bool untracked = family == IPV6 && ((type >= 130 && type <= 136) || type == 143);

    if (untracked || state == STATE_UNTRACKED)
        return state == STATE_UNTRACKED;
    return state != STATE_NEW || memchr(begin[family], (int)type, 4) != NULL;
}

static bool pick_icmp(const struct cell *cell, unsigned state, struct example *out)
{
    const struct cell_values *v = &cell->of[AXIS_ICMP];
    wide plain = cell->family == IPV4 ? 8 << 8 : 128 << 8;

    for (unsigned type = 0; type < 256; type++) { /* the plain one first: its type and `type` are swapped */
        unsigned t = type ^ (unsigned)(plain >> 8);
        wide low = (wide)t << 8, high = low | 255;

        if (!icmp_state_exists(cell->family, t, state))
            continue;
        if (v->n) {
            size_t i = 0;

            while (i < v->n && v->at[i].high < low)
                i++;
            if (i == v->n || v->at[i].low > high)
                continue;
            low = v->at[i].low > low ? v->at[i].low : low;
        }
        out->packet.icmp_type_given = true;
        out->packet.icmp_type = (uint8_t)t;
        out->icmp_code = (uint8_t)low;
        return true;
    }
    return false;
}

static bool pick_flags(const struct cell *cell, unsigned state, struct example *out)
{
    wide plain = state == STATE_NEW ? TCP_SYN : TCP_ACK;

    out->flags = (uint8_t)pick(cell, AXIS_FLAGS, plain);
    out->flags_matter = cell->of[AXIS_FLAGS].n && out->flags != TCP_SYN;
    return state != STATE_NEW || out->flags == TCP_SYN;
}

/* Headers that stand between IPv6's and the protocol's: rules look behind them. */
static bool is_extension(const struct cell *cell, unsigned protocol)
{
    return cell->family == IPV6 &&
           (protocol == 0 || protocol == 43 || protocol == 44 || protocol == 51 || protocol == 60);
}

static void pick_ports(const struct cell *cell, struct packet *p)
{
    p->sport = (uint16_t)pick(cell, AXIS_SPORT, 40000);
    p->dport = (uint16_t)pick(cell, AXIS_DPORT, 80);
    if (p->dport == 0 && cell_has(cell, AXIS_DPORT, 1))
        p->dport = 1; /* 0 can't be written in a packet's words */
    if (p->sport == 0 && cell_has(cell, AXIS_SPORT, 1))
        p->sport = 1;
}

static bool try_protocol(const struct cell *cell, unsigned protocol, struct example *out)
{
    struct packet *p = &out->packet;

    if (is_extension(cell, protocol) || !cell_has(cell, AXIS_PROTOCOL, protocol))
        return false;
    p->protocol = (uint8_t)protocol;
    p->sport = p->dport = 0;
    if (protocol_has_ports(protocol) && !out->fragment)
        pick_ports(cell, p);
    for (unsigned state = 0; state < PACKET_STATES; state++) {
        if (!cell_has(cell, AXIS_STATE, state))
            continue;
        p->state = (enum packet_state)state;
        /* Kernels take udplite's checksum for one of udp, and its packets for INVALID ones. */
        p->state_given = state != STATE_NEW || protocol == proto_ops[PROTO_UDPLITE].number;
        if (out->fragment             ? true
            : is_icmp(cell, protocol) ? pick_icmp(cell, state, out)
            : protocol == TCP         ? pick_flags(cell, state, out)
                                      : true)
            return true;
    }
    return false;
}

static bool pick_protocol(const struct cell *cell, struct example *out)
{
    static const uint8_t plain[] = {6, 17, IP_PROTO_ICMP, IP_PROTO_ICMPV6, IP_PROTO_VRRP, 132, 50, 51};

    for (size_t i = 0; i < sizeof plain; i++)
        if (try_protocol(cell, plain[i], out))
            return true;
    for (unsigned p = 0; p < 256; p++)
        if (try_protocol(cell, p, out))
            return true;
    return false;
}

static void pick_mac(const struct cell *cell, struct packet *p)
{
    wide value = pick(cell, AXIS_MAC, 0);

    p->mac_given = value != 0;
    for (int i = 0; value && i < 6; i++)
        p->mac.byte[i] = (uint8_t)((value - 1) >> 8 * (5 - i));
}

/* A kind that goes without a word, if it is there. */
static void pick_frame(const struct cell *cell, struct example *out)
{
    unsigned taken = packet_frames(&out->packet.dst), kind = 0;

    while (kind < PACKET_MULTICAST && !(taken >> kind & 1 && cell_has(cell, AXIS_FRAME, kind)))
        kind++;
    out->frame = (uint8_t)pick(cell, AXIS_FRAME, kind);
    out->frame_matters = cell->of[AXIS_FRAME].n && taken != 1U << out->frame;
}

bool cell_example(const struct cell *cell, struct example *out)
{
    wide src = cell->family == IPV4 ? (wide)0xc6336407 : ((wide)0x20010db8ffff0000 << 64) + 7;
    wide dst = cell->family == IPV4 ? (wide)0xc0000201 : ((wide)0x20010db800000000 << 64) + 1;
    struct packet *p = &out->packet;

    *out = (struct example){.path = cell->path};
    p->forwarded = cell->path == PATH_FORWARD;
    p->src = pick_address(cell, AXIS_SRC, src);
    p->dst = pick_address(cell, AXIS_DST, dst);
    if (cell->path != PATH_OUTPUT && !pick_interface(cell, AXIS_IN, 0, &p->in))
        return false;
    if (cell->path != PATH_INPUT && !pick_interface(cell, AXIS_OUT, 1, &out->out))
        return false;
    pick_mac(cell, p);
    pick_frame(cell, out);
    out->fragment = pick(cell, AXIS_FRAGMENT, 0);
    p->mark = cell_mark(cell, AXIS_MARK).value;
    out->connmark = cell_mark(cell, AXIS_CONNMARK).value;
    return pick_protocol(cell, out);
}

static wide address_value(const struct prefix *p)
{
    wide low, high;

    axis_prefix(p, &low, &high);
    return low;
}

static wide mac_value(const struct packet *p)
{
    wide value = 0;

    for (int i = 0; i < 6; i++)
        value = value << 8 | p->mac.byte[i];
    return p->mac_given ? value + 1 : 0;
}

wide example_value(const struct example *e, uint32_t axis)
{
    const struct packet *p = &e->packet;

    switch (axis) {
    case AXIS_DST: return address_value(&p->dst);
    case AXIS_PROTOCOL: return p->protocol;
    case AXIS_DPORT: return p->dport;
    case AXIS_SPORT: return p->sport;
    case AXIS_ICMP: return (wide)p->icmp_type << 8 | e->icmp_code;
    case AXIS_SRC: return address_value(&p->src);
    case AXIS_IN: return p->in.name[0] ? name_value(&p->in) : 0;
    case AXIS_OUT: return e->out.name[0] ? name_value(&e->out) : 0;
    case AXIS_MAC: return mac_value(p);
    case AXIS_FRAGMENT: return e->fragment;
    case AXIS_FRAME: return e->frame;
    case AXIS_STATE: return p->state;
    case AXIS_FLAGS: return e->flags;
    default: break;
    }
    return axis < AXIS_CONNMARK ? p->mark >> (axis - AXIS_MARK) & 1
                                : e->connmark >> (axis - AXIS_CONNMARK) & 1;
}
