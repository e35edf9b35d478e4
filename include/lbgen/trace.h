/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet on its way through all tables of its family, in the kernel's order: raw PREROUTING, connection
 * tracking, mangle and nat PREROUTING; then INPUT (mangle, filter, security), or FORWARD and POSTROUTING.
 * Which of the two ways it takes is the packet's own word (hook=): routes are not known here. */
#ifndef LBGEN_TRACE_H
#define LBGEN_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "lbgen/packet.h"
#include "lbgen/packet_test.h"
#include "lbgen/rule_set.h"

/* A rule that the packet met and that matches, or may; or a policy of DROP at a chain's end. */
struct trace_step {
    enum table table;
    const char *chain;
    size_t number;               /* of the rule in its chain, from 1 */
    const struct set_rule *rule; /* NULL: the policy */
    const char *tag;             /* whose it is; NULL for foreign ones */
    bool sure;                   /* it matches, and the packet comes there */
    struct foggy before, after;  /* the mark */
};

struct trace {
    bool mark_known, verdict_known, service_known;
    uint32_t mark;
    bool accepted;
    const char *service; /* whose mark stayed; NULL: none */
    const char *unknown; /* where nothing at all is known: why; else NULL */
    struct {
        struct trace_step *at;
        size_t n, cap;
    } steps; /* in the order of the walk */
};

/* The set must be linked. Strings belong to the set. trace_free when done. */
void trace_packet(const struct rule_set *set, const struct packet *packet, struct trace *out);

void trace_free(struct trace *trace);

#endif
