/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which services claim the same packet.
 *
 * VIPs are sorted by address; since prefixes are nested or disjoint, the sorted list falls into clusters,
 * runs in which every prefix lies inside the first one. Nearly all services are alone in their cluster, and
 * done. For the others each cluster's claims become boxes (claim.h), and boxes_overlapping finds the pairs.
 *
 * Boxes that are equal, as in a hundred thousand copies of one service, would be n^2 pairs. Of equal boxes
 * only four speak for all: the first one and the first with another mark (they meet a later box that has no
 * override), the last one without override and the last such with another mark (they meet an earlier box).
 * The others are held against these alone.
 *
 * A service is hidden if each of its boxes lies inside a box of another service with the same mark and the
 * same excluded MAC addresses. If it has no override, nothing of another mark can stand between the two (that
 * would be an error), so its mark rules can go without any change. If it has, that is so if nothing of
 * another mark shares a packet with it; which is not known, and taken for false, where others speak for its
 * box.
 */
#include <stdlib.h>
#include <string.h>

#include "lbgen/claim_marks.h"
#include "lbgen/lint.h"
#include "lbgen/lint_hidden.h"
#include "lbgen/vec.h"
#include "lbgen/vip_order.h"
#include "lbgen/xalloc.h"

enum { PARTNERS_MAX = 8 /* findings told of one service */, SPEAKERS_MAX = 4 };
#define SEVERAL UINT32_MAX

struct conflict {
    uint32_t later, earlier; /* services */
    uint32_t next;           /* of the same later one: its number + 1; 0: none */
    struct claim_example example;
};

struct overlap {
    const struct services *services;
    struct diag *diag;
    struct {
        struct conflict *at;
        size_t n, cap;
    } conflicts;
    /* for each service; made when the first pair is found */
    uint32_t *first;   /* conflict in which it is the later one: number + 1 */
    uint32_t *covered; /* boxes that lie inside others' of the same mark */
    uint32_t *coverer; /* ... of this service, or SEVERAL */
    uint32_t *defied;  /* the first whose excluded MAC addresses it marks all the same: number + 1 */
    bool *contested;   /* some of its packets may get another mark from others */

    /* the present cluster */
    struct claim_space space;
    struct box_list boxes;
    bool *box_covered; /* by a box's tag */
};

static bool override(const struct service *s)
{
    return service_more(s)->override;
}

static int by_example(const struct claim_example *x, const struct claim_example *y)
{
    int order = address_compare(x->vip.first, y->vip.first);

    if (order == 0)
        order = (int)x->proto - (int)y->proto;
    return order ? order : x->port - y->port;
}

/* Notes one conflict for each two services, with the least of their examples, for at most one partner more
 * than are told. The list that is searched is that short. */
static void note_conflict(struct overlap *o, const struct box *earlier, const struct box *later)
{
    struct claim_example example;
    uint32_t *link = &o->first[later->owner], partners = 0;

    claim_example(&o->space, earlier, later, &example);
    for (; *link; link = &o->conflicts.at[*link - 1].next, partners++) {
        struct conflict *c = &o->conflicts.at[*link - 1];

        if (c->earlier != earlier->owner)
            continue;
        if (by_example(&example, &c->example) < 0)
            c->example = example;
        return;
    }
    if (partners > PARTNERS_MAX)
        return;
    *link = (uint32_t)o->conflicts.n + 1;
    *VEC_ADD(&o->conflicts) =
        (struct conflict){.later = later->owner, .earlier = earlier->owner, .example = example};
}

/* Notes that `inner` lies inside `outer`, if it does. Of two equal ones the later is the hidden one. */
static void note_cover(struct overlap *o, const struct box *inner, const struct box *outer)
{
    const struct service *s = &o->services->at[inner->owner], *by = &o->services->at[outer->owner];

    if (o->box_covered[inner->tag] || !box_inside(inner, outer) ||
        (inner->owner < outer->owner && box_inside(outer, inner)) || mac_not_excluded(s, by) ||
        mac_not_excluded(by, s))
        return;
    o->box_covered[inner->tag] = true;
    if (o->covered[inner->owner]++ == 0)
        o->coverer[inner->owner] = outer->owner;
    else if (o->coverer[inner->owner] != outer->owner)
        o->coverer[inner->owner] = SEVERAL;
}

/* Notes that `marker` marks what `excluder`, of the same mark, leaves to a peer director, if it does. */
static void note_defiance(struct overlap *o, const struct box *marker, const struct box *excluder)
{
    uint32_t *first = &o->defied[marker->owner];

    if (mac_not_excluded(&o->services->at[marker->owner], &o->services->at[excluder->owner]) &&
        (*first == 0 || excluder->owner < *first - 1))
        *first = excluder->owner + 1;
}

