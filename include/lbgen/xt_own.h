/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lbgen's own rules as kernel entries, made by hand: the same that libxtables makes of their text, a hundred
 * times as fast. */
#ifndef LBGEN_XT_OWN_H
#define LBGEN_XT_OWN_H

#include <stdint.h>

#include "lbgen/arena.h"
#include "lbgen/family.h"
#include "lbgen/rule.h"

/* The entry for a rule that is lowered (lower.h) and none of [rules], in mem; *len is its next_offset. A
 * verdict or jump has its name in the target's u.user.name. */
const void *xt_own_entry(enum family family, const struct rule *rule, struct arena *mem, uint32_t *len);

#endif
