/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose the rules in lbgen's own chains are: they carry no comment, so what the input wants has to say it. A
 * rule is the one of the same chain that means the same. */
#ifndef LBGEN_OWNERS_H
#define LBGEN_OWNERS_H

#include "lbgen/image.h"
#include "lbgen/key_map.h"

/* owners_make first, owners_free when done. */
struct owners {
    struct key_map map;
    const struct image_rule **rules;
};

/* Of one table; `wanted` must stay. Linear. */
void owners_make(struct owners *owners, const struct image_table *wanted);

/* The owner of the next rule of the key in the chain, each of them handed out once; NULL where none is left
 * or it is nobody's. */
const char *owners_take(struct owners *owners, const char *chain, uint64_t key);

/* Gives the rules without a tag in `live`'s own chains the owners that they have in `wanted`. */
void owners_name(const struct image_table *wanted, struct image_table *live);

void owners_free(struct owners *owners);

#endif
