/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A set of packets: for each axis the values that they have, any combination of them. */
#ifndef LBGEN_CELL_H
#define LBGEN_CELL_H

#include "lbgen/packet.h"
#include "lbgen/set_diagram.h"

struct cell_values {
    const struct interval *at; /* in order, not touching each other */
    size_t n;                  /* 0: any value */
};

struct cell {
    enum family family;
    enum path path;
    struct cell_values of[AXIS_ATOM];
};

/* A packet as it is shown: what packet.h has no words for stands beside it. */
struct example {
    struct packet packet;
    enum path path;
    struct interface out;
    uint8_t icmp_code, flags, frame; /* enum seen_packet_type */
    uint32_t connmark;
    bool fragment;
    bool frame_matters; /* and is not what it is taken to be without a word (packet_test.h) */
    bool flags_matter;  /* and not those of a packet that opens a connection */
};

/* A packet of the cell, as plain a one as there is; false when there can't be any: no interface has such a
 * name, or connection tracking never comes to such a state. */
bool cell_example(const struct cell *cell, struct example *out);

/* The packet's value on an axis before AXIS_ATOM. */
wide example_value(const struct example *example, uint32_t axis);

/* The bits of the marks that all packets of the cell have in common. */
struct known_bits {
    uint32_t known, value;
};
struct known_bits cell_mark(const struct cell *cell, enum axis axis); /* AXIS_MARK or AXIS_CONNMARK */

/* Whether the value belongs to the set. */
bool cell_has(const struct cell *cell, uint32_t axis, wide value);

/* A name of an interface with a value in low..high; false when there is none. */
bool interface_between(wide low, wide high, struct interface *out);

#endif
