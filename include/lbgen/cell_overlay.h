/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One prefix's claims laid over what is there already: the arithmetic of ports under claim_cells. */
#ifndef LBGEN_CELL_OVERLAY_H
#define LBGEN_CELL_OVERLAY_H

#include <stdbool.h>

#include "lbgen/claim_cells.h"

extern const struct service_list no_services;

bool service_lists_equal(const struct service_list *a, const struct service_list *b);

struct port_claim {
    struct port_range ports;
    uint32_t service;
};
struct port_claims {
    struct port_claim *at;
    size_t n, cap;
};

/* By first port, then service. */
void port_claims_sort(struct port_claims *claims);
/* Whether one begins with the port; they are sorted. */
bool port_claims_have(const struct port_claims *claims, uint16_t port);

#define NO_SEGMENT UINT32_MAX

/* Ports that the same services claim, since an address. */
struct segment {
    struct port_range ports;
    const struct service_list *services;
    struct address from;
    uint32_t outer; /* it is this segment of the frame around, unchanged; NO_SEGMENT: it is new here */
    bool finished;  /* it ended with the last address that there is */
    bool covered;   /* something else stands in its place, in the frame inside */
};

/* Disjoint, ascending. */
struct segments {
    struct segment *at;
    size_t n, cap;
};

/* The segment that the port lies in, or NULL. */
const struct segment *segment_find(const struct segments *segments, uint16_t port);

struct cell_overlay {
    const struct services *services;
    struct arena *lists;
    /* the last list that overlay_add made, since a service's ports ask for it one after the other */
    const struct service_list *cached_from, *cached;
    uint32_t cached_service;
    struct {
        uint32_t *at;
        size_t n, cap;
    } points;
    struct port_claims active;
};

/* Lists are made in the arena. overlay_free when done. */
void overlay_init(struct cell_overlay *o, const struct services *services, struct arena *lists);
void overlay_free(struct cell_overlay *o);

/* The list with the service put in; the list itself where that changes nothing. */
const struct service_list *overlay_add(struct cell_overlay *o, const struct service_list *list,
                                       uint32_t service);
const struct service_list *overlay_add_all(struct cell_overlay *o, const struct service_list *list,
                                           const struct service_numbers *services);

/* The segments inside a prefix that begins at `from`: those of `outer` with the claims (sorted) and with
 * `all`, who claim all ports, laid over them. any: who claims all ports there, `all` included. Those of
 * `outer` that are changed become covered. */
void overlay_make(struct cell_overlay *o, struct segments *outer, const struct port_claims *claims,
                  const struct service_numbers *all, const struct service_list *any, struct address from,
                  struct segments *out);

#endif
