/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet in the user's words: `PROTO SRC[:PORT] DST[:PORT] [IFACE] [mac=] [state=] [mark=] [hook=]`, for
 * [expect] and for what is said about packets. */
#ifndef LBGEN_PACKET_H
#define LBGEN_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/buf.h"
#include "lbgen/complaint.h"
#include "lbgen/device.h"
#include "lbgen/prefix.h"

enum packet_state {
    STATE_NEW,
    STATE_ESTABLISHED,
    STATE_RELATED,
    STATE_INVALID,
    STATE_UNTRACKED,
    PACKET_STATES
};

struct packet {
    struct prefix src, dst; /* full length, one family */
    uint8_t protocol;       /* number in the IP header */
    bool icmp_type_given;
    uint8_t icmp_type;
    uint16_t sport, dport; /* 0 where the protocol has none, or where SRC was given without one */
    struct interface in;   /* "" where none was given */
    bool mac_given;
    struct mac mac;
    bool state_given;
    enum packet_state state; /* NEW where none was given */
    uint32_t mark;
    bool forwarded; /* hook=forward */
};

/* IPv6 addresses with a port stand in brackets: [2001:db8::1]:443. tcp and their like need a port on DST. */
bool packet_parse(const char *text, size_t n, struct packet *out, struct complaint *why);

/* In the same words; protocols that these do not have as numbers. */
void packet_print(struct buf *out, const struct packet *packet);
void protocol_print(struct buf *out, uint8_t protocol);
const char *protocol_word(uint8_t protocol); /* NULL for those */
void packet_print_state(struct buf *out, enum packet_state state);

#endif
