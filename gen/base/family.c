/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/socket.h>

#include "lbgen/family.h"

const struct family_ops family_ops[FAMILIES] = {
    [IPV4] = {.name = "IPv4",
              .number = 4,
              .af = AF_INET,
              .bits = 32,
              .icmp = "icmp",
              .icmp_match = " -m icmp --icmp-type ",
              .path_mtu_types = {3, 11, 12}},
    [IPV6] = {.name = "IPv6",
              .number = 6,
              .af = AF_INET6,
              .bits = 128,
              .icmp = "ipv6-icmp",
              .icmp_match = " -m icmp6 --icmpv6-type ",
              .path_mtu_types = {1, 2, 3, 4},
              .neighbour_types = {133, 134, 135, 136}},
};
