/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hunks of one chain: delta.h's work for a chain that is there and stays. */
#ifndef LBGEN_CHAIN_DELTA_H
#define LBGEN_CHAIN_DELTA_H

#include "lbgen/delta.h"

/* Fills edit->at (from out->mem) with the hunks that turn the chain's own rules into `wanted` (NULL: none),
 * and counts them in *out. live: NULL for a chain that has to be made. */
void chain_delta(const struct image_chain *live, const struct image_chain *wanted, bool adopt,
                 struct chain_edit *edit, struct edit *out);

#endif
