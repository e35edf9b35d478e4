/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flows in words. */
#ifndef LBGEN_FLOW_TEXT_H
#define LBGEN_FLOW_TEXT_H

#include "lbgen/buf.h"
#include "lbgen/walk.h"

/* "tcp to 192.0.2.10:443", "tcp from 10.0.0.11:80" */
void flow_print(struct buf *out, const struct flow *flow);

/* One packet of the flow that the rule matches, as far as can be said, in the words of packet.h. */
void flow_print_packet(struct buf *out, const struct flow *flow, const struct seen_rule *rule);

#endif
