/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocols that a service may have, in one table. Numbers: IANA's protocol numbers. */
#ifndef LBGEN_PROTO_H
#define LBGEN_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/complaint.h"

enum proto { PROTO_TCP, PROTO_UDP, PROTO_SCTP, PROTO_ESP, PROTO_AH, PROTO_DCCP, PROTO_UDPLITE, PROTOS };

struct proto_ops {
    const char *name; /* the user's word and iptables-save's */
    uint8_t number;   /* in the IP header */
    bool has_ports;
    bool port_match;   /* "-m NAME --dport" exists; udplite has multiport only */
    bool balanced;     /* by IPVS */
    bool ipv6_matches; /* "ip6tables -p NAME" can match: AH is an extension header there, no protocol */
};

extern const struct proto_ops proto_ops[PROTOS];

/* The numbers of further protocols that packets and rules name. */
enum { IP_PROTO_ICMP = 1, IP_PROTO_IPIP = 4, IP_PROTO_IPV6 = 41, IP_PROTO_ICMPV6 = 58, IP_PROTO_VRRP = 112 };

/* By its number; no protocol that is not in the table has any. */
bool protocol_has_ports(unsigned number);

bool proto_parse(const char *text, size_t n, enum proto *out, struct complaint *why);

#endif
