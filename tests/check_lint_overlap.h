/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A world so small that all its packets can be looked at: services by chance, as INI text, and who claims
 * what. */
#ifndef CHECK_LINT_OVERLAP_H
#define CHECK_LINT_OVERLAP_H

#include <stdio.h>

#include "check_input.h"

/* VIPs are in 192.0.2.0/29 and 2001:db8::/125, sources in 10.0.0.0/30 and fd00::/126 or elsewhere. */
enum { VIPS = 8, SOURCES = 5 /* the last: elsewhere */, PORTS = 9 /* 1 to 8, and another */ };
enum { PROTOCOLS = 3, LIST = 3, PLACES = 8, MOST_SERVICES = 40 };

static const char *const proto_words[PROTOCOLS] = {"tcp", "udp", "esp"};
/* Interfaces that packets come in on; the last two have no name in any list. */
static const char *const devices[PLACES] = {"e", "e0", "e01", "e1", "f", "f0", "g", "ab"};
static const char *const patterns[] = {"e", "e+", "e0", "e0+", "e01", "e01+", "f+", "f0", "f0+", "+"};

/* first..last of a small world's addresses or ports; a prefix's `last` follows from its size. */
struct span {
    unsigned first, last;
};

/* A service, as the test means it. Lists of 0 items are not given. */
struct small_service {
    unsigned n_vips, n_sources, n_ports, n_protocols, n_interfaces;
    struct span vips[LIST], sources[LIST], ports[LIST];
    bool vip6[LIST], source6[LIST];
    bool any_port;
    unsigned protocols[LIST], interfaces[LIST];
    unsigned mark, mask; /* mask 0: none is written */
    bool override, exclude_mac;
};

/* A packet; each a place in this world. */
struct small_packet {
    bool six;
    unsigned vip, source, protocol, port, device;
};

static inline bool fits(const char *pattern, const char *name)
{
    size_t n = strlen(pattern);

    if (n && pattern[n - 1] == '+')
        return strncmp(pattern, name, n - 1) == 0;
    return strcmp(pattern, name) == 0;
}

static inline bool within(struct span s, unsigned x)
{
    return s.first <= x && x <= s.last;
}

static inline bool claims_vip(const struct small_service *s, bool six, unsigned vip)
{
    for (unsigned i = 0; i < s->n_vips; i++)
        if (s->vip6[i] == six && within(s->vips[i], vip))
            return true;
    return false;
}

static inline bool claims_source(const struct small_service *s, bool six, unsigned source)
{
    for (unsigned i = 0; i < s->n_sources; i++)
        if (s->source6[i] == six && within(s->sources[i], source))
            return true;
    return s->n_sources == 0;
}

static inline bool claims_port(const struct small_service *s, unsigned protocol, unsigned port)
{
    bool listed = s->n_protocols == 0 && protocol == 0;

    for (unsigned i = 0; i < s->n_protocols; i++)
        listed |= s->protocols[i] == protocol;
    if (!listed || protocol == 2 /* esp has no ports */ || s->any_port)
        return listed;
    for (unsigned i = 0; i < s->n_ports; i++)
        if (within(s->ports[i], port))
            return true;
    return false;
}

static inline bool claims_device(const struct small_service *s, const char *name)
{
    for (unsigned i = 0; i < s->n_interfaces; i++)
        if (fits(patterns[s->interfaces[i]], name))
            return true;
    return s->n_interfaces == 0;
}

static inline bool claims(const struct small_service *s, const struct small_packet *p)
{
    return claims_vip(s, p->six, p->vip) && claims_source(s, p->six, p->source) &&
           claims_port(s, p->protocol, p->port) && claims_device(s, devices[p->device]);
}

/* A function for every packet of the world until it returns true; whether it did. */
typedef bool (*packet_fn)(void *ctx, const struct small_packet *p);

static inline bool some_packet(packet_fn is_it, void *ctx)
{
    struct small_packet p;

    for (int six = 0; six < 2; six++)
        for (p.six = six, p.vip = 0; p.vip < VIPS; p.vip++)
            for (p.source = 0; p.source < SOURCES; p.source++)
                for (p.protocol = 0; p.protocol < PROTOCOLS; p.protocol++)
                    for (p.port = 1; p.port <= PORTS; p.port++)
                        for (p.device = 0; p.device < PLACES; p.device++)
                            if (is_it(ctx, &p))
                                return true;
    return false;
}

/* --- services by chance
 * ------------------------------------------------------------------------------------------- */

static inline struct span chance_prefix(struct chance *c, unsigned bits)
{
    unsigned host_bits = chance_below(c, bits + 1), size = 1U << host_bits;

    if (chance_one_in(c, 2))
        host_bits = 0, size = 1;
    unsigned first = chance_below(c, 1U << (bits - host_bits)) * size;
    return (struct span){first, first + size - 1};
}

