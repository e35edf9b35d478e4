/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ports and ranges of ports. */
#ifndef LBGEN_PORTS_H
#define LBGEN_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/complaint.h"

/* Both ends belong to it; 1 <= low <= high. */
struct port_range {
    uint16_t low, high;
};

/* What `ports = any` is: no test of ports at all. */
#define PORTS_ANY ((struct port_range){0, UINT16_MAX})

static inline bool ports_is_any(struct port_range r)
{
    return r.low == 0;
}

/* One item of a list: a port, a name of /etc/services (tried whole first), a:b or a-b with a < b or a = b, or
 * "any". */
bool ports_parse(const char *text, size_t n, struct port_range *out, struct complaint *why);

/* One port 1..65535, as a decimal number or a name. */
bool port_parse(const char *text, size_t n, uint16_t *out, struct complaint *why);

static inline bool ports_overlap(struct port_range a, struct port_range b)
{
    return a.low <= b.high && b.low <= a.high;
}

#endif
