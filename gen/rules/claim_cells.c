/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sweep over the addresses, once for each protocol. Prefixes are nested or disjoint, so what is open at an
 * address is a stack of frames. A frame has the segments of ports that its addresses are cut into, each with
 * the services that claim it and the address from which it has been so. A prefix inside that changes some
 * segments closes these where it begins and lets them go on behind its end; the others are carried through
 * it.
 *
 * A single address opens no frame. Its single ports go to the exact layer, which is asked first, so they cut
 * nothing out of what lies around them.
 */
#include <stdlib.h>
#include <string.h>

#include "lbgen/cell_overlay.h"
#include "lbgen/claim_cells.h"
#include "lbgen/vec.h"
#include "lbgen/vip_order.h"
#include "lbgen/xalloc.h"

enum { DEPTH_MAX = 130 /* the root, and a prefix of each length */ };

struct frame {
    struct prefix prefix;
    const struct service_list *any; /* who claims all ports */
    struct address any_from;
    bool any_finished, any_is_own; /* any_is_own: not carried through from the outer frame */
    struct segments segments;
};

struct sweep {
    const struct services *services;
    enum family family;
    enum proto proto;
    struct claim_cells *cells;
    struct cell_overlay overlay;
    struct frame frames[DEPTH_MAX];
    size_t depth; /* frames[depth] is the innermost */
    struct segments host;
    struct port_claims ports, singles; /* of the prefix at hand */
    struct service_numbers any;
};

bool service_is_unconditional(const struct service *s)
{
    return !service_has(s, KEY_INTERFACE) && !service_has(s, KEY_SOURCE) &&
           service_more(s)->exclude_macs.n == 0;
}

static struct address last_address(const struct prefix *p)
{
    const unsigned bits = family_ops[p->family].bits;
    struct address last = p->first;

    if (p->len < 64)
        last.high |= UINT64_MAX >> p->len;
    if (p->len <= 64)
        last.low = UINT64_MAX;
    else if (p->len < 128)
        last.low |= UINT64_MAX >> (p->len - 64);
    if (bits == 32)
        last = (struct address){.high = last.high & ((uint64_t)UINT32_MAX << 32)};
    return last;
}

static struct address before(enum family family, struct address a)
{
    if (family == IPV4)
        return (struct address){.high = a.high - ((uint64_t)1 << 32)};
    return (struct address){.high = a.high - (a.low == 0), .low = a.low - 1};
}

/* The address behind `a`; false where there is none. */
static bool behind(enum family family, struct address a, struct address *out)
{
    if (family == IPV4)
        *out = (struct address){.high = a.high + ((uint64_t)1 << 32)};
    else
        *out = (struct address){.high = a.high + (a.low == UINT64_MAX), .low = a.low + 1};
    return address_compare(a, *out) < 0;
}

static void add_cell(struct sweep *w, enum cell_layer layer, struct address from, struct address to,
                     struct port_range ports, const struct service_list *services)
{
    *VEC_ADD(&w->cells->of[layer]) = (struct claim_cell){.from = from,
                                                         .to = to,
                                                         .low = ports.low,
                                                         .high = ports.high,
                                                         .proto = (uint8_t)w->proto,
                                                         .services = services};
}

/* The segment's piece up to `to`, unless who claims all ports says the same. A piece of one address stays a
 * range: in the exact layer is what that address has of its own. */
static void add_piece(struct sweep *w, const struct segment *s, struct address to)
{
    if (s->finished || address_compare(s->from, to) > 0 ||
        service_lists_equal(s->services, w->frames[w->depth].any))
        return;
    add_cell(w, CELLS_RANGE, s->from, to, s->ports, s->services);
}

static void add_any_piece(struct sweep *w, const struct frame *f, struct address to)
{
    if (!f->any_finished && f->any->n && address_compare(f->any_from, to) <= 0)
        add_cell(w, CELLS_ANY_PORT_RANGE, f->any_from, to, (struct port_range){0, 0}, f->any);
}

/* Closes what the segments inside have covered, in front of the prefix that they belong to. */
static void cut_outer(struct sweep *w, struct frame *outer, struct address first)
{
    for (size_t i = 0; i < outer->segments.n; i++) {
        const struct segment *s = &outer->segments.at[i];

        if (s->covered && address_compare(s->from, first) < 0)
            add_piece(w, s, before(w->family, first));
    }
}

