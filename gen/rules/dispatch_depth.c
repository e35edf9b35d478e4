/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/dispatch_depth.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

struct steps {
    struct tree_step *at;
    size_t n, cap;
};

/* The new tree's nodes and steps are made in *out; the items stay. */
struct shortener {
    const struct tree *old;
    const uint32_t *heights; /* of the old nodes: levels from there down, itself included */
    struct tree *out;
    struct {
        struct origin {
            uint32_t old, depth;
        } * at;
        size_t n, cap;
    } origins;            /* of the new nodes */
    struct steps in_line; /* the rules that the node at hand gets behind its gotos */
};

static uint32_t *find_heights(const struct tree *tree)
{
    uint32_t *heights = xcalloc(tree->nodes.n, sizeof *heights);

    for (size_t i = tree->nodes.n; i-- > 0;) { /* nodes stand in front of those below them */
        const struct tree_node *node = &tree->nodes.at[i];

        for (uint32_t s = node->first; s < node->first + node->n; s++) {
            const struct tree_step *step = &tree->steps.at[s];

            if (step->kind != STEP_RULES && heights[step->of] > heights[i])
                heights[i] = heights[step->of];
        }
        heights[i]++;
    }
    return heights;
}

static bool is_own(const struct tree *tree, const struct tree_node *node, uint32_t step)
{
    const struct tree_step *s = &tree->steps.at[step];

    if (s->kind != STEP_RULES)
        return false;
    const struct prefix vip = tree_vip(tree, s->of);
    return prefix_equal(&vip, &node->region);
}

/* Whether rules of the region's own VIP stand before or behind what is inside: these can't be handed up. */
static bool has_own(const struct tree *tree, const struct tree_node *node)
{
    return node->n && (is_own(tree, node, node->first) || is_own(tree, node, node->first + node->n - 1));
}

static void add_step(struct shortener *s, enum step_kind kind, uint32_t of)
{
    *VEC_ADD(&s->out->steps) = (struct tree_step){.kind = kind & 3U, .of = of & 0x3fffffffU};
}

static void add_node(struct shortener *s, uint32_t old, uint32_t depth)
{
    *VEC_ADD(&s->out->nodes) = (struct tree_node){.region = s->old->nodes.at[old].region};
    *VEC_ADD(&s->origins) = (struct origin){.old = old, .depth = depth};
}

/* Hands up what is in the node, and in nodes below it that are still too high, `levels` of them at most. All
 * but rules that stand in line is entered by `enter`. */
static void take_over(struct shortener *s, uint32_t old, uint32_t depth, uint32_t levels,
                      enum step_kind enter)
{
    const struct tree_node *node = &s->old->nodes.at[old];
    const uint32_t left = TREE_DEPTH_MAX - depth;

    for (uint32_t i = node->first; i < node->first + node->n; i++) {
        const struct tree_step *step = &s->old->steps.at[i];
        const uint32_t below = step->of;

        if (step->kind == STEP_RULES) {
            *VEC_ADD(&s->in_line) = *step;
        } else if (levels && s->heights[below] > left && !s->old->nodes.at[below].flat &&
                   !s->old->nodes.at[below].full && !has_own(s->old, &s->old->nodes.at[below])) {
            take_over(s, below, depth, levels - 1, enter);
        } else {
            add_step(s, enter, (uint32_t)s->out->nodes.n);
            add_node(s, below, depth + 1);
        }
    }
}

/* All rules in and below the node, into the new steps. */
static void gather_rules(struct shortener *s, uint32_t old)
{
    const struct tree_node *node = &s->old->nodes.at[old];

    for (uint32_t i = node->first; i < node->first + node->n; i++) {
        const struct tree_step *step = &s->old->steps.at[i];

        if (step->kind == STEP_RULES)
            *VEC_ADD(&s->out->steps) = *step;
        else
            gather_rules(s, step->of);
    }
}

/* Of full nodes that come together with what is around them. */
static void drop_repeated(struct tree *tree, size_t first)
{
    size_t kept = first;

    for (size_t i = first; i < tree->steps.n; i++)
        if (kept == first || tree->steps.at[kept - 1].of != tree->steps.at[i].of)
            tree->steps.at[kept++] = tree->steps.at[i];
    tree->steps.n = kept;
}

