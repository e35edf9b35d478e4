/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/cell_words.h"
#include "lbgen/mark.h"
#include "lbgen/proto.h"
#include "lbgen/vec.h"

#include <stdlib.h>

enum { SHOWN_MAX = 8 /* items of a list */ };

/* --- values of one axis --- */

static const char *const frame_words[] = {
    [PACKET_UNICAST] = "unicast", [PACKET_BROADCAST] = "broadcast", [PACKET_MULTICAST] = "multicast"};

static void print_address(struct buf *out, enum family family, wide value)
{
    struct address a = {(uint64_t)(value >> 64), (uint64_t)value};

    if (family == IPV4)
        a = (struct address){(uint64_t)value << 32, 0};
    address_print(out, family, a);
}

/* How many bits of the addresses of the interval are free; false when it is no prefix. */
static bool prefix_of(struct interval i, unsigned *free_bits)
{
    wide size = i.high - i.low; /* less one */

    *free_bits = 0;
    while (*free_bits < 128 && (size >> *free_bits & 1))
        ++*free_bits;
    return *free_bits == 128 || (size >> *free_bits == 0 && (i.low & (((wide)1 << *free_bits) - 1)) == 0);
}

/* A prefix where the interval is one, else first and last. */
static void print_addresses(struct buf *out, enum family family, struct interval i)
{
    unsigned free_bits, bits = family_ops[family].bits;
    bool is_prefix = prefix_of(i, &free_bits);

    print_address(out, family, i.low);
    if (is_prefix && free_bits)
        buf_printf(out, "/%u", bits - free_bits);
    else if (!is_prefix) {
        buf_char(out, '-');
        print_address(out, family, i.high);
    }
}

/* Whether it is all interfaces that begin so. */
static bool is_wildcard(struct interval i, struct interface *out)
{
    wide low, high;

    if (i.low == i.high || !interface_between(i.low, i.high, out))
        return false;
    size_t len = strlen(out->name);
    if (len == INTERFACE_MAX)
        return false;
    out->name[len] = '+';
    axis_interface(out, &low, &high);
    return low == i.low && high == i.high;
}

static void print_interface(struct buf *out, struct interval i)
{
    struct interface name;

    if (is_wildcard(i, &name)) {
        buf_str(out, name.name);
    } else if (interface_between(i.low, i.high, &name)) {
        buf_str(out, name.name);
        if (i.low != i.high)
            buf_str(out, "...");
    } else {
        buf_char(out, '?');
    }
}

static void print_mac(struct buf *out, wide value)
{
    struct mac mac;

    if (value == 0) {
        buf_str(out, "any");
        return;
    }
    for (int b = 0; b < 6; b++)
        mac.byte[b] = (uint8_t)((value - 1) >> 8 * (5 - b));
    mac_print(out, &mac);
}

static void print_range(struct buf *out, struct interval i)
{
    buf_dec(out, (uint32_t)i.low);
    if (i.high != i.low)
        buf_printf(out, ":%u", (unsigned)i.high);
}

static void print_interval(struct buf *out, enum family family, uint32_t axis, struct interval i)
{
    switch (axis) {
    case AXIS_DST:
    case AXIS_SRC: print_addresses(out, family, i); break;
    case AXIS_IN:
    case AXIS_OUT: print_interface(out, i); break;
    case AXIS_PROTOCOL:
        for (wide p = i.low; p <= i.high; p++) {
            if (p > i.low)
                buf_char(out, ',');
            protocol_print(out, (uint8_t)p);
        }
        break;
    case AXIS_STATE:
        for (wide s = i.low; s <= i.high; s++) {
            if (s > i.low)
                buf_char(out, ',');
            packet_print_state(out, (enum packet_state)s);
        }
        break;
    case AXIS_FRAME:
        for (wide kind = i.low; kind <= i.high; kind++)
            buf_printf(out, "%s%s", kind > i.low ? "," : "", frame_words[kind]);
        break;
    case AXIS_MAC:
        print_mac(out, i.low);
        if (i.high != i.low) {
            buf_char(out, '-');
            print_mac(out, i.high);
        }
        break;
    case AXIS_ICMP:
        buf_dec(out, (uint32_t)(i.low >> 8));
        if ((i.low & 255) || (i.high & 255) != 255)
            buf_printf(out, "/%u", (unsigned)(i.low & 255));
        if (i.high >> 8 != i.low >> 8)
            buf_printf(out, "-%u", (unsigned)(i.high >> 8));
        break;
    default: print_range(out, i); break;
    }
}

