/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lbgen's part of a table as one number: its rules in their order, chain by chain, its chains, and the
 * policies of all built-in chains. Foreign rules and counters do not count. */
#ifndef LBGEN_OWN_HASH_H
#define LBGEN_OWN_HASH_H

#include "lbgen/delta.h"

uint64_t own_hash(const struct image_table *table);

/* lbgen's rules in one chain as one number, in their order; and what they will be once the edit is done. No
 * rules: 0. */
uint64_t own_rules(const struct image_chain *chain);
uint64_t own_rules_after(const struct chain_edit *edit);

#endif
