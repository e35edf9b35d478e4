/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a walk through a table can end with a packet that is lost. */
#ifndef LBGEN_IMAGE_DROPS_H
#define LBGEN_IMAGE_DROPS_H

#include "lbgen/image.h"

/* By the policy of the built-in chain, or by a rule in it or in a chain that jumps and gotos lead to from
 * there; what rules match, and what ends the walk before them, is not looked at. False for a table that has
 * no such chain. */
bool image_can_drop(const struct image_table *table, enum hook hook);

#endif
