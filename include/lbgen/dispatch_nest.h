/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VIP with others inside it, and the file's order among their rules. dispatch.c's alone. */
#ifndef LBGEN_DISPATCH_NEST_H
#define LBGEN_DISPATCH_NEST_H

#include "lbgen/dispatch.h"

/* How often rules of nested VIPs are held against each other, of n items. */
static inline size_t nest_budget(size_t n)
{
    return 64 * n + 4096;
}

/* Items [own, first) are of one VIP, [first, end) of VIPs inside it. Marks what is hidden among them, and
 * finds the first own item that goes behind what is inside: all in front of it can go before, and all from
 * there on behind it. False when there is no such place, or none was found within *budget. */
bool nest_split(struct tree *tree, uint32_t own, uint32_t first, uint32_t end, size_t *budget,
                uint32_t *behind);

/* For the same items, where there is no such place: finds the VIPs inside that own items must not come
 * before, and sets alone[] at the first item of each. False when a VIP inside one of them would have to be
 * left, when the copies were too many (the region's rules would be more than twice those of the flat list),
 * or when *budget is used up; alone[] is as it was then. */
bool nest_separate(const struct tree *tree, uint32_t own, uint32_t first, uint32_t end, size_t *budget,
                   bool *alone);

#endif
