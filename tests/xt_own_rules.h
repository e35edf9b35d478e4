/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of lbgen's own kind, by chance. */
#ifndef LBGEN_TESTS_XT_OWN_RULES_H
#define LBGEN_TESTS_XT_OWN_RULES_H

#include <string.h>

#include "lbgen/proto.h"
#include "lbgen/rule.h"
#include "check_util.h"

enum { PORTS_MAX = 20 };

/* A rule and all that it points to. */
struct made {
    struct rule rule;
    struct prefix src, dst;
    struct interface in, out;
    struct mac mac;
    struct port_range ports[PORTS_MAX];
};

static void make_address(struct chance *c, enum family family, struct prefix *out)
{
    unsigned len = chance_below(c, family_ops[family].bits + 1u);
    uint64_t high = (uint64_t)chance_bits(c) << 32 | chance_bits(c);
    uint64_t low = (uint64_t)chance_bits(c) << 32 | chance_bits(c);

    if (chance_one_in(c, 2))
        len = family_ops[family].bits;
    *out = (struct prefix){.family = (uint8_t)family, .len = (uint8_t)len};
    out->first.high = len == 0 ? 0 : len >= 64 ? high : high & ~(UINT64_MAX >> len);
    out->first.low = len <= 64 ? 0 : len == 128 ? low : low & ~(UINT64_MAX >> (len - 64));
}

static void make_interface(struct chance *c, struct interface *out)
{
    static const char *const names[] = {"", "e", "eth0", "eth+", "fifteen-bytes-x", "fifteen-bytes-+"};

    memset(out, 0, sizeof *out);
    strcpy(out->name, names[chance_below(c, N_OF(names))]);
}

static void make_ports(struct chance *c, struct made *m)
{
    uint32_t n = chance_one_in(c, 3) ? 1 : chance_below(c, PORTS_MAX) + 1;

    for (uint32_t i = 0; i < n; i++) {
        uint16_t low = (uint16_t)(1 + chance_below(c, UINT16_MAX)), high = low;

        if (chance_one_in(c, 3) && low < UINT16_MAX)
            high = (uint16_t)(low + 1 + chance_below(c, UINT16_MAX - low));
        m->ports[i] = (struct port_range){low, high};
    }
    m->rule.ports = m->ports;
    m->rule.n_ports = n;
    m->rule.side = chance_one_in(c, 2) ? PORTS_SOURCE : PORTS_DESTINATION;
}

static void make_protocol(struct chance *c, enum family family, struct made *m)
{
    static const char *const others[] = {"vrrp", "gre", "ipencap", "ipv6"};
    uint32_t kind = chance_below(c, 10);

    if (kind == 0) {
        m->rule.protocol = family_ops[family].icmp;
        m->rule.icmp_type = (int)chance_below(c, 256) - 1;
        /* libxtables names type 255, alone of all, "any" */
        m->rule.icmp_type -= m->rule.icmp_type == 255;
    } else if (kind == 1) {
        m->rule.protocol = others[chance_below(c, N_OF(others))];
    } else if (kind < 9) {
        const struct proto_ops *proto = &proto_ops[chance_below(c, PROTOS)];

        m->rule.protocol = proto->name;
        m->rule.port_match = proto->port_match;
        if (proto->has_ports && !chance_one_in(c, 5))
            make_ports(c, m);
    }
}

static void make_target(struct chance *c, enum family family, struct made *m)
{
    struct rule *r = &m->rule;

    r->target = (enum target)chance_below(c, TARGET_GOTO + 1);
    r->jump = chance_one_in(c, 2) ? "lbgen.u.x" : "lbgen-192.0.2.0/24-28-bytes-";
    r->mark.mask = chance_one_in(c, 2) ? MARK_MASK_ALL : chance_bits(c) | 1;
    r->mark.value = chance_bits(c) & r->mark.mask;
    make_address(c, family, &r->to);
    r->to.first.low |= family == IPV6; /* not the address of nobody */
    r->to.first.high |= family == IPV4 ? UINT64_C(1) << 32 : 0;
}

/* In an own chain, not lowered. */
static void make_rule(struct chance *c, enum family family, struct made *m)
{
    *m = (struct made){.rule = {.chain = "lbgen.u.y", .icmp_type = -1, .tag = "web-1.x", .tag_len = 7}};
    make_address(c, family, &m->src);
    make_address(c, family, &m->dst);
    make_interface(c, &m->in);
    make_interface(c, &m->out);
    m->rule.src = chance_one_in(c, 2) ? &m->src : NULL;
    m->rule.dst = chance_one_in(c, 4) ? NULL : &m->dst;
    m->rule.in = chance_one_in(c, 2) ? &m->in : NULL;
    m->rule.out = chance_one_in(c, 3) ? &m->out : NULL;
    m->rule.in_own_chain = chance_one_in(c, 3);
    make_protocol(c, family, m);
    if (chance_one_in(c, 6)) {
        for (size_t i = 0; i < sizeof m->mac.byte; i++)
            m->mac.byte[i] = (uint8_t)chance_bits(c);
        m->rule.mac = &m->mac;
    }
    make_target(c, family, m);
}

#endif