/* The intervals between those of the set. */
struct between {
    struct interval *at;
    size_t n, cap;
};

static void find_between(const struct cell_values *v, wide max, struct between *out)
{
    wide next = 0;

    for (size_t i = 0; i < v->n; i++) {
        if (v->at[i].low > next)
            *VEC_ADD(out) = (struct interval){next, v->at[i].low - 1};
        next = v->at[i].high + 1;
    }
    if (v->n && v->at[v->n - 1].high < max)
        *VEC_ADD(out) = (struct interval){next, max};
}

static void print_list(struct buf *out, enum family family, uint32_t axis, const struct interval *at,
                       size_t n)
{
    for (size_t i = 0; i < n && i < SHOWN_MAX; i++) {
        if (i)
            buf_char(out, ',');
        print_interval(out, family, axis, at[i]);
    }
    if (n > SHOWN_MAX)
        buf_printf(out, " and %zu more", n - SHOWN_MAX);
}

/* Whether all between the set's ends has a short name, so that "that but these" is shorter than its parts. */
static bool has_hull(const struct cell_values *v, uint32_t axis, struct interval *out)
{
    struct interface name;
    unsigned free_bits;

    *out = (struct interval){v->at[0].low, v->at[v->n - 1].high};
    if (v->n < 2)
        return false;
    if (axis == AXIS_DST || axis == AXIS_SRC)
        return prefix_of(*out, &free_bits);
    return (axis == AXIS_IN || axis == AXIS_OUT) && is_wildcard(*out, &name);
}

/* The set, or `!` and what does not belong to it where that is shorter. */
static void print_values(struct buf *out, const struct cell *cell, uint32_t axis)
{
    const struct cell_values *v = &cell->of[axis];
    struct between rest = {0};
    struct interval hull;

    find_between(v, axis_max(cell->family, axis), &rest);
    if (rest.n && rest.n < v->n) {
        buf_char(out, '!');
        print_list(out, cell->family, axis, rest.at, rest.n);
    } else if (rest.n == 1 && v->n == 1 && v->at[0].low == 0 && rest.at[0].low == rest.at[0].high) {
        buf_char(out, '!');
        print_list(out, cell->family, axis, rest.at, 1);
    } else if (rest.n && has_hull(v, axis, &hull)) {
        bool outside = rest.at[0].low == 0 && hull.low > 0;

        print_interval(out, cell->family, axis, hull);
        buf_str(out, " but ");
        print_list(out, cell->family, axis, rest.at + outside, v->n - 1);
    } else {
        print_list(out, cell->family, axis, v->at, v->n);
    }
    free(rest.at);
}

/* --- cells --- */

static void print_destination(struct buf *out, const struct cell *cell)
{
    bool ports = cell->of[AXIS_DPORT].n != 0, brackets = ports && cell->family == IPV6;

    if (brackets)
        buf_char(out, '[');
    if (cell->of[AXIS_DST].n)
        print_values(out, cell, AXIS_DST);
    else
        buf_str(out, "any");
    if (brackets)
        buf_char(out, ']');
    if (!ports)
        return;
    buf_char(out, ':');
    print_values(out, cell, AXIS_DPORT);
}

static void print_bits(struct buf *out, const struct cell *cell, enum axis axis, const char *word)
{
    struct known_bits bits = cell_mark(cell, axis);

    if (bits.known)
        buf_printf(out, " with %s 0x%x/0x%x", word, bits.value, bits.known);
}

void cell_print(struct buf *out, const struct cell *cell, bool with_state)
{
    static const struct {
        enum axis axis;
        const char *word;
    } words[] = {{AXIS_ICMP, "of type"},
                 {AXIS_SPORT, "from port"},
                 {AXIS_SRC, "from"},
                 {AXIS_IN, "on"},
                 {AXIS_OUT, "out"},
                 {AXIS_MAC, "from MAC"},
                 {AXIS_FRAME, "in frames of kind"},
                 {AXIS_STATE, "in state"},
                 {AXIS_FLAGS, "with TCP flags"}};

    if (cell->of[AXIS_PROTOCOL].n)
        print_values(out, cell, AXIS_PROTOCOL);
    else
        buf_str(out, "all");
    buf_char(out, ' ');
    if (cell->of[AXIS_DST].n || cell->of[AXIS_DPORT].n)
        print_destination(out, cell);
    else
        buf_str(out, "packets");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cell->of[words[i].axis].n && !(words[i].axis == AXIS_STATE && !with_state)) {
            buf_printf(out, " %s ", words[i].word);
            print_values(out, cell, words[i].axis);
        }
    if (!cell_has(cell, AXIS_FRAGMENT, 0)) /* whole packets go without a word */
        buf_str(out, " in further fragments");
    print_bits(out, cell, AXIS_MARK, "mark");
    print_bits(out, cell, AXIS_CONNMARK, "connmark");
}

