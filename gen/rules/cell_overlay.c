/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/cell_overlay.h"
#include "lbgen/vec.h"

const struct service_list no_services = {0};

bool service_lists_equal(const struct service_list *a, const struct service_list *b)
{
    return a == b || (a->n == b->n && memcmp(a->at, b->at, a->n * sizeof *a->at) == 0);
}

static int by_port(const void *a, const void *b)
{
    const struct port_claim *x = a, *y = b;

    if (x->ports.low != y->ports.low)
        return x->ports.low - y->ports.low;
    return (x->service > y->service) - (x->service < y->service);
}

void port_claims_sort(struct port_claims *claims)
{
    bool sorted = true;

    for (size_t i = 1; i < claims->n && sorted; i++)
        sorted = by_port(&claims->at[i - 1], &claims->at[i]) <= 0;
    if (!sorted)
        qsort(claims->at, claims->n, sizeof *claims->at, by_port);
}

bool port_claims_have(const struct port_claims *claims, uint16_t port)
{
    size_t low = 0, high = claims->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (claims->at[middle].ports.low < port)
            low = middle + 1;
        else
            high = middle;
    }
    return low < claims->n && claims->at[low].ports.low == port;
}

const struct segment *segment_find(const struct segments *segments, uint16_t port)
{
    size_t low = 0, high = segments->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (segments->at[middle].ports.high < port)
            low = middle + 1;
        else
            high = middle;
    }
    return low < segments->n && segments->at[low].ports.low <= port ? &segments->at[low] : NULL;
}

void overlay_init(struct cell_overlay *o, const struct services *services, struct arena *lists)
{
    *o = (struct cell_overlay){.services = services, .lists = lists};
}

void overlay_free(struct cell_overlay *o)
{
    free(o->points.at);
    free(o->active.at);
}

/* Whether what earlier services set does not matter any more behind this one. */
static bool overwrites_all(const struct service *s)
{
    return s->mark.mask == MARK_MASK_ALL && service_is_unconditional(s);
}

const struct service_list *overlay_add(struct cell_overlay *o, const struct service_list *list,
                                       uint32_t service)
{
    uint32_t behind = 0, kept;
    struct service_list *made;

    if (o->cached_from == list && o->cached_service == service)
        return o->cached;
    while (behind < list->n && list->at[behind] < service)
        behind++;
    if (behind < list->n && list->at[behind] == service)
        return list;
    /* Only the first of a list can be one that overwrites all. */
    if (behind == 0 && list->n && overwrites_all(&o->services->at[list->at[0]]))
        return list;
    kept = overwrites_all(&o->services->at[service]) ? 0 : behind;
    made = arena_alloc(o->lists, sizeof *made + (kept + 1 + list->n - behind) * sizeof *made->at);
    made->n = kept + 1 + list->n - behind;
    memcpy(made->at, list->at, kept * sizeof *made->at);
    made->at[kept] = service;
    memcpy(made->at + kept + 1, list->at + behind, (list->n - behind) * sizeof *made->at);
    o->cached_from = list;
    o->cached_service = service;
    o->cached = made;
    return made;
}

