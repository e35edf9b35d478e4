/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/dispatch.h"
#include "lbgen/dispatch_depth.h"
#include "lbgen/dispatch_nest.h"
#include "lbgen/service.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

/* Measured (tests/bench/packet): two bits a node are the fastest warm and cold; so are up to two VIPs a
 * quarter without a chain of their own, and one service less still changes at most twelve lines. */
enum { STRIDE = 2, INLINE_VIPS = 2 };

/* The items that a node is about. */
struct range {
    uint32_t first, end;
};

struct builder {
    struct tree *tree;
    struct {
        struct origin {
            struct range items;
            uint32_t
                container; /* the nearest node above with a VIP of its own that has others inside, or NONE */
        } * at;
        size_t n, cap;
    } origins;   /* of the tree's nodes */
    bool *alone; /* items whose VIP gets a full node (dispatch_nest.h), or NULL */
    size_t budget;
};

#define NONE UINT32_MAX

/* The first item of [first, end) that is not in the region; they are sorted, and the first one is in it. */
static uint32_t end_of_region(const struct tree *tree, const struct prefix *region, uint32_t first,
                              uint32_t end)
{
    while (end - first > 1) {
        uint32_t middle = first + (end - first) / 2;
        struct prefix p = tree_vip(tree, middle);

        if (prefix_contains(region, &p))
            first = middle;
        else
            end = middle;
    }
    return end;
}

/* Items of one VIP stand behind each other, and nearly always there is one. */
static uint32_t end_of_vip(const struct tree *tree, uint32_t first, uint32_t end)
{
    const struct prefix vip = tree_vip(tree, first);
    struct prefix next;

    do
        next = ++first < end ? tree_vip(tree, first) : vip;
    while (first < end && prefix_equal(&next, &vip));
    return first;
}

static void add_step(struct tree *tree, enum step_kind kind, uint32_t of)
{
    *VEC_ADD(&tree->steps) = (struct tree_step){.kind = kind & 3U, .of = of & 0x3fffffffU};
}

static void add_rules(struct tree *tree, struct range items)
{
    for (uint32_t i = items.first; i < items.end; i++)
        if (!tree->hidden_by || tree->hidden_by[i] == NOT_HIDDEN)
            add_step(tree, STEP_RULES, i);
}

static void add_node(struct builder *b, const struct prefix *region, struct range items, uint32_t container)
{
    *VEC_ADD(&b->tree->nodes) = (struct tree_node){.region = *region};
    *VEC_ADD(&b->origins) = (struct origin){.items = items, .container = container};
}

/* Whether the group is few VIPs, none inside another, and none that gets a node. */
static bool is_inline(const struct builder *b, struct range group)
{
    const struct tree *tree = b->tree;
    uint32_t next = group.first;

    for (int vips = 0; vips < INLINE_VIPS && next < group.end; vips++) {
        const struct prefix vip = tree_vip(tree, next);

        if (b->alone && b->alone[next])
            return false;
        next = end_of_vip(tree, next, group.end);
        if (next < group.end) {
            const struct prefix inner = tree_vip(tree, next);

            if (prefix_contains(&vip, &inner))
                return false;
        }
    }
    return next == group.end;
}

/* Where the group's own node stands: at the VIP that holds all others, or where they part. */
static struct prefix group_region(const struct tree *tree, struct range group)
{
    const struct prefix first = tree_vip(tree, group.first), last = tree_vip(tree, group.end - 1);
    const uint8_t common = prefix_common(&first, &last);

    return common == first.len ? first : prefix_cut(&first, (uint8_t)(common - common % STRIDE));
}

/* The next group behind items.first: the VIPs of a quarter, or one that is wider than that, and all in it. */
static uint32_t end_of_group(const struct tree *tree, const struct prefix *region, struct range items)
{
    const uint8_t quarter = (uint8_t)(region->len - region->len % STRIDE + STRIDE);
    const struct prefix first = tree_vip(tree, items.first);
    const struct prefix group = first.len > quarter ? prefix_cut(&first, quarter) : first;

    return end_of_region(tree, &group, items.first, items.end);
}

/* Nodes first: their tests are short, and what is in line needs no word on where its rules end. A group takes
 * at least a quarter of the region. */
static void add_groups(struct builder *b, const struct prefix *region, struct range items,
                       enum step_kind enter, uint32_t container)
{
    struct range in_line[1 << STRIDE], group = items;
    size_t n = 0;

