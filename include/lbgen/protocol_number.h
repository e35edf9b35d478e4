/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The number of any IP protocol, as rules name them. */
#ifndef LBGEN_PROTOCOL_NUMBER_H
#define LBGEN_PROTOCOL_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number 0..255, a name that iptables or lbgen knows (tcp, ipv6-icmp, vrrp, carp, ...), or one of
 * /etc/protocols; case counts. *out is untouched when it is none of these. Names are looked up in the file
 * once. */
bool protocol_number(const char *name, size_t len, uint8_t *out);

/* Its name in /etc/protocols; NULL when it has none there. The file is asked once for a number; valid as long
 * as the program. */
const char *protocol_file_name(uint8_t number);

#endif
