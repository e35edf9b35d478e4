/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/firewall_cmd_plan.h"
#include "lbgen/vec.h"
#include "lbgen/vip_order.h"
#include "lbgen/xalloc.h"

static bool needs_direct(const struct service *s)
{
    return s->mark.mask != MARK_MASK_ALL || service_has(s, KEY_INTERFACE) ||
           service_more(s)->exclude_macs.n ||
           (service_has_protocol(s, PROTO_UDPLITE) && s->ports.n && !ports_is_any(s->ports.at[0]));
}

/* A service has a VIP in a cluster (vip_order.h). */
struct membership {
    uint32_t service, cluster;
};
struct memberships {
    struct membership *at;
    size_t n, cap;
};

static int later_first(const void *a, const void *b)
{
    const struct membership *x = a, *y = b;

    return (x->service < y->service) - (x->service > y->service);
}

/* All of both families, later services first; returns the number of clusters. */
static uint32_t collect(struct memberships *all, const struct config *config)
{
    uint32_t clusters = 0;

    for (int f = 0; f < FAMILIES; f++) {
        struct vip_refs refs = vip_refs_sorted(&config->services, (enum family)f, NULL);

        for (size_t i = 0; i < refs.n; clusters++)
            for (size_t end = vip_cluster_end(&config->services, &refs, i); i < end; i++)
                *VEC_ADD(all) = (struct membership){refs.at[i].service, clusters};
        free(refs.at);
    }
    if (all->n)
        qsort(all->at, all->n, sizeof *all->at, later_first);
    return clusters;
}

/* From the last service to the first: one that overrides by direct rules makes all earlier ones of its
 * clusters direct, and so on. */
static void spread(struct cmd_plan *plan, const struct config *config)
{
    struct memberships all = {0};
    bool *reached = xcalloc((size_t)collect(&all, config) + 1, sizeof *reached);

    for (size_t i = 0, end; i < all.n; i = end) {
        uint32_t service = all.at[i].service;

        for (end = i; end < all.n && all.at[end].service == service; end++)
            plan->direct[service] |= reached[all.at[end].cluster];
        for (size_t m = i; plan->direct[service] && plan->rank[service] && m < end; m++)
            reached[all.at[m].cluster] = true;
    }
    free(reached);
    free(all.at);
}

void cmd_plan_make(struct cmd_plan *plan, const struct config *config)
{
    const struct services *services = &config->services;
    bool must_spread = false;
    uint32_t ranks = 0;

    *plan = (struct cmd_plan){.direct = xcalloc(services->n + 1, sizeof *plan->direct),
                              .rank = xcalloc(services->n + 1, sizeof *plan->rank)};
    for (size_t i = 0; i < services->n; i++) {
        plan->direct[i] = needs_direct(&services->at[i]);
        if (service_more(&services->at[i])->override)
            plan->rank[i] = ++ranks;
        must_spread |= plan->direct[i] && plan->rank[i];
    }
    if (must_spread)
        spread(plan, config);
}

void cmd_plan_free(struct cmd_plan *plan)
{
    free(plan->direct);
    free(plan->rank);
}
