/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 and IPv6 as data: what differs between them stands in two const tables, and one code path asks them.
 */
#ifndef LBGEN_FAMILY_H
#define LBGEN_FAMILY_H

#include <stdint.h>

enum family { IPV4, IPV6, FAMILIES };

/* Sets of families, for rules that go to one or both. */
enum { FAMILY_BIT_4 = 1 << IPV4, FAMILY_BIT_6 = 1 << IPV6, FAMILY_BITS_BOTH = 3 };

struct family_ops {
    const char *name;           /* "IPv4" */
    int number;                 /* 4 or 6, as in the options -4 and -6 */
    int af;                     /* AF_INET or AF_INET6 */
    uint8_t bits;               /* of an address */
    const char *icmp;           /* "icmp", "ipv6-icmp": iptables-save's name of the protocol */
    const char *icmp_match;     /* "-m icmp --icmp-type " */
    uint8_t path_mtu_types[5];  /* ICMP types that path MTU discovery and error reports need, 0-terminated */
    uint8_t neighbour_types[5]; /* neighbour discovery, 0-terminated; none in IPv4 */
};

extern const struct family_ops family_ops[FAMILIES];

#endif
