/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of a kind of packets on its way through a table's chains, as far as it can be known without
 * the kernel. */
#ifndef LBGEN_WALK_H
#define LBGEN_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/device.h"
#include "lbgen/packet.h"
#include "lbgen/ports.h"
#include "lbgen/prefix.h"
#include "lbgen/seen_rule.h"

/* A set of packets. Each field narrows it; a prefix of length 0, an interface "" and a protocol 0 say
 * nothing. */
struct flow {
    struct prefix src, dst; /* both of one family */
    struct interface in, out;
    bool outside; /* they neither come in nor leave by lo, where in and out do not say */
    bool no_out;  /* they leave by no interface, or it is not known yet: rules see none */
    uint8_t protocol;
    struct port_range sport, dport; /* PORTS_ANY: any */
    unsigned states;                /* 1 << enum packet_state: which they may be in */
    bool opening;                   /* packets that open a TCP connection are among them */
};

/* Whether what the rule asks in its own fields (not in its list of tests, nor syn_only) holds for the
 * packets: for none of them, for all, or for some or who knows. */
enum truth seen_rule_fields_hold(const struct seen_rule *rule, const struct flow *flow);

/* Whether the rule matches the packets. */
enum truth seen_rule_matches(const struct seen_rule *rule, const struct flow *flow);

/* The rules of one table. Zero-initialise; walk_table_free when done. The rules' pointers are the caller's.
 */
struct walk_table {
    struct seen_rule *at;
    size_t n, cap;
    bool sorted;
    /* what chains have led to in the present walk, by their first rule; without it chains that jump to each
     * other twice would cost 2^depth */
    struct walk_memo {
        uint32_t walk;
        unsigned outcome;
    } * memo;
    uint32_t walks;
};

void walk_table_add(struct walk_table *table, const struct seen_rule *rule);
void walk_table_free(struct walk_table *table);

/* What may become of the packets in a chain: a set of these. */
enum {
    OUTCOME_ACCEPT = 1 << 0,
    OUTCOME_DROP = 1 << 1,
    OUTCOME_END = 1 << 2 /* the chain's end, or RETURN */
};

unsigned walk(struct walk_table *table, const char *chain, const struct flow *flow);

#endif
