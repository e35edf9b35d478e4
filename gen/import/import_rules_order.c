/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each atom is looked at as a service with one rule, so that what finds overlaps of services finds those of
 * rules. */
#include <stdlib.h>

#include "lbgen/claim.h"
#include "lbgen/import_rules.h"
#include "lbgen/vec.h"
#include "lbgen/vip_order.h"
#include "lbgen/xalloc.h"

enum { CROWD = 1500 /* boxes in one place: about a million pairs */ };

struct finder {
    const struct rules_import *import;
    struct services services; /* by atom */
    struct service_more *more;
    struct atom_order *order;
};

static void make_service(struct finder *f, uint32_t i)
{
    static const uint8_t all[] = {PROTO_TCP, PROTO_UDP, PROTO_SCTP, PROTO_ESP, PROTO_AH};
    const struct mark_atom *a = &f->import->atoms.at[i];
    const struct axis_lists *lists = &f->import->lists;
    struct service *s = &f->services.at[i];
    size_t n, n_sources, n_interfaces;
    const uint8_t *protocols = axis_list(lists, AXIS_PROTOCOLS, a->claim.axis[AXIS_PROTOCOLS], &n);
    static const struct port_range any = {0, UINT16_MAX};

    *s = (struct service){.mark = a->mark, .given = 1U << KEY_VIP | 1U << KEY_PORTS | 1U << KEY_FWMARK};
    for (size_t p = 0; p < (n ? n : sizeof all); p++)
        s->protocols[s->n_protocols++] = n ? protocols[p] : all[p];
    s->vips.at = axis_list(lists, AXIS_VIPS, a->claim.axis[AXIS_VIPS], &n);
    s->vips.n = 1;
    s->ports.at = axis_list(lists, AXIS_PORTS, a->claim.axis[AXIS_PORTS], &n);
    s->ports.n = (uint32_t)n;
    if (n == 0)
        s->ports = (struct port_list){.at = &any, .n = 1};
    const struct prefix *sources = axis_list(lists, AXIS_SOURCES, a->claim.axis[AXIS_SOURCES], &n_sources);
    const struct interface *interfaces =
        axis_list(lists, AXIS_INTERFACES, a->claim.axis[AXIS_INTERFACES], &n_interfaces);
    if (!n_sources && !n_interfaces)
        return;
    s->more = &f->more[i];
    s->more->sources = (struct prefix_list){.at = sources, .n = (uint32_t)n_sources};
    s->more->interfaces = (struct interface_list){.at = interfaces, .n = (uint32_t)n_interfaces};
    s->given |= (n_sources ? 1U << KEY_SOURCE : 0) | (n_interfaces ? 1U << KEY_INTERFACE : 0);
}

static void on_pair(void *ctx, const struct box *a, const struct box *b)
{
    struct finder *f = ctx;
    uint32_t earlier = a->owner < b->owner ? a->owner : b->owner,
             later = a->owner < b->owner ? b->owner : a->owner;
    const struct mark_atom *atoms = f->import->atoms.at;

    if (earlier == later || mark_equal(atoms[earlier].mark, atoms[later].mark))
        return;
    VEC_ADD(&f->order->pairs);
    f->order->pairs.at[f->order->pairs.n - 1].earlier = earlier;
    f->order->pairs.at[f->order->pairs.n - 1].next = f->order->first[later];
    f->order->first[later] = (uint32_t)f->order->pairs.n;
}

static void take_cluster(struct finder *f, const struct vip_ref *refs, size_t n)
{
    struct claimed_vip *vips = xmalloc(n * sizeof *vips);
    struct box_list boxes = {0};
    struct claim_space space;

    for (size_t i = 0; i < n; i++)
        vips[i] = (struct claimed_vip){.service = &f->services.at[refs[i].service],
                                       .prefix = vip_ref_prefix(&f->services, &refs[i]),
                                       .owner = refs[i].service};
    claim_space_init(&space, vips, n);
    for (size_t i = 0; i < n && boxes.n <= CROWD; i++)
        claim_boxes(&space, &vips[i], &boxes);
    if (boxes.n <= CROWD) {
        boxes_overlapping(boxes.at, boxes.n, on_pair, f);
    } else {
        f->order->n_crowds++;
        for (size_t i = 0; i < n; i++)
            f->order->crowd[refs[i].service] = f->order->n_crowds;
    }
    claim_space_free(&space);
    free(boxes.at);
    free(vips);
}

void atom_order_make(const struct rules_import *import, struct atom_order *order)
{
    size_t n = import->atoms.n;
    struct finder f = {.import = import, .order = order, .more = xcalloc(n, sizeof *f.more)};

    *order = (struct atom_order){.first = xcalloc(n, sizeof *order->first),
                                 .crowd = xcalloc(n, sizeof *order->crowd)};
    f.services = (struct services){.at = xcalloc(n, sizeof *f.services.at), .n = n};
    for (uint32_t i = 0; i < n; i++)
        make_service(&f, i);
    struct vip_refs refs = vip_refs_sorted(&f.services, import->family, NULL);
    for (size_t i = 0, end; i < refs.n; i = end) {
        end = vip_cluster_end(&f.services, &refs, i);
        if (end > i + 1)
            take_cluster(&f, refs.at + i, end - i);
    }
    free(refs.at);
    free(f.services.at);
    free(f.more);
}

void atom_order_free(struct atom_order *order)
{
    free(order->pairs.at);
    free(order->first);
    free(order->crowd);
    *order = (struct atom_order){0};
}
