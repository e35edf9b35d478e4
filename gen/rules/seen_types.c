/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/seen_types.h"

const char *const address_type_names[ADDRESS_TYPES] = {[ADDRESS_UNICAST] = "UNICAST",
                                                       [ADDRESS_LOCAL] = "LOCAL",
                                                       [ADDRESS_BROADCAST] = "BROADCAST",
                                                       [ADDRESS_MULTICAST] = "MULTICAST",
                                                       [ADDRESS_UNSPEC] = "UNSPEC",
                                                       [ADDRESS_ANYCAST] = "ANYCAST",
                                                       [ADDRESS_BLACKHOLE] = "BLACKHOLE",
                                                       [ADDRESS_UNREACHABLE] = "UNREACHABLE",
                                                       [ADDRESS_PROHIBIT] = "PROHIBIT",
                                                       [ADDRESS_THROW] = "THROW",
                                                       [ADDRESS_NAT] = "NAT",
                                                       [ADDRESS_XRESOLVE] = "XRESOLVE"};

const char *const packet_type_names[PACKET_TYPES] = {
    [PACKET_UNICAST] = "unicast", [PACKET_BROADCAST] = "broadcast", [PACKET_MULTICAST] = "multicast"};

void seen_types_print(struct buf *out, const char *const *names, unsigned types)
{
    const char *comma = "";

    for (unsigned i = 0; types >> i; i++)
        if (types >> i & 1) {
            buf_printf(out, "%s%s", comma, names[i]);
            comma = ",";
        }
}
