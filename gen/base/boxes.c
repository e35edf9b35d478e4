/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Divide and conquer, one axis after the other.
 *
 * A set is cut at a value m of the present axis into the boxes that lie below m, those that lie above, and
 * those that contain m. Below and above have nothing in common. Boxes that contain m overlap each other on
 * this axis for sure, so among them only the axes behind it are left to look at. What remains are pairs of a
 * box c that contains m and a box l below it: since c begins at or before m, they overlap on this axis
 * exactly if c.low <= l.high, a comparison of one number each ("dominance"), which is cut in the same manner.
 * Above is the mirror image.
 *
 * A pivot is always an element of the set, and is never part of the sets that the recursion goes on with on
 * the same axis, so every step gets smaller even if all boxes are equal.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "lbgen/boxes.h"
#include "lbgen/xalloc.h"

enum { SMALL = 12 }; /* sets of so few are compared box by box */

struct search {
    const struct box *boxes;
    boxes_pair_fn pair;
    void *ctx;
};

/* A set of boxes: indices, which the recursion reorders. */
struct set {
    uint32_t *at;
    size_t n;
};

/* One set, cut in three runs: below the pivot, at it, above it. */
struct cut {
    struct set below, at, above;
};

enum side { LOW, HIGH };

static uint32_t key(const struct search *s, uint32_t box, int axis, enum side side)
{
    return side == LOW ? s->boxes[box].low[axis] : s->boxes[box].high[axis];
}

static void swap(struct set *set, size_t a, size_t b)
{
    uint32_t kept = set->at[a];

    set->at[a] = set->at[b];
    set->at[b] = kept;
}

/* The median of three elements far from each other. */
static uint32_t pivot(const struct search *s, struct set set, int axis, enum side side)
{
    uint32_t a = key(s, set.at[0], axis, side), b = key(s, set.at[set.n / 2], axis, side),
             c = key(s, set.at[set.n - 1], axis, side);

    return a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
}

/* Cuts by where a box lies: its `high` below m, its `low` above m, or around m. With one number for both
 * sides this is the cut by that number. */
static struct cut cut_at(const struct search *s, struct set set, int axis, uint32_t m, enum side low,
                         enum side high)
{
    size_t below = 0, end = set.n;

    for (size_t i = 0; i < end;)
        if (key(s, set.at[i], axis, high) < m)
            swap(&set, i++, below++);
        else if (key(s, set.at[i], axis, low) > m)
            swap(&set, i, --end);
        else
            i++;
    return (struct cut){
        .below = {set.at, below}, .at = {set.at + below, end - below}, .above = {set.at + end, set.n - end}};
}

static struct set joined(struct set a, struct set behind_it)
{
    return (struct set){a.at, a.n + behind_it.n};
}

static bool overlap_from(const struct box *a, const struct box *b, int axis)
{
    for (; axis < BOX_AXES; axis++)
        if (a->low[axis] > b->high[axis] || b->low[axis] > a->high[axis])
            return false;
    return true;
}

static void compare_all(const struct search *s, struct set a, struct set b, int axis)
{
    for (size_t i = 0; i < a.n; i++)
        for (size_t j = 0; j < b.n; j++) {
            const struct box *x = &s->boxes[a.at[i]], *y = &s->boxes[b.at[j]];

            if (overlap_from(x, y, axis))
                s->pair(s->ctx, x, y);
        }
}

static bool few(struct set a, struct set b)
{
    return a.n == 0 || b.n == 0 || (a.n <= SMALL && b.n <= SMALL);
}

/* Pairs of a box of `a` and a box of `b` that overlap on `axis` and all axes behind it. */
static void between(const struct search *s, struct set a, struct set b, int axis);

/* Pairs with key(a, LOW) <= key(b, HIGH) that overlap on the axes behind this one. */
static void dominance(const struct search *s, struct set a, struct set b, int axis)
{
    if (few(a, b)) {
        compare_all(s, a, b, axis);
        return;
    }
    uint32_t m = pivot(s, a, axis, LOW);
    struct cut by_low = cut_at(s, a, axis, m, LOW, LOW);
    struct cut by_high = cut_at(s, b, axis, m, HIGH, HIGH);
    struct set reach = joined(by_high.at, by_high.above);

    dominance(s, by_low.below, by_high.below, axis);
    dominance(s, by_low.above, reach, axis);
    /* Last, since it mixes what the cut by `low` had set apart. */
    between(s, joined(by_low.below, by_low.at), reach, axis + 1);
}

static void between(const struct search *s, struct set a, struct set b, int axis)
{
    if (axis == BOX_AXES || few(a, b)) {
        compare_all(s, a, b, axis);
        return;
    }
    uint32_t m = pivot(s, a, axis, LOW);
    struct cut ca = cut_at(s, a, axis, m, LOW, HIGH), cb = cut_at(s, b, axis, m, LOW, HIGH);

    between(s, ca.below, cb.below, axis);
    between(s, ca.above, cb.above, axis);
    between(s, ca.at, cb.at, axis + 1);
    dominance(s, ca.at, cb.below, axis);
    dominance(s, cb.at, ca.below, axis);
    dominance(s, ca.above, cb.at, axis);
    dominance(s, cb.above, ca.at, axis);
}

static void within(const struct search *s, struct set set, int axis)
{
    if (axis == BOX_AXES || set.n <= SMALL) {
        for (size_t i = 1; i < set.n; i++)
            compare_all(s, (struct set){set.at, i}, (struct set){set.at + i, 1}, axis);
        return;
    }
    struct cut cut = cut_at(s, set, axis, pivot(s, set, axis, LOW), LOW, HIGH);

    within(s, cut.below, axis);
    within(s, cut.above, axis);
    within(s, cut.at, axis + 1);
    dominance(s, cut.at, cut.below, axis);
    dominance(s, cut.above, cut.at, axis);
}

void boxes_overlapping(const struct box *boxes, size_t n, boxes_pair_fn pair, void *ctx)
{
    struct search s = {.boxes = boxes, .pair = pair, .ctx = ctx};
    struct set all = {.at = xmalloc(n * sizeof *all.at), .n = n};

    for (size_t i = 0; i < n; i++)
        all.at[i] = (uint32_t)i;
    within(&s, all, 0);
    free(all.at);
}