static void go_on_behind(struct sweep *w, struct frame *outer, struct address last)
{
    for (size_t i = 0; i < outer->segments.n; i++) {
        struct segment *s = &outer->segments.at[i];

        if (s->covered)
            s->finished = !behind(w->family, last, &s->from);
        s->covered = false;
    }
}

static void open_frame(struct sweep *w, const struct prefix *prefix)
{
    struct frame *outer = &w->frames[w->depth], *f = outer + 1;

    f->prefix = *prefix;
    f->any = overlay_add_all(&w->overlay, outer->any, &w->any);
    f->any_is_own = f->any != outer->any;
    f->any_finished = !f->any_is_own && outer->any_finished;
    f->any_from = f->any_is_own ? prefix->first : outer->any_from;
    if (f->any_is_own && address_compare(outer->any_from, prefix->first) < 0)
        add_any_piece(w, outer, before(w->family, prefix->first));
    overlay_make(&w->overlay, &outer->segments, &w->ports, &w->any, f->any, prefix->first, &f->segments);
    cut_outer(w, outer, prefix->first);
    w->depth++;
}

static void close_frame(struct sweep *w)
{
    struct frame *f = &w->frames[w->depth], *outer = f - 1;
    struct address last = last_address(&f->prefix);

    for (size_t i = 0; i < f->segments.n; i++) {
        const struct segment *s = &f->segments.at[i];

        if (s->outer == NO_SEGMENT) {
            add_piece(w, s, last);
        } else {
            outer->segments.at[s->outer].from = s->from;
            outer->segments.at[s->outer].finished = s->finished;
        }
    }
    go_on_behind(w, outer, last);
    if (f->any_is_own) {
        add_any_piece(w, f, last);
        outer->any_finished = !behind(w->family, last, &outer->any_from);
    } else {
        outer->any_from = f->any_from;
        outer->any_finished = f->any_finished;
    }
    w->depth--;
}

/* What the address has of other cells than single ports of its own. */
static void cut_host(struct sweep *w, struct address a, const struct service_list *any)
{
    struct frame *outer = &w->frames[w->depth];

    overlay_make(&w->overlay, &outer->segments, &w->ports, &w->any, any, a, &w->host);
    cut_outer(w, outer, a);
    go_on_behind(w, outer, a);
    for (size_t i = 0; i < w->host.n; i++) {
        const struct segment *s = &w->host.at[i];
        bool single = s->ports.low == s->ports.high;

        if (s->outer != NO_SEGMENT || service_lists_equal(s->services, any) ||
            (single && port_claims_have(&w->singles, s->ports.low)))
            continue;
        add_cell(w, single ? CELLS_EXACT : CELLS_RANGE, a, a, s->ports, s->services);
    }
}

/* The single ports of an address. around: the segments that they lie in. */
static void add_singles(struct sweep *w, struct address a, const struct segments *around,
                        const struct service_list *any)
{
    for (size_t i = 0, end; i < w->singles.n; i = end) {
        const struct port_range port = w->singles.at[i].ports;
        const struct segment *in = segment_find(around, port.low);
        const struct service_list *below = in ? in->services : any, *list = below;

        for (end = i; end < w->singles.n && w->singles.at[end].ports.low == port.low; end++)
            list = overlay_add(&w->overlay, list, w->singles.at[end].service);
        if (service_lists_equal(list, below) &&
            !(in && in->outer == NO_SEGMENT && in->ports.low == in->ports.high))
            continue;
        add_cell(w, CELLS_EXACT, a, a, port, list);
    }
}

static void visit_host(struct sweep *w, struct address a)
{
    struct frame *outer = &w->frames[w->depth];
    const struct service_list *any = overlay_add_all(&w->overlay, outer->any, &w->any);
    bool cuts = any != outer->any || w->ports.n;

    if (any != outer->any)
        add_cell(w, CELLS_ANY_PORT, a, a, (struct port_range){0, 0}, any);
    if (cuts)
        cut_host(w, a, any);
    add_singles(w, a, cuts ? &w->host : &outer->segments, any);
}

