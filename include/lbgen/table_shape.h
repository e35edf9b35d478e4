/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shape of lbgen's table of nftables (own_table.h) as its blocks: maps, sets and chains. */
#ifndef LBGEN_TABLE_SHAPE_H
#define LBGEN_TABLE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/buf.h"

/* Whether the shape has a map, set or chain of this name. */
bool shape_has(const struct buf *shape, const char *name, size_t len);

/* Whether both have the same blocks, in whatever order: nft lists what is new behind what was there. A chain
 * whose name begins with `but` may have any name that does. */
bool shape_equal(const struct buf *a, const struct buf *b, const char *but);

/* Whether a table of one shape can be made one of the other without being deleted: maps and sets of one name
 * are defined alike in both, and base chains of one name hook alike, whatever their policies are; and there
 * is nothing else in them. */
bool shape_can_become(const struct buf *from, const struct buf *to);

/* Commands that delete what `from` has and `to` has not, maps and sets before chains, which elements lead to.
 * All rules must be gone before. */
void shape_delete_rest(const struct buf *from, const struct buf *to, struct buf *out);

#endif
