/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets become services that claim nothing else, so that claim.h makes boxes of them, too;
 * boxes_overlapping finds whose boxes they lie in. Of equal boxes only those of services that set a bit which
 * no later one sets are kept, 32 at most. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/claim_marks.h"
#include "lbgen/vec.h"
#include "lbgen/vip_order.h"
#include "lbgen/xalloc.h"

/* A packet as a service. */
struct point {
    const struct claim_example *packet;
    struct service service;
    struct port_range port;
    uint32_t whole; /* the last service that sets all bits: its number + 1; 0: none */
};

/* A service that sets some bits of a packet's mark. */
struct share {
    uint32_t point, service;
};

struct walk {
    const struct services *services;
    enum family family;
    const struct claim_example **order; /* of the family, equal ones together */
    size_t n;
    struct point *points; /* one for each that differs; */
    size_t n_points;
    struct service_more *more; /* and what it asks for, of those that do */
    struct box_list boxes;
    struct {
        struct share *at;
        size_t n, cap;
    } shares;
};

static int by_packet(const void *a, const void *b)
{
    const struct claim_example *x = *(const struct claim_example *const *)a,
                               *y = *(const struct claim_example *const *)b;
    int order = address_compare(x->vip.first, y->vip.first);

    if (order == 0)
        order = (int)x->proto - (int)y->proto;
    if (order == 0)
        order = x->port - y->port;
    if (order == 0)
        order = x->source_given - y->source_given;
    if (order == 0 && x->source_given)
        order = address_compare(x->source.first, y->source.first);
    return order ? order : strcmp(x->in.name, y->in.name);
}

static void make_point(struct walk *w, struct point *p, const struct claim_example *packet)
{
    struct service_more *more = &w->more[p - w->points];

    *p = (struct point){.packet = packet, .port = {packet->port, packet->port}};
    p->service.vips = (struct prefix_list){.at = &packet->vip, .n = 1};
    p->service.protocols[p->service.n_protocols++] = (uint8_t)packet->proto;
    p->service.ports = (struct port_list){.at = &p->port, .n = 1};
    if (packet->source_given) {
        more->sources = (struct prefix_list){.at = &packet->source, .n = 1};
        p->service.given |= 1U << KEY_SOURCE;
    }
    if (packet->in.name[0]) {
        more->interfaces = (struct interface_list){.at = &packet->in, .n = 1};
        p->service.given |= 1U << KEY_INTERFACE;
    }
    if (p->service.given)
        p->service.more = more;
}

static void make_points(struct walk *w, const struct claim_example *packets, size_t n)
{
    w->order = xmalloc(n * sizeof *w->order);
    w->points = xmalloc(n * sizeof *w->points);
    w->more = xcalloc(n, sizeof *w->more);
    for (size_t i = 0; i < n; i++)
        if (packets[i].vip.family == w->family)
            w->order[w->n++] = &packets[i];
    if (w->n)
        qsort(w->order, w->n, sizeof *w->order, by_packet);
    for (size_t i = 0; i < w->n; i++)
        if (i == 0 || by_packet(&w->order[i - 1], &w->order[i]) != 0)
            make_point(w, &w->points[w->n_points++], w->order[i]);
}

/* Later owners first. */
static int by_box(const void *a, const void *b)
{
    const struct box *x = a, *y = b;
    int order = memcmp(x->low, y->low, sizeof x->low);

    if (order == 0)
        order = memcmp(x->high, y->high, sizeof x->high);
    return order ? order : (x->owner < y->owner) - (x->owner > y->owner);
}

static void drop_overwritten(struct walk *w)
{
    uint32_t left = MARK_MASK_ALL;
    size_t kept = 0;

    if (w->boxes.n)
        qsort(w->boxes.at, w->boxes.n, sizeof *w->boxes.at, by_box);
    for (size_t i = 0; i < w->boxes.n; i++) {
        const struct box box = w->boxes.at[i];
        uint32_t mask = w->services->at[box.owner].mark.mask;

        if (i == 0 || memcmp(box.low, w->boxes.at[kept - 1].low, sizeof box.low) != 0 ||
            memcmp(box.high, w->boxes.at[kept - 1].high, sizeof box.high) != 0)
            left = MARK_MASK_ALL;
        if (!(mask & left))
            continue;
        left &= ~mask;
        w->boxes.at[kept++] = box;
    }
    w->boxes.n = kept;
}