static void on_pair(void *ctx, const struct box *a, const struct box *b)
{
    struct overlap *o = ctx;

    if (a->owner == b->owner)
        return;
    const struct box *earlier = a->owner < b->owner ? a : b, *later = earlier == a ? b : a;
    const struct service *first = &o->services->at[earlier->owner], *second = &o->services->at[later->owner];
    if (mark_equal(first->mark, second->mark)) {
        note_cover(o, later, earlier);
        note_cover(o, earlier, later);
        note_defiance(o, later, earlier);
        note_defiance(o, earlier, later);
        return;
    }
    o->contested[a->owner] = o->contested[b->owner] = true;
    if (!override(second))
        note_conflict(o, earlier, later);
}

static int by_box(const void *a, const void *b)
{
    const struct box *x = a, *y = b;
    int order = memcmp(x->low, y->low, sizeof x->low);

    if (order == 0)
        order = memcmp(x->high, y->high, sizeof x->high);
    return order ? order : (x->owner > y->owner) - (x->owner < y->owner);
}

/* The boxes that speak for a run of equal ones (see on top), as indices; up to four. */
static size_t speakers(const struct overlap *o, size_t from, size_t end, size_t chosen[SPEAKERS_MAX])
{
    const struct service *services = o->services->at;
    size_t n = 0, i;

    if (end - from <= SPEAKERS_MAX) {
        for (i = from; i < end; i++)
            chosen[n++] = i;
        return n;
    }
    chosen[n++] = from;
    for (i = from + 1; i < end; i++)
        if (!mark_equal(services[o->boxes.at[i].owner].mark, services[o->boxes.at[from].owner].mark)) {
            chosen[n++] = i;
            break;
        }
    size_t before = n;
    for (i = end; i-- > from && n < before + 2;)
        if (!override(&services[o->boxes.at[i].owner]) &&
            (n == before || !mark_equal(services[o->boxes.at[i].owner].mark,
                                        services[o->boxes.at[chosen[before]].owner].mark)))
            chosen[n++] = i;
    return n;
}

/* Holds a run of equal boxes against its speakers, and adds these to *kept. */
static void thin_out(struct overlap *o, size_t from, size_t end, struct box_list *kept)
{
    size_t chosen[SPEAKERS_MAX], n = speakers(o, from, end, chosen);

    for (size_t i = from; i < end; i++) {
        bool speaks = false;

        for (size_t c = 0; c < n; c++)
            speaks |= chosen[c] == i;
        if (speaks)
            *VEC_ADD(kept) = o->boxes.at[i];
        else
            o->contested[o->boxes.at[i].owner] = true;
        for (size_t c = 0; c < n && !speaks; c++)
            on_pair(o, &o->boxes.at[chosen[c]], &o->boxes.at[i]);
    }
}

/* Drops boxes that others speak for. */
static void thin_out_equal(struct overlap *o)
{
    struct box_list kept = {0};

    if (o->boxes.n == 0)
        return;
    qsort(o->boxes.at, o->boxes.n, sizeof *o->boxes.at, by_box);
    for (size_t i = 0; i < o->boxes.n; i++)
        o->boxes.at[i].tag = (uint32_t)i;
    for (size_t i = 0, end; i < o->boxes.n; i = end) {
        const struct box *first = &o->boxes.at[i];

        for (end = i + 1; end < o->boxes.n; end++)
            if (memcmp(first->low, o->boxes.at[end].low, sizeof first->low) != 0 ||
                memcmp(first->high, o->boxes.at[end].high, sizeof first->high) != 0)
                break;
        thin_out(o, i, end, &kept);
    }
    free(o->boxes.at);
    o->boxes = kept;
}

static void look_into_cluster(struct overlap *o, const struct vip_ref *refs, size_t n)
{
    struct claimed_vip *vips;
    bool alone = true;

    for (size_t i = 1; i < n; i++)
        alone &= refs[i].service == refs[0].service;
    if (alone)
        return;
    if (!o->first) {
        o->first = xcalloc(o->services->n, sizeof *o->first);
        o->covered = xcalloc(o->services->n, sizeof *o->covered);
        o->coverer = xcalloc(o->services->n, sizeof *o->coverer);
        o->defied = xcalloc(o->services->n, sizeof *o->defied);
        o->contested = xcalloc(o->services->n, sizeof *o->contested);
    }
    vips = xmalloc(n * sizeof *vips);
    for (size_t i = 0; i < n; i++)
        vips[i] = (struct claimed_vip){.service = &o->services->at[refs[i].service],
                                       .prefix = vip_ref_prefix(o->services, &refs[i]),
                                       .owner = refs[i].service};
    claim_space_init(&o->space, vips, n);
    for (size_t i = 0; i < n; i++)
        claim_boxes(&o->space, &vips[i], &o->boxes);
    o->box_covered = xcalloc(o->boxes.n, sizeof *o->box_covered);
    thin_out_equal(o);
    boxes_overlapping(o->boxes.at, o->boxes.n, on_pair, o);
    claim_space_free(&o->space);
    free(o->box_covered);
    free(vips);
    o->boxes.n = 0;
}

