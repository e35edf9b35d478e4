/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All VIPs of a family in the order of their addresses. Since prefixes are nested or disjoint, the list falls
 * into clusters: runs in which every prefix lies inside the first one. */
#ifndef LBGEN_VIP_ORDER_H
#define LBGEN_VIP_ORDER_H

#include "lbgen/config.h"

/* A VIP; kept small, since there may be millions. */
struct vip_ref {
    uint32_t upper;        /* 32 bits of its address: all of an IPv4 one */
    uint32_t service, vip; /* services->at[service].vips.at[vip] */
    uint8_t len;           /* of the prefix */
};

struct vip_refs {
    struct vip_ref *at; /* the caller frees it */
    size_t n, cap;
};

/* By address, wider prefixes first, then in file order. Services whose mark could not be read are left out.
 * Linear where IPv4 addresses differ. */
struct vip_refs vip_refs_sorted(const struct services *services, enum family family);

/* The end of the cluster that begins at refs->at[first]. */
size_t vip_cluster_end(const struct services *services, const struct vip_refs *refs, size_t first);

static inline const struct prefix *vip_ref_prefix(const struct services *services, const struct vip_ref *ref)
{
    return &services->at[ref->service].vips.at[ref->vip];
}

#endif
