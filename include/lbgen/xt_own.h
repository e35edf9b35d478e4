/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lbgen's own rules as kernel entries, made by hand: the same that libxtables makes of their text, a hundred
 * times as fast. */
#ifndef LBGEN_XT_OWN_H
#define LBGEN_XT_OWN_H

#include <stdint.h>

#include "lbgen/arena.h"
#include "lbgen/buf.h"
#include "lbgen/family.h"
#include "lbgen/rule.h"

enum { XT_OWN_MAX = 1024 /* the largest: IPv6, a comment, sctp, icmp6, mac, SNAT */ };

struct xt_own_entry {
    uint32_t len; /* next_offset */
    _Alignas(8) unsigned char bytes[XT_OWN_MAX];
};

/* The entry for a rule that is lowered (lower.h) and none of [rules]. A verdict or jump has its name in the
 * target's u.user.name. */
void xt_own_write(enum family family, const struct rule *rule, struct xt_own_entry *out);

/* The same, in mem. */
const void *xt_own_entry(enum family family, const struct rule *rule, struct arena *mem, uint32_t *len);

#endif
