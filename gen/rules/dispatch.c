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
        struct range *at;
        size_t n, cap;
    } ranges; /* of the tree's nodes */
    size_t budget;
};

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

static void add_node(struct builder *b, const struct prefix *region, struct range items)
{
    *VEC_ADD(&b->tree->nodes) = (struct tree_node){.region = *region};
    *VEC_ADD(&b->ranges) = items;
}

/* Whether the group is few VIPs, none inside another. */
static bool is_inline(const struct tree *tree, struct range group)
{
    uint32_t next = group.first;

    for (int vips = 0; vips < INLINE_VIPS && next < group.end; vips++) {
        const struct prefix vip = tree_vip(tree, next);

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
                       enum step_kind enter)
{
    struct range in_line[1 << STRIDE], group = items;
    size_t n = 0;

    for (; group.first < items.end; group.first = group.end) {
        group.end = end_of_group(b->tree, region, (struct range){group.first, items.end});
        if (is_inline(b->tree, group)) {
            in_line[n++] = group;
        } else {
            const struct prefix below = group_region(b->tree, group);

            add_step(b->tree, enter, (uint32_t)b->tree->nodes.n);
            add_node(b, &below, group);
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

/* A node's steps. Its nodes below are added to the list and get theirs when it is their turn. */
static void fill_node(struct builder *b, size_t number)
{
    struct tree_node node = b->tree->nodes.at[number];
    const struct range items = b->ranges.at[number];
    struct range own = {items.first, items.first}, before, inside = items;

    node.first = (uint32_t)b->tree->steps.n;
    if (items.first < items.end) {
        const struct prefix first = tree_vip(b->tree, items.first);

        if (prefix_equal(&first, &node.region))
            own.end = end_of_vip(b->tree, items.first, items.end);
    }
    before = own;
    inside.first = own.end;
    if (nest_split(b->tree, own.first, own.end, items.end, &b->budget, &before.end)) {
        const struct range behind = {before.end, own.end};

        add_rules(b->tree, before);
        add_groups(b, &node.region, inside, behind.first < behind.end ? STEP_JUMP : STEP_GOTO);
        add_rules(b->tree, behind);
    } else {
        node.flat = true;
        add_rules(b->tree, items);
        tree_sort_by_file(b->tree, node.first);
    }
    node.n = (uint32_t)b->tree->steps.n - node.first;
    b->tree->nodes.at[number] = node;
}

void tree_build(struct tree *tree, const struct services *services, enum family family, bool ordered,
                bool (*wanted)(const struct service *s, enum family family))
{
    struct builder b = {.tree = tree};
    struct range all;

    *tree = (struct tree){.services = services, .family = family, .ordered = ordered};
    tree->items = vip_refs_sorted(services, family, wanted);
    b.budget = nest_budget(tree->items.n);
    all = (struct range){0, (uint32_t)tree->items.n};
    if (all.end) {
        const struct prefix region = group_region(tree, all);

        add_node(&b, &region, all);
    }
    for (size_t i = 0; i < tree->nodes.n; i++)
        fill_node(&b, i);
    free(b.ranges.at);
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
