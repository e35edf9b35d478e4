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

/* By address, wider prefixes first, then in file order, of the services that `wanted` takes (NULL: all);
 * those whose mark could not be read are left out. Linear where IPv4 addresses differ. */
struct vip_refs vip_refs_sorted(const struct services *services, enum family family,
                                bool (*wanted)(const struct service *s, enum family family));

/* The end of the cluster that begins at refs->at[first]. */
size_t vip_cluster_end(const struct services *services, const struct vip_refs *refs, size_t first);

static inline const struct prefix *vip_ref_prefix(const struct services *services, const struct vip_ref *ref)
{
    return &services->at[ref->service].vips.at[ref->vip];
}

/* The prefix as its numbers. What an IPv4 one needs stands in the list itself, and spares a look at a service
 * far away. */
static inline struct prefix vip_ref_value(const struct services *services, enum family family,
                                          const struct vip_ref *ref)
{
    if (family == IPV6)
        return *vip_ref_prefix(services, ref);
    return (struct prefix){
        .first = {.high = (uint64_t)ref->upper << 32}, .family = (uint8_t)family, .len = ref->len};
}

#endif
