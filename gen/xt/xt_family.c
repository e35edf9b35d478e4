/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <sys/socket.h>
#include <getopt.h>
#include <xtables.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "lbgen/xt_family.h"

_Static_assert(XT_NOT_IN == IPT_INV_VIA_IN && XT_NOT_IN == IP6T_INV_VIA_IN, "in");
_Static_assert(XT_NOT_OUT == IPT_INV_VIA_OUT && XT_NOT_OUT == IP6T_INV_VIA_OUT, "out");
_Static_assert(XT_NOT_SOURCE == IPT_INV_SRCIP && XT_NOT_SOURCE == IP6T_INV_SRCIP, "source");
_Static_assert(XT_NOT_DESTINATION == IPT_INV_DSTIP && XT_NOT_DESTINATION == IP6T_INV_DSTIP, "destination");
_Static_assert(XT_NOT_FRAGMENT == IPT_INV_FRAG, "fragment");
_Static_assert(XT_NOT_PROTO == XT_INV_PROTO, "proto");

#define OFFSETS(entry, ip)                                                                                   \
    .entry_size = sizeof(struct entry), .source = offsetof(struct entry, ip.src),                            \
    .source_mask = offsetof(struct entry, ip.smsk), .destination = offsetof(struct entry, ip.dst),           \
    .destination_mask = offsetof(struct entry, ip.dmsk), .in = offsetof(struct entry, ip.iniface),           \
    .in_mask = offsetof(struct entry, ip.iniface_mask), .out = offsetof(struct entry, ip.outiface),          \
    .out_mask = offsetof(struct entry, ip.outiface_mask), .proto = offsetof(struct entry, ip.proto),         \
    .flags = offsetof(struct entry, ip.flags), .inversions = offsetof(struct entry, ip.invflags),            \
    .ip_size = offsetof(struct entry, ip.invflags) + 1,                                                      \
    .target_offset = offsetof(struct entry, target_offset),                                                  \
    .next_offset = offsetof(struct entry, next_offset), .counters = offsetof(struct entry, counters)

#define IN_ONE_PIECE(entry, ip)                                                                              \
    (offsetof(struct entry, ip.outiface_mask) == offsetof(struct entry, ip.iniface) + 3 * IFNAMSIZ &&        \
     offsetof(struct entry, ip.proto) == offsetof(struct entry, ip.iniface) + 4 * IFNAMSIZ)
_Static_assert(IN_ONE_PIECE(ipt_entry, ip) && IN_ONE_PIECE(ip6t_entry, ipv6), "addresses, interfaces, proto");
_Static_assert(offsetof(struct ipt_entry, ip) == 0 && offsetof(struct ip6t_entry, ipv6) == 0,
               "ip comes first");

static const struct xt_family ipv4 = {
    .number = 4,
    .name = "IPv4",
    .af = AF_INET,
    .nfproto = NFPROTO_IPV4,
    .address_size = sizeof(struct in_addr),
    .goto_flag = IPT_F_GOTO,
    .fragment_flag = IPT_F_FRAG,
    .ipproto = IPPROTO_IP,
    .so_rev_match = IPT_SO_GET_REVISION_MATCH,
    .so_rev_target = IPT_SO_GET_REVISION_TARGET,
    OFFSETS(ipt_entry, ip),
};

static const struct xt_family ipv6 = {
    .number = 6,
    .name = "IPv6",
    .af = AF_INET6,
    .nfproto = NFPROTO_IPV6,
    .address_size = sizeof(struct in6_addr),
    .proto_flag = IP6T_F_PROTO,
    .goto_flag = IP6T_F_GOTO,
    .ipproto = IPPROTO_IPV6,
    .so_rev_match = IP6T_SO_GET_REVISION_MATCH,
    .so_rev_target = IP6T_SO_GET_REVISION_TARGET,
    OFFSETS(ip6t_entry, ipv6),
};

const struct xt_family *xt_family(int number)
{
    return number == 6 ? &ipv6 : &ipv4;
}
