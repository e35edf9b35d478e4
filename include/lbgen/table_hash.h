/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole table as one number, foreign rules included: chains, policies, rules in their order. Counters do
 * not count, nor does the order of chains; a table that is not there is like an empty one. */
#ifndef LBGEN_TABLE_HASH_H
#define LBGEN_TABLE_HASH_H

#include "lbgen/delta.h"

uint64_t table_hash(const struct image_table *table);

/* What the hash `before` of a table becomes once the edit of this table is done. */
uint64_t table_hash_after(uint64_t before, const struct edit *edit);

#endif