    for (; group.first < items.end; group.first = group.end) {
        group.end = end_of_group(b->tree, region, (struct range){group.first, items.end});
        if (is_inline(b, group)) {
            in_line[n++] = group;
        } else {
            const struct prefix below = group_region(b->tree, group);

            add_step(b->tree, enter, (uint32_t)b->tree->nodes.n);
            add_node(b, &below, group, container);
        }
    }
    for (size_t i = 0; i < n; i++)
        add_rules(b->tree, in_line[i]);
}

static int by_file(const void *a, const void *b, void *items)
{
    const struct vip_ref *at = items, *x = &at[((const struct tree_step *)a)->of],
                         *y = &at[((const struct tree_step *)b)->of];

    if (x->service != y->service)
        return x->service < y->service ? -1 : 1;
    return (x->vip > y->vip) - (x->vip < y->vip);
}

void tree_sort_by_file(struct tree *tree, size_t first)
{
    if (tree->steps.n > first)
        qsort_r(tree->steps.at + first, tree->steps.n - first, sizeof *tree->steps.at, by_file,
                tree->items.at);
}

static bool any_alone(const struct builder *b, struct range items)
{
    for (uint32_t i = items.first; b->alone && i < items.end; i++)
        if (b->alone[i])
            return true;
    return false;
}

/* The node has the rules of all its items; behind them come those of all VIPs around it. */
static void make_full(struct builder *b, struct tree_node *node, uint32_t container)
{
    for (; container != NONE; container = b->origins.at[container].container) {
        const struct range items = b->origins.at[container].items;

        add_rules(b->tree, (struct range){items.first, end_of_vip(b->tree, items.first, items.end)});
    }
    node->full = true;
    tree_sort_by_file(b->tree, node->first);
}

static bool separate(struct builder *b, uint32_t own, uint32_t first, uint32_t end)
{
    if (!b->alone)
        b->alone = xcalloc(b->tree->items.n, sizeof *b->alone);
    return nest_separate(b->tree, own, first, end, &b->budget, b->alone);
}

/* Of a node at a VIP, items [first, own_end) are that VIP's. */
static void fill_node_at_vip(struct builder *b, struct tree_node *node, size_t number, uint32_t own_end)
{
    const struct origin origin = b->origins.at[number];
    const struct range items = origin.items;
    uint32_t behind;
    bool good = nest_split(b->tree, items.first, own_end, items.end, &b->budget, &behind);

    if (!good && separate(b, items.first, own_end, items.end)) {
        good = true;
        behind = own_end;
    }
    if (!good) {
        node->flat = true;
        add_rules(b->tree, items);
        tree_sort_by_file(b->tree, node->first);
        if (any_alone(b, items))
            make_full(b, node, origin.container);
        return;
    }
    add_rules(b->tree, (struct range){items.first, behind});
    add_groups(b, &node->region, (struct range){own_end, items.end}, behind < own_end ? STEP_JUMP : STEP_GOTO,
               (uint32_t)number);
    add_rules(b->tree, (struct range){behind, own_end});
    if (b->alone && b->alone[items.first])
        make_full(b, node, origin.container);
}

/* A node's steps. Its nodes below are added to the list and get theirs when it is their turn. */
static void fill_node(struct builder *b, size_t number)
{
    struct tree_node node = b->tree->nodes.at[number];
    const struct origin origin = b->origins.at[number];
    const struct prefix first = tree_vip(b->tree, origin.items.first);

    node.first = (uint32_t)b->tree->steps.n;
    if (prefix_equal(&first, &node.region))
        fill_node_at_vip(b, &node, number, end_of_vip(b->tree, origin.items.first, origin.items.end));
    else
        add_groups(b, &node.region, origin.items, STEP_GOTO, origin.container);
    node.n = (uint32_t)b->tree->steps.n - node.first;
    b->tree->nodes.at[number] = node;
}

void tree_build(struct tree *tree, const struct services *services, enum family family, bool ordered,
                bool (*wanted)(const struct service *s, enum family family))
{
    struct builder b = {.tree = tree};

    *tree = (struct tree){.services = services, .family = family, .ordered = ordered};
    tree->items = vip_refs_sorted(services, family, wanted);
    if (tree->items.n == 0)
        return;
    b.budget = nest_budget(tree->items.n);
    const struct range all = {0, (uint32_t)tree->items.n};
    const struct prefix region = group_region(tree, all);
    add_node(&b, &region, all, NONE);
    for (size_t i = 0; i < tree->nodes.n; i++)
        fill_node(&b, i);
    free(b.origins.at);
    free(b.alone);
    tree_shorten(tree);
}

void tree_free(struct tree *tree)
{
    free(tree->items.at);
    free(tree->hidden_by);
    free(tree->nodes.at);
    free(tree->steps.at);
    *tree = (struct tree){0};
}