const struct service_list *overlay_add_all(struct cell_overlay *o, const struct service_list *list,
                                           const struct service_numbers *services)
{
    for (size_t i = 0; i < services->n; i++)
        list = overlay_add(o, list, services->at[i]);
    return list;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Marks the outer segments that a claim, or a service for all ports, lies over. */
static void cover(struct segments *outer, const struct port_claims *claims, bool all)
{
    size_t next = 0;
    uint32_t reach = 0; /* behind the last port of the claims that were passed */

    for (size_t i = 0; i < outer->n; i++) {
        struct segment *s = &outer->at[i];

        for (; next < claims->n && claims->at[next].ports.low <= s->ports.high; next++)
            if (claims->at[next].ports.high + 1U > reach)
                reach = claims->at[next].ports.high + 1U;
        s->covered = all || reach > s->ports.low;
    }
}

/* The ports at which something begins, or has ended, ascending, each once. */
static void collect_points(struct cell_overlay *o, const struct segments *outer,
                           const struct port_claims *claims)
{
    size_t kept = 0;

    o->points.n = 0;
    for (size_t i = 0; i < outer->n; i++)
        if (outer->at[i].covered) {
            *VEC_ADD(&o->points) = outer->at[i].ports.low;
            *VEC_ADD(&o->points) = outer->at[i].ports.high + 1U;
        }
    for (size_t i = 0; i < claims->n; i++) {
        *VEC_ADD(&o->points) = claims->at[i].ports.low;
        *VEC_ADD(&o->points) = claims->at[i].ports.high + 1U;
    }
    if (o->points.n)
        qsort(o->points.at, o->points.n, sizeof *o->points.at, by_number);
    for (size_t i = 0; i < o->points.n; i++)
        if (kept == 0 || o->points.at[kept - 1] != o->points.at[i])
            o->points.at[kept++] = o->points.at[i];
    o->points.n = kept;
}

/* Makes the claims active that begin at the port, and drops those that have ended. */
static void activate(struct cell_overlay *o, const struct port_claims *claims, size_t *next, uint32_t port)
{
    size_t kept = 0;

    for (size_t i = 0; i < o->active.n; i++)
        if (o->active.at[i].ports.high >= port)
            o->active.at[kept++] = o->active.at[i];
    o->active.n = kept;
    for (; *next < claims->n && claims->at[*next].ports.low == port; ++*next)
        *VEC_ADD(&o->active) = claims->at[*next];
}

static void add_segment(struct segments *out, struct segment s)
{
    struct segment *last = out->n ? &out->at[out->n - 1] : NULL;

    if (last && last->outer == NO_SEGMENT && s.outer == NO_SEGMENT && last->ports.high + 1 == s.ports.low &&
        service_lists_equal(last->services, s.services))
        last->ports.high = s.ports.high;
    else
        *VEC_ADD(out) = s;
}

/* What stands in the place of covered segments, between two points. */
static void overlay_between(struct cell_overlay *o, struct port_range ports, const struct segment *below,
                            const struct service_numbers *all, const struct service_list *any,
                            struct address from, struct segments *out)
{
    const struct service_list *list;

    if (!below && o->active.n == 0)
        return;
    list = below ? overlay_add_all(o, below->services, all) : any;
    for (size_t i = 0; i < o->active.n; i++)
        list = overlay_add(o, list, o->active.at[i].service);
    add_segment(out, (struct segment){.ports = ports, .services = list, .from = from, .outer = NO_SEGMENT});
}

/* A segment that came out as it was is not covered. */
static void uncover_same(struct segments *outer, struct segments *out)
{
    size_t o = 0;

    for (size_t i = 0; i < out->n; i++) {
        struct segment *s = &out->at[i];

        while (o < outer->n && outer->at[o].ports.low < s->ports.low)
            o++;
        if (s->outer != NO_SEGMENT || o == outer->n || outer->at[o].ports.low != s->ports.low ||
            outer->at[o].ports.high != s->ports.high ||
            !service_lists_equal(outer->at[o].services, s->services))
            continue;
        *s = outer->at[o];
        s->outer = (uint32_t)o;
        s->covered = outer->at[o].covered = false;
    }
}

void overlay_make(struct cell_overlay *o, struct segments *outer, const struct port_claims *claims,
                  const struct service_numbers *all, const struct service_list *any, struct address from,
                  struct segments *out)
{
    size_t point = 0, claim = 0, below = 0;

    out->n = o->active.n = 0;
    cover(outer, claims, all->n > 0);
    collect_points(o, outer, claims);
    for (; below < outer->n || point < o->points.n;) {
        struct segment *s = below < outer->n ? &outer->at[below] : NULL;

        if (s && !s->covered && (point == o->points.n || s->ports.low < o->points.at[point])) {
            struct segment carried = *s;

            carried.outer = (uint32_t)below++;
            add_segment(out, carried);
            continue;
        }
        if (point == o->points.n)
            break;
        uint32_t low = o->points.at[point++];
        while (below < outer->n && outer->at[below].covered && outer->at[below].ports.high < low)
            below++;
        activate(o, claims, &claim, low);
        if (point == o->points.n)
            continue;
        s = below < outer->n && outer->at[below].covered && outer->at[below].ports.low <= low
                ? &outer->at[below]
                : NULL;
        overlay_between(o, (struct port_range){(uint16_t)low, (uint16_t)(o->points.at[point] - 1)}, s, all,
                        any, from, out);
    }
    uncover_same(outer, out);
}
