/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dispatch tree: a packet asks for its destination's prefix a few times, two bits of the address at each
 * step, instead of asking each service whether it is meant.
 *
 * A node is a chain. It stands for a prefix, its region, and sees packets to that region alone. Nodes stand
 * at prefixes of an even length whose VIPs lie in at least two of the four quarters (a run of bits that all
 * VIPs below share makes no nodes: the tree is path-compressed), and at VIPs that have other VIPs inside. The
 * root is the widest of them; a packet to anything else is not asked further. So the shape is a function of
 * the set of VIPs alone. A tree that is deeper than kernels take is shortened (dispatch_depth.h).
 *
 * What a node does stands in its steps, in the order in which a packet meets them:
 *
 *     [rules of the region's own VIP]    what comes before the VIPs inside it in the file,
 *     goto or jump, one a quarter        at most one of them takes a packet,
 *     rules of VIPs alone in a quarter   (or two of them),
 *     [rules of the region's own VIP]    what comes behind the VIPs inside it; then they are jumped to.
 *
 * goto leaves the walk at the end of the chain gone to where the last jump came from, so the whole tree, or
 * what was jumped to in it, ends there. MARK does not stop a walk: VIPs inside each other keep the file's
 * order among rules that do not commute. Where own rules would have to be before and behind what is inside,
 * they go before; and each VIP inside that should have come before one of them gets a node of its own with
 * all that is claimed of it, by whatever VIP, in file order: what was set before is set again there. Where
 * that would make too many rules, or a VIP so treated has others inside, the region is flat: one chain with
 * the rules of all its VIPs in file order (and full, if it has VIPs that want a node of their own). A claim
 * that a later one of the same or a wider VIP hides completely, among nested VIPs, is left out. */
#ifndef LBGEN_DISPATCH_H
#define LBGEN_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/complaint.h"
#include "lbgen/config.h"
#include "lbgen/vip_order.h"

enum step_kind { STEP_RULES, STEP_GOTO, STEP_JUMP };

/* rules: of items.at[of]; goto, jump: to nodes.at[of], for packets to that node's region. */
struct tree_step {
    uint32_t kind : 2, of : 30;
};

struct tree_node {
    struct prefix region;
    uint32_t first, n; /* its steps */
    bool flat;         /* nothing but rules, in file order */
    bool full;         /* flat, of one VIP: rules of the VIPs around it stand here again */
};

struct tree {
    const struct services *services;
    enum family family;
    bool ordered;          /* which rule comes first matters (marks), or not (accepts) */
    struct vip_refs items; /* what the services claim, sorted: each of a service's VIPs is one */
    uint32_t *hidden_by;   /* of each item, the one that hides it, or NOT_HIDDEN; NULL: none is hidden */
    struct {
        struct tree_node *at;
        size_t n, cap;
    } nodes; /* the first one is the root; none when there are no items. Each stands behind the one above it
              */
    struct {
        struct tree_step *at;
        size_t n, cap;
    } steps;
};

#define NOT_HIDDEN UINT32_MAX

/* Builds the tree of the services that `wanted` takes.
 * Nearly linear: where VIPs are nested, rules of an outer VIP are held against those inside it a bounded
 * number of times, and the region stays flat beyond that. tree_free when done. */
void tree_build(struct tree *tree, const struct services *services, enum family family, bool ordered,
                bool (*wanted)(const struct service *s, enum family family));

void tree_free(struct tree *tree);

static inline struct prefix tree_vip(const struct tree *tree, uint32_t item)
{
    return vip_ref_value(tree->services, tree->family, &tree->items.at[item]);
}

static inline const struct service *tree_service(const struct tree *tree, uint32_t item)
{
    return &tree->services->at[tree->items.at[item].service];
}

#endif