/* Notes what the service claims at a prefix. */
static void note_claim(struct sweep *w, uint32_t number, bool host)
{
    const struct service *s = &w->services->at[number];

    if (!service_has_protocol(s, w->proto))
        return;
    if (!proto_ops[w->proto].has_ports || (s->ports.n && ports_is_any(s->ports.at[0]))) {
        *VEC_ADD(&w->any) = number;
        return;
    }
    for (uint32_t i = 0; i < s->ports.n; i++) {
        const struct port_range ports = s->ports.at[i];
        struct port_claims *to = host && ports.low == ports.high ? &w->singles : &w->ports;

        *VEC_ADD(to) = (struct port_claim){.ports = ports, .service = number};
    }
}

/* All VIPs that are one prefix: refs->at[first] to the one in front of what is returned. */
static size_t visit_prefix(struct sweep *w, const struct vip_refs *refs, size_t first)
{
    const struct prefix *prefix = vip_ref_prefix(w->services, &refs->at[first]);
    size_t end = first;

    w->ports.n = w->singles.n = w->any.n = 0;
    do
        note_claim(w, refs->at[end].service, prefix_is_host(prefix));
    while (++end < refs->n && refs->at[end].upper == refs->at[first].upper &&
           prefix_equal(vip_ref_prefix(w->services, &refs->at[end]), prefix));
    if (w->ports.n + w->singles.n + w->any.n == 0)
        return end;
    port_claims_sort(&w->ports);
    port_claims_sort(&w->singles);
    while (w->depth && !prefix_contains(&w->frames[w->depth].prefix, prefix))
        close_frame(w);
    if (prefix_is_host(prefix))
        visit_host(w, prefix->first);
    else
        open_frame(w, prefix);
    return end;
}

static int by_place(const void *a, const void *b)
{
    const struct claim_cell *x = a, *y = b;
    int order = address_compare(x->from, y->from);

    return order ? order : x->low - y->low;
}

/* Puts what the sweep has added since in order: a piece is known where it ends. */
static void sort_new(struct cell_list *list, size_t old)
{
    bool sorted = true;

    for (size_t i = old + 1; i < list->n && sorted; i++)
        sorted = by_place(&list->at[i - 1], &list->at[i]) < 0;
    if (!sorted)
        qsort(list->at + old, list->n - old, sizeof *list->at, by_place);
}

static void sweep_protocol(struct sweep *w, const struct vip_refs *refs)
{
    size_t old[CELL_LAYERS];

    for (int layer = 0; layer < CELL_LAYERS; layer++)
        old[layer] = w->cells->of[layer].n;
    for (size_t i = 0; i < refs->n;)
        i = visit_prefix(w, refs, i);
    while (w->depth)
        close_frame(w);
    for (int layer = 0; layer < CELL_LAYERS; layer++)
        sort_new(&w->cells->of[layer], old[layer]);
}

static unsigned protocols_in_use(const struct services *services)
{
    unsigned used = 0;

    for (size_t i = 0; i < services->n; i++)
        for (int p = 0; p < services->at[i].n_protocols; p++)
            used |= 1U << services->at[i].protocols[p];
    return used;
}

void claim_cells_make(struct claim_cells *cells, const struct services *services, enum family family)
{
    struct vip_refs refs = vip_refs_sorted(services, family, service_claims);
    struct sweep *w = xcalloc(1, sizeof *w);
    unsigned used = protocols_in_use(services);

    *cells = (struct claim_cells){0};
    w->services = services;
    w->family = family;
    w->cells = cells;
    w->frames[0].any = &no_services;
    overlay_init(&w->overlay, services, &cells->mem);
    for (int p = 0; p < PROTOS; p++)
        if ((used >> p & 1) && (family == IPV4 || proto_ops[p].ipv6_matches)) {
            w->proto = (enum proto)p;
            sweep_protocol(w, &refs);
        }
    overlay_free(&w->overlay);
    for (size_t i = 0; i < DEPTH_MAX; i++)
        free(w->frames[i].segments.at);
    free(w->host.at);
    free(w->ports.at);
    free(w->singles.at);
    free(w->any.at);
    free(w);
    free(refs.at);
}

void claim_cells_free(struct claim_cells *cells)
{
    for (int layer = 0; layer < CELL_LAYERS; layer++)
        free(cells->of[layer].at);
    arena_free(&cells->mem);
    *cells = (struct claim_cells){0};
}
