/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What services claim, flattened: cells of destination, protocol and port that say themselves which services
 * claim all of their packets, so that one lookup is the whole walk.
 *
 * Cells lie in four layers, asked in their order; the first that has a cell for a packet is the answer.
 * Within a layer no two cells have a packet in common. A port matters in the first two layers only: packets
 * whose port can't be read (later fragments) are for the last two. Interfaces, sources and MAC addresses are
 * no axes: who is in a cell's list may still ask for them. */
#ifndef LBGEN_CLAIM_CELLS_H
#define LBGEN_CLAIM_CELLS_H

#include <stdbool.h>

#include "lbgen/arena.h"
#include "lbgen/config.h"

enum cell_layer {
    CELLS_EXACT,    /* one address, one port */
    CELLS_RANGE,    /* a range of either */
    CELLS_ANY_PORT, /* one address, whatever the port, or a protocol without ports */
    CELLS_ANY_PORT_RANGE,
    CELL_LAYERS
};

static inline bool cells_have_ports(enum cell_layer layer)
{
    return layer == CELLS_EXACT || layer == CELLS_RANGE;
}

static inline bool cells_are_ranges(enum cell_layer layer)
{
    return layer == CELLS_RANGE || layer == CELLS_ANY_PORT_RANGE;
}

/* Numbers in config->services, ascending, so in the order in which they set the mark. Who is overwritten by a
 * later one whatever the packet is left out. */
struct service_list {
    uint32_t n;
    uint32_t at[];
};

struct claim_cell {
    struct address from, to; /* both ends belong to it */
    uint16_t low, high;      /* ports; 0 in the last two layers */
    uint8_t proto;           /* enum proto */
    const struct service_list *services;
};

struct cell_list {
    struct claim_cell *at;
    size_t n, cap;
};

struct claim_cells {
    struct cell_list of[CELL_LAYERS]; /* by protocol, address and port */
    struct arena mem;
};

/* Whether the service's mark is for all packets to its VIPs and ports. */
bool service_is_unconditional(const struct service *s);

/* The cells of one family; claim_cells_free when done. Time n log n where few prefixes and ranges lie in each
 * other; n times the number of those that do at worst. */
void claim_cells_make(struct claim_cells *cells, const struct services *services, enum family family);
void claim_cells_free(struct claim_cells *cells);

#endif