static int by_item(const void *a, const void *b)
{
    const struct tree_step *x = a, *y = b;

    return (x->of > y->of) - (x->of < y->of);
}

static void add_in_line(struct shortener *s)
{
    if (s->in_line.n)
        qsort(s->in_line.at, s->in_line.n, sizeof *s->in_line.at, by_item);
    for (size_t i = 0; i < s->in_line.n; i++)
        *VEC_ADD(&s->out->steps) = s->in_line.at[i];
    s->in_line.n = 0;
}

/* Levels are shared out evenly: those that the rest of the way would be too long by, over all that is left of
 * it. */
static uint32_t levels_to_take(uint32_t height, uint32_t depth)
{
    const uint32_t left = TREE_DEPTH_MAX - depth;

    return height - 1 > left ? (height - 2) / left : 0;
}

/* Own rules, gotos, rules in line, own rules. */
static void copy_node(struct shortener *s, uint32_t old, uint32_t depth)
{
    const struct tree_node *node = &s->old->nodes.at[old];
    uint32_t before = node->first, behind = node->first + node->n, i;

    while (before < behind && is_own(s->old, node, before))
        *VEC_ADD(&s->out->steps) = s->old->steps.at[before++];
    while (behind > before && is_own(s->old, node, behind - 1))
        behind--;
    for (i = before; i < behind && s->old->steps.at[i].kind != STEP_RULES; i++) {
        const struct tree_step *step = &s->old->steps.at[i];
        const uint32_t levels = levels_to_take(s->heights[step->of] + 1, depth);

        if (levels && !s->old->nodes.at[step->of].flat && !s->old->nodes.at[step->of].full &&
            !has_own(s->old, &s->old->nodes.at[step->of])) {
            take_over(s, step->of, depth, levels - 1, step->kind);
        } else {
            add_step(s, step->kind, (uint32_t)s->out->nodes.n);
            add_node(s, step->of, depth + 1);
        }
    }
    for (; i < behind; i++)
        *VEC_ADD(&s->in_line) = s->old->steps.at[i];
    add_in_line(s);
    for (; i < node->first + node->n; i++)
        *VEC_ADD(&s->out->steps) = s->old->steps.at[i];
}

/* What a flat node takes over of a full one, the rules of all VIPs around, makes it full. */
static bool any_full(const struct shortener *s, uint32_t old)
{
    const struct tree_node *node = &s->old->nodes.at[old];
    bool full = node->full;

    for (uint32_t i = node->first; i < node->first + node->n && !full; i++)
        full = s->old->steps.at[i].kind != STEP_RULES && any_full(s, s->old->steps.at[i].of);
    return full;
}

static void make_node(struct shortener *s, size_t number)
{
    const struct origin from = s->origins.at[number];
    const struct tree_node *node = &s->old->nodes.at[from.old];
    const size_t first = s->out->steps.n;
    const bool too_deep = from.depth == TREE_DEPTH_MAX && s->heights[from.old] > 1;

    if (too_deep || node->flat || node->full) {
        gather_rules(s, from.old);
        tree_sort_by_file(s->out, first);
        drop_repeated(s->out, first);
    } else {
        copy_node(s, from.old, from.depth);
    }
    s->out->nodes.at[number].first = (uint32_t)first;
    s->out->nodes.at[number].n = (uint32_t)(s->out->steps.n - first);
    s->out->nodes.at[number].flat = too_deep || node->flat;
    s->out->nodes.at[number].full = (too_deep || node->full) && any_full(s, from.old);
}

void tree_shorten(struct tree *tree)
{
    const struct tree old = *tree;
    uint32_t *heights = find_heights(tree);
    struct shortener s = {.old = &old, .heights = heights, .out = tree};

    if (heights[0] > TREE_DEPTH_MAX) {
        tree->nodes.at = NULL;
        tree->nodes.n = tree->nodes.cap = 0;
        tree->steps.at = NULL;
        tree->steps.n = tree->steps.cap = 0;
        add_node(&s, 0, 1);
        for (size_t i = 0; i < tree->nodes.n; i++)
            make_node(&s, i);
        free(old.nodes.at);
        free(old.steps.at);
        free(s.origins.at);
        free(s.in_line.at);
    }
    free(heights);
}
