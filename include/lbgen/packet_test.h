/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of a rule's list (seen_rule.h) against one packet. */
#ifndef LBGEN_PACKET_TEST_H
#define LBGEN_PACKET_TEST_H

#include "lbgen/packet.h"
#include "lbgen/seen_rule.h"

/* Bits of which some are not known: those in `fog`, where `value` has zeros. */
struct foggy {
    uint32_t value, fog;
};

/* A packet on its way, as a rule sees it. */
struct packet_view {
    const struct packet *packet;
    struct foggy mark, connmark;
    enum truth has_connection; /* connection tracking has one for it */
};

/* Whether the test holds, its negation included. What is taken for granted: a NEW tcp packet is a lone SYN;
 * packets are no second fragments; without a MAC it comes from one that no rule names; frames are of a kind
 * of packet_frames. */
enum truth packet_test(const struct seen_test *test, const struct packet_view *view);

/* The kinds of frames (1 << enum seen_packet_type) that a packet to the address is taken to come in: of those
 * that the address is of, one; both of unicast and broadcast where that depends on the length of its
 * network's prefix. */
unsigned packet_frames(const struct prefix *dst);

#endif
