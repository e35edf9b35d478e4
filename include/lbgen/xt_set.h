/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m set and -j SET, which libxtables can't read without the set itself: the form of what names the set. */
#ifndef LBGEN_XT_SET_H
#define LBGEN_XT_SET_H

#include <stdbool.h>

#include "lbgen/xt_words.h"

/* Whether it is --match-set, --add-set, --del-set or --map-set, behind which the name of a set stands. */
bool xt_set_is_named_by(const char *option, size_t len);

/* What to do about it, where libxtables says that the set is one of the other family; else "". */
const char *xt_set_advice(const char *refusal);

/* There is a --match-set, --add-set, --del-set or --map-set, and each has a set's name of up to 31 bytes and
 * a list of up to six src and dst behind it. */
bool xt_set_form(const struct xt_words *words, struct complaint *why);

#endif