/* --- changes --- */

static bool is_marked(const struct outcome *x)
{
    return x->mark.of_mark != UINT32_MAX || x->mark.of_connmark || x->mark.flip ||
           (x->moved & (MOVED_MARKS | MOVED_ALL));
}

static void print_mark(struct buf *out, const struct outcomes *o, const struct outcome *x)
{
    const struct event *event = key_table_bytes(&o->events, x->event);

    if (x->moved & (MOVED_MARKS | MOVED_ALL))
        buf_printf(out, "by %s", outcomes_text_of(o, event->text));
    else if (x->mark.of_connmark)
        buf_printf(out, "0x%x with bits 0x%x of the connection's mark", x->mark.flip, x->mark.of_connmark);
    else if (x->mark.flip & x->mark.of_mark)
        buf_printf(out, "with bits 0x%x of it inverted", x->mark.flip & x->mark.of_mark);
    else if (x->mark.flip == 0)
        buf_printf(out, "0x0/0x%x", ~x->mark.of_mark);
    else
        mark_print(out, (struct mark){x->mark.flip, ~x->mark.of_mark});
}

static void print_mark_change(struct buf *out, const struct outcomes *o, const struct outcome *a,
                              const struct outcome *b)
{
    if (!is_marked(b)) {
        buf_str(out, "no longer marked ");
        print_mark(out, o, a);
        return;
    }
    buf_str(out, is_marked(a) ? "marked " : "now marked ");
    print_mark(out, o, b);
    if (is_marked(a)) {
        buf_str(out, " instead of ");
        print_mark(out, o, a);
    }
}

static void print_source_change(struct buf *out, const struct outcomes *o, const struct outcome *a,
                                const struct outcome *b)
{
    const char *before = outcomes_text_of(o, a->source_nat), *now = outcomes_text_of(o, b->source_nat);

    if (now && before)
        buf_printf(out, "sent with another source (%s instead of %s)", now, before);
    else if (now)
        buf_printf(out, "now sent with another source (%s)", now);
    else
        buf_printf(out, "no longer sent with another source (%s)", before);
}

static void print_verdict_change(struct buf *out, const struct outcome *b)
{
    buf_str(out, b->control == CONTROL_DROP     ? "now dropped"
                 : b->control == CONTROL_ACCEPT ? "now accepted"
                                                : "now ended by a target that is not known");
}

void change_print(struct buf *out, const struct outcomes *o, const struct found *f, enum aspect aspect)
{
    if (aspect == ASPECT_MARK)
        print_mark_change(out, o, f->old, f->new);
    else if (aspect == ASPECT_VERDICT)
        print_verdict_change(out, f->new);
    else if (f->old->source_nat != f->new->source_nat)
        print_source_change(out, o, f->old, f->new);
    else
        buf_str(out, "now sent to another destination");
}

/* A packet's words have none for port 0. */
static void print_port_zero(struct buf *out, const struct packet *p)
{
    if (!protocol_has_ports(p->protocol))
        return;
    if (!p->dport)
        buf_str(out, ", destination port 0");
    if (!p->sport)
        buf_str(out, ", source port 0");
}

void example_print(struct buf *out, const struct example *e)
{
    packet_print(out, &e->packet);
    if (e->fragment)
        buf_str(out, ", a further fragment");
    else
        print_port_zero(out, &e->packet);
    if (e->frame_matters)
        buf_printf(out, ", in a %s frame", frame_words[e->frame]);
    if (e->icmp_code)
        buf_printf(out, ", ICMP code %u", e->icmp_code);
    if (e->flags_matter)
        buf_printf(out, ", TCP flags 0x%x", e->flags);
    if (e->connmark)
        buf_printf(out, ", connmark 0x%x", e->connmark);
    if (e->path != PATH_INPUT)
        buf_printf(out, ", leaving on %s", e->out.name);
}

void result_print(struct buf *out, struct result r)
{
    if (r.mark_known)
        buf_printf(out, "fwmark=0x%x ", r.mark);
    else
        buf_str(out, "fwmark=unknown ");
    buf_str(out, !r.verdict_known ? "verdict=unknown" : r.accepted ? "verdict=ACCEPT" : "verdict=DROP");
}
