/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m set and -j SET, which libxtables can't read without the set itself: the form of what names the set. */
#ifndef LBGEN_XT_SET_H
#define LBGEN_XT_SET_H

#include <stdbool.h>

#include "lbgen/xt_words.h"

/* There is a --match-set, --add-set, --del-set or --map-set, and each has a set's name of up to 31 bytes and
 * a list of up to six src and dst behind it. */
bool xt_set_form(const struct xt_words *words, struct complaint *why);

#endif
