/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lbgen's part of a table as one number: its rules in their order, chain by chain, its chains, and the
 * policies of all built-in chains. Foreign rules and counters do not count. */
#ifndef LBGEN_OWN_HASH_H
#define LBGEN_OWN_HASH_H

#include "lbgen/delta.h"

uint64_t own_hash(const struct image_table *table);

/* What it will be once the edit of this table is done. */
uint64_t own_hash_after(const struct image_table *table, const struct edit *edit);

#endif
