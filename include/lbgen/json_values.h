/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lbgen's values in JSON, the same wherever they stand (man/lbgen-json.7). */
#ifndef LBGEN_JSON_VALUES_H
#define LBGEN_JSON_VALUES_H

#include "lbgen/json_stream.h"
#include "lbgen/service.h"

/* {"value": 80, "hex": "0x50"} */
json_t *json_bits(uint32_t bits);
/* {"value": 80, "hex": "0x50", "mask": 4294967295, "mask-hex": "0xffffffff"} */
json_t *json_mark(struct mark mark);

/* "192.0.2.10", and "192.0.2.0/24" where it is shorter than an address. */
json_t *json_prefix(const struct prefix *prefix);
json_t *json_prefixes(struct prefix_list list);

/* {"first": 80, "last": 80}; all ports are 0 to 65535. */
json_t *json_ports(const struct port_range *at, uint32_t n);

json_t *json_interfaces(struct interface_list list);
json_t *json_mac(const struct mac *mac);
json_t *json_macs(struct mac_list list);

/* "ipv4", "ipv6"; with a set of FAMILY_BIT_*, a list of these. */
const char *json_family(enum family family);
json_t *json_families(unsigned families);

#endif
