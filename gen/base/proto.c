/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/proto.h"

const struct proto_ops proto_ops[PROTOS] = {
    [PROTO_TCP] = {"tcp", 6, .has_ports = true, .port_match = true, .balanced = true, .ipv6_matches = true},
    [PROTO_UDP] = {"udp", 17, .has_ports = true, .port_match = true, .balanced = true, .ipv6_matches = true},
    [PROTO_SCTP] = {"sctp", 132, .has_ports = true, .port_match = true, .balanced = true,
                    .ipv6_matches = true},
    [PROTO_ESP] = {"esp", 50, .balanced = true, .ipv6_matches = true},
    [PROTO_AH] = {"ah", 51, .balanced = true},
    [PROTO_DCCP] = {"dccp", 33, .has_ports = true, .port_match = true, .ipv6_matches = true},
    [PROTO_UDPLITE] = {"udplite", 136, .has_ports = true, .ipv6_matches = true},
};

bool protocol_has_ports(unsigned number)
{
    for (int p = 0; p < PROTOS; p++)
        if (proto_ops[p].number == number)
            return proto_ops[p].has_ports;
    return false;
}

bool proto_parse(const char *text, size_t n, enum proto *out, struct complaint *why)
{
    for (int p = 0; p < PROTOS; p++)
        if (strlen(proto_ops[p].name) == n && memcmp(proto_ops[p].name, text, n) == 0) {
            *out = (enum proto)p;
            return true;
        }
    return complain(why, 0, n,
                    "'%.*s' is no protocol of a service; there are tcp udp sctp esp ah dccp udplite",
                    n > 40 ? 40 : (int)n, text);
}
