/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of many boxes overlap: pure geometry, for any meaning of the axes. */
#ifndef LBGEN_BOXES_H
#define LBGEN_BOXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BOX_AXES = 4 };

/* Both ends belong to the box. */
struct box {
    uint32_t low[BOX_AXES], high[BOX_AXES];
    uint32_t owner, tag; /* the caller's */
};

static inline bool box_inside(const struct box *inner, const struct box *outer)
{
    for (int axis = 0; axis < BOX_AXES; axis++)
        if (inner->low[axis] < outer->low[axis] || inner->high[axis] > outer->high[axis])
            return false;
    return true;
}

typedef void (*boxes_pair_fn)(void *ctx, const struct box *a, const struct box *b);

/* Calls `pair` once for each two boxes that have a point in common, in no particular order and with a, b in
 * no particular order. The order of the array does not matter and is kept. Time: n log^4 n at the very worst,
 * close to n log n for what configurations look like, plus one call a pair; so whoever expects thousands of
 * equal boxes thins them out first. */
void boxes_overlapping(const struct box *boxes, size_t n, boxes_pair_fn pair, void *ctx);

#endif
