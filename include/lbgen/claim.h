/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What services claim, as boxes: all packets whose destination, source, protocol with port, and interface are
 * each in one of the service's lists. MAC addresses are left out: excluding some never makes two claims
 * disjoint.
 *
 * The axes of a box are numbers that a claim_space gives out for what occurs in a handful of services.
 * Prefixes become numbers by their place in a sorted list: those inside a prefix follow it directly, so a
 * prefix is the interval from its own place to its last descendant's. Interface names likewise: `eth+` is the
 * interval of the names that begin so, which ends with one number for those that nobody wrote. A source of
 * length 0 and the interface `+` are all there is, as if none were given. */
#ifndef LBGEN_CLAIM_H
#define LBGEN_CLAIM_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/boxes.h"
#include "lbgen/buf.h"
#include "lbgen/service.h"

/* Distinct prefixes of one family, sorted by address, wider ones first; last[i]: the place of the last one
 * inside i. */
struct prefix_numbers {
    struct prefix *at;
    uint32_t *last;
    size_t n;
};

/* Distinct interface names without their `+`, sorted; last[i]: the place of the last one that begins with
 * name i. */
struct interface_numbers {
    struct interface *at;
    uint32_t *last;
    size_t n;
};

struct claim_space {
    enum family family;
    struct prefix_numbers vips, sources;
    struct interface_numbers interfaces;
};

/* One service's VIP. */
struct claimed_vip {
    const struct service *service;
    const struct prefix *prefix;
    uint32_t owner; /* goes into the boxes */
};

struct box_list {
    struct box *at;
    size_t n, cap;
};

/* The space for n VIPs of one family. claim_space_free when done. */
void claim_space_init(struct claim_space *space, const struct claimed_vip *vips, size_t n);
void claim_space_free(struct claim_space *space);

/* Adds the boxes of one VIP of the space. Ports that overlap are merged first, so boxes of one service are
 * disjoint. */
void claim_boxes(const struct claim_space *space, const struct claimed_vip *vip, struct box_list *boxes);

/* How many boxes claim_boxes makes of all VIPs of the service together. */
size_t claim_box_count(const struct service *s);

/* A packet that belongs to both of two boxes that overlap. */
struct claim_example {
    enum proto proto;
    uint16_t port;        /* 0: the protocol has none */
    struct prefix vip;    /* full length */
    bool source_given;    /* false: from anywhere */
    struct prefix source; /* full length */
    struct interface in;  /* "": on any */
};

void claim_example(const struct claim_space *space, const struct box *a, const struct box *b,
                   struct claim_example *example);

/* "tcp 192.0.2.10:443", then " from SOURCE" and " on INTERFACE" where the claims are bound to such. */
void claim_example_print(struct buf *out, const struct claim_example *e);

#endif