/* The boxes of all services, and behind them the packets'. */
static void make_boxes(struct walk *w)
{
    struct vip_refs refs = vip_refs_sorted(w->services, w->family, NULL);
    struct claimed_vip *vips = xmalloc((refs.n + w->n_points) * sizeof *vips);
    struct claim_space space;

    for (size_t i = 0; i < refs.n; i++)
        vips[i] = (struct claimed_vip){.service = &w->services->at[refs.at[i].service],
                                       .prefix = vip_ref_prefix(w->services, &refs.at[i]),
                                       .owner = refs.at[i].service};
    for (size_t i = 0; i < w->n_points; i++)
        vips[refs.n + i] = (struct claimed_vip){.service = &w->points[i].service,
                                                .prefix = &w->points[i].packet->vip,
                                                .owner = (uint32_t)(w->services->n + i)};
    claim_space_init(&space, vips, refs.n + w->n_points);
    for (size_t i = 0; i < refs.n; i++)
        claim_boxes(&space, &vips[i], &w->boxes);
    drop_overwritten(w);
    for (size_t i = 0; i < w->n_points; i++)
        claim_boxes(&space, &vips[refs.n + i], &w->boxes);
    claim_space_free(&space);
    free(vips);
    free(refs.at);
}

static void on_pair(void *ctx, const struct box *a, const struct box *b)
{
    struct walk *w = ctx;
    const struct box *packet = a->owner > b->owner ? a : b, *claim = packet == a ? b : a;

    if (packet->owner < w->services->n || claim->owner >= w->services->n || !box_inside(packet, claim))
        return;
    struct point *p = &w->points[packet->owner - w->services->n];
    if (w->services->at[claim->owner].mark.mask != MARK_MASK_ALL)
        *VEC_ADD(&w->shares) = (struct share){(uint32_t)(p - w->points), claim->owner};
    else if (p->whole <= claim->owner)
        p->whole = claim->owner + 1;
}

static int by_point(const void *a, const void *b)
{
    const struct share *x = a, *y = b;

    if (x->point != y->point)
        return x->point < y->point ? -1 : 1;
    return (x->service > y->service) - (x->service < y->service);
}

/* The mark of each packet in w->order, whose place in `packets` is its place in `marks`. */
static void tell_marks(struct walk *w, const struct claim_example *packets, uint32_t *marks)
{
    size_t share = 0, point = 0;
    uint32_t mark = 0;

    if (w->shares.n)
        qsort(w->shares.at, w->shares.n, sizeof *w->shares.at, by_point);
    for (size_t i = 0; i < w->n; i++) {
        if (i == 0 || by_packet(&w->order[i - 1], &w->order[i]) != 0) {
            const struct point *p = &w->points[point];

            mark = p->whole ? w->services->at[p->whole - 1].mark.value : 0;
            for (; share < w->shares.n && w->shares.at[share].point == point; share++)
                if (w->shares.at[share].service >= p->whole)
                    mark = mark_apply(w->services->at[w->shares.at[share].service].mark, mark);
            point++;
        }
        marks[w->order[i] - packets] = mark;
    }
}

void claim_marks(const struct services *services, const struct claim_example *packets, size_t n,
                 uint32_t *marks)
{
    for (int f = 0; f < FAMILIES; f++) {
        struct walk w = {.services = services, .family = (enum family)f};

        make_points(&w, packets, n);
        if (w.n_points) {
            make_boxes(&w);
            boxes_overlapping(w.boxes.at, w.boxes.n, on_pair, &w);
            tell_marks(&w, packets, marks);
        }
        free(w.order);
        free(w.points);
        free(w.more);
        free(w.boxes.at);
        free(w.shares.at);
    }
}
