/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of the matches addrtype and pkttype. */
#ifndef LBGEN_SEEN_TYPES_H
#define LBGEN_SEEN_TYPES_H

#include "lbgen/buf.h"

/* As bits of a set. */
enum seen_address_type {
    ADDRESS_UNICAST,
    ADDRESS_LOCAL,
    ADDRESS_BROADCAST,
    ADDRESS_MULTICAST,
    ADDRESS_UNSPEC,
    ADDRESS_ANYCAST,
    ADDRESS_BLACKHOLE,
    ADDRESS_UNREACHABLE,
    ADDRESS_PROHIBIT,
    ADDRESS_THROW,
    ADDRESS_NAT,
    ADDRESS_XRESOLVE,
    ADDRESS_TYPES
};
enum seen_packet_type { PACKET_UNICAST, PACKET_BROADCAST, PACKET_MULTICAST, PACKET_TYPES };

extern const char *const address_type_names[ADDRESS_TYPES];
extern const char *const packet_type_names[PACKET_TYPES];

/* "LOCAL,BROADCAST" */
void seen_types_print(struct buf *out, const char *const *names, unsigned types);

#endif
