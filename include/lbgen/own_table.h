/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lbgen's table of nftables: as it is live, as it is wanted, and the transaction that leads from one to the
 * other.
 *
 * A table is its shape, which is its text without elements, and its elements, a line each. Its last chain is
 * empty and has a name that says which contents were put in place (the marker), so that after a kill it can
 * be told in a moment which of two transactions was the last one. */
#ifndef LBGEN_OWN_TABLE_H
#define LBGEN_OWN_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lbgen/buf.h"
#include "lbgen/complaint.h"

enum { MARKER_MAX = 40 };
#define MARKER_PREFIX "content-"

/* Zero-initialise; own_table_free when done. */
struct own_table {
    bool exists;
    struct buf shape;        /* `table inet lbgen { ... }` */
    struct buf elements;     /* lines `MAP KEY comment "web" : VALUE`, those of a map together */
    struct buf foreign;      /* a line `MAP` for each live element that lbgen never makes and can't print */
    char marker[MARKER_MAX]; /* the name of the chain; "" where there is none */
};

void own_table_free(struct own_table *table);

/* Takes the marker's name out of the shape. */
void own_table_find_marker(struct own_table *table);

/* Whether they are the same, markers aside. The shapes must both come from nft. A table with foreign elements
 * is equal to none. */
bool own_table_same_shape(const struct own_table *a, const struct own_table *b);
bool own_table_equal(const struct own_table *a, const struct own_table *b);

/* The commands that put the table, without foreign elements, in place of whatever is there; or that take out
 * what is there. */
void own_table_replace(const struct own_table *table, struct buf *out);

/* The smallest transaction from one to the other: elements alone where both have one shape; the whole table
 * where `from` has foreign elements. Those of `to` don't come back. added, gone: how many elements come and
 * go. */
void own_table_change(const struct own_table *from, const struct own_table *to, struct buf *out,
                      size_t *added, size_t *gone);

/* The lines of elements that are in one table only. */
void own_table_only(const struct own_table *in, const struct own_table *not_in, struct buf *out);

/* The same for people: lines with + and - in front. Nothing where they are equal. */
void own_table_diff(const struct own_table *from, const struct own_table *to, struct buf *out);

#endif