static inline struct span chance_range(struct chance *c)
{
    unsigned a = 1 + chance_below(c, 8), b = 1 + chance_below(c, 8);

    if (chance_one_in(c, 2))
        b = a;
    return (struct span){a < b ? a : b, a < b ? b : a};
}

/* Whether item i is new in its list; items are compared by `first` and `last` and the flag. */
static inline bool is_new(const struct span *list, const bool *six, unsigned i)
{
    for (unsigned j = 0; j < i; j++)
        if (list[j].first == list[i].first && list[j].last == list[i].last && six[j] == six[i])
            return false;
    return true;
}

static inline void chance_service(struct chance *c, struct small_service *s, unsigned marks)
{
    static const bool one_kind[LIST] = {false};

    *s = (struct small_service){.mark = 1 + chance_below(c, marks),
                                .override = chance_one_in(c, 5),
                                .exclude_mac = chance_one_in(c, 10)};
    s->mask = chance_one_in(c, 6) ? 0xff : 0;
    for (unsigned n = 1 + chance_below(c, 2); n--; s->n_vips += is_new(s->vips, s->vip6, s->n_vips)) {
        s->vips[s->n_vips] = chance_prefix(c, 3);
        s->vip6[s->n_vips] = chance_one_in(c, 3);
    }
    for (unsigned n = chance_below(c, 2) * chance_below(c, 3); n--;
         s->n_sources += is_new(s->sources, s->source6, s->n_sources)) {
        s->sources[s->n_sources] = chance_prefix(c, 2);
        s->source6[s->n_sources] = chance_one_in(c, 3);
    }
    s->any_port = chance_one_in(c, 8);
    for (unsigned n = 1 + chance_below(c, 2); n-- && !s->any_port;
         s->n_ports += is_new(s->ports, one_kind, s->n_ports))
        s->ports[s->n_ports] = chance_range(c);
    for (unsigned p = 0; p < PROTOCOLS; p++)
        if (chance_one_in(c, p == 0 ? 2 : 4))
            s->protocols[s->n_protocols++] = p;
    if (s->n_protocols == 1 && s->protocols[0] == 2) /* esp alone has no ports */
        s->n_ports = 0, s->any_port = false;
    for (unsigned n = chance_below(c, 2) * chance_below(c, 3), i = chance_below(c, 4);
         n-- && i < N_OF(patterns); i += 1 + chance_below(c, 6))
        s->interfaces[s->n_interfaces++] = i;
}

/* --- as text
 * ------------------------------------------------------------------------------------------------------ */

static inline void print_prefixes(struct buf *out, const char *key, const struct span *list, const bool *six,
                                  unsigned n, bool vip)
{
    for (unsigned i = 0; i < n; i++) {
        unsigned size = list[i].last - list[i].first + 1, host_bits = size == 1   ? 0
                                                                      : size == 2 ? 1
                                                                      : size == 4 ? 2
                                                                                  : 3;

        buf_printf(out, "%s = ", key);
        buf_printf(out,
                   six[i] ? (vip ? "2001:db8::%u" : "fd00::%u")
                   : vip  ? "192.0.2.%u"
                          : "10.0.0.%u",
                   list[i].first);
        if (host_bits)
            buf_printf(out, "/%u", (six[i] ? 128 : 32) - host_bits);
        buf_char(out, '\n');
    }
}

static inline void print_service(struct buf *out, const struct small_service *s, unsigned number)
{
    buf_printf(out, "[service s%u]\n", number);
    print_prefixes(out, "vip", s->vips, s->vip6, s->n_vips, true);
    print_prefixes(out, "source", s->sources, s->source6, s->n_sources, false);
    for (unsigned i = 0; i < s->n_protocols; i++)
        buf_printf(out, "protocol = %s\n", proto_words[s->protocols[i]]);
    for (unsigned i = 0; i < s->n_ports; i++)
        buf_printf(out, "ports = %u:%u\n", s->ports[i].first, s->ports[i].last);
    buf_str(out, s->any_port ? "ports = any\n" : "");
    for (unsigned i = 0; i < s->n_interfaces; i++)
        buf_printf(out, "interface = %s\n", patterns[s->interfaces[i]]);
    buf_printf(out, s->mask ? "fwmark = %u/0x%x\n" : "fwmark = %u\n", s->mark, s->mask);
    buf_str(out, s->override ? "override = yes\n" : "");
    buf_str(out, s->exclude_mac ? "exclude-mac = 52:54:00:12:34:56\n" : "");
}

#endif