static void look_into_family(struct overlap *o, enum family family)
{
    struct vip_refs refs = vip_refs_sorted(o->services, family, NULL);

    for (size_t i = 0, end; i < refs.n; i = end) {
        end = vip_cluster_end(o->services, &refs, i);
        if (end > i + 1)
            look_into_cluster(o, refs.at + i, end - i);
    }
    free(refs.at);
}

static int by_services(const void *a, const void *b)
{
    const struct conflict *x = a, *y = b;

    if (x->later != y->later)
        return x->later < y->later ? -1 : 1;
    return x->earlier < y->earlier ? -1 : x->earlier > y->earlier;
}

static void report_conflict(const struct overlap *o, const struct conflict *c, uint32_t result)
{
    const struct service *later = &o->services->at[c->later], *earlier = &o->services->at[c->earlier];
    struct buf a = {0}, b = {0}, packet = {0};

    mark_print(&a, later->mark);
    mark_print(&b, earlier->mark);
    claim_example_print(&packet, &c->example);
    diag_at(o->diag, SEVERITY_ERROR, later->at, later->header_len,
            "service '%.*s' overlaps service '%.*s' and gives another fwmark (%s, %s)", later->name_len,
            later->name, earlier->name_len, earlier->name, buf_text(&a), buf_text(&b));
    bool whole = earlier->mark.mask == MARK_MASK_ALL && later->mark.mask == MARK_MASK_ALL;
    diag_note(o->diag, earlier->at,
              whole ? "'%.*s' is here; %s would end with mark %u"
                    : "'%.*s' is here; %s would end with mark 0x%x",
              earlier->name_len, earlier->name, buf_text(&packet), result);
    buf_free(&a);
    buf_free(&b);
    buf_free(&packet);
}

/* The mark that each conflict's example ends with; the caller frees them. */
static uint32_t *resulting_marks(const struct overlap *o)
{
    struct claim_example *packets = xmalloc(o->conflicts.n * sizeof *packets);
    uint32_t *marks = xmalloc(o->conflicts.n * sizeof *marks);

    for (size_t i = 0; i < o->conflicts.n; i++)
        packets[i] = o->conflicts.at[i].example;
    claim_marks(o->services, packets, o->conflicts.n, marks);
    free(packets);
    return marks;
}

static void report_conflicts(struct overlap *o)
{
    size_t told = 0;

    if (o->conflicts.n == 0)
        return;
    qsort(o->conflicts.at, o->conflicts.n, sizeof *o->conflicts.at, by_services);
    uint32_t *marks = resulting_marks(o);
    for (size_t i = 0; i < o->conflicts.n; i++) {
        const struct conflict *c = &o->conflicts.at[i];

        told = i && o->conflicts.at[i - 1].later == c->later ? told + 1 : 0;
        if (told < PARTNERS_MAX)
            report_conflict(o, c, marks[i]);
        if (i == 0)
            diag_note(o->diag, o->services->at[c->later].at,
                      "give it other addresses or ports, the same mark, or override = yes to let it win");
        if (told < PARTNERS_MAX)
            continue;
        diag_note(o->diag, o->services->at[c->later].at, "and it overlaps more services than these");
    }
    free(marks);
}

static void report_hidden(const struct overlap *o)
{
    for (size_t i = 0; o->covered && i < o->services->n; i++) {
        const struct service *s = &o->services->at[i];

        if (o->covered[i] && o->covered[i] == claim_box_count(s) && !(override(s) && o->contested[i]))
            lint_hidden(s, o->coverer[i] == SEVERAL ? NULL : &o->services->at[o->coverer[i]], o->diag);
    }
}

static void report_defied(const struct overlap *o)
{
    for (size_t i = 0; o->defied && i < o->services->n; i++)
        if (o->defied[i])
            lint_defied(&o->services->at[i], &o->services->at[o->defied[i] - 1], o->diag);
}

void lint_overlap(const struct config *config, struct diag *diag)
{
    struct overlap o = {.services = &config->services, .diag = diag};

    for (int f = 0; f < FAMILIES; f++)
        if (config->has_vips[f])
            look_into_family(&o, (enum family)f);
    report_conflicts(&o);
    report_hidden(&o);
    report_defied(&o);
    free(o.conflicts.at);
    free(o.boxes.at);
    free(o.first);
    free(o.covered);
    free(o.coverer);
    free(o.defied);
    free(o.contested);
}
