/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be said of a rule before, or without, libxtables. */
#ifndef LBGEN_XT_OUTLINE_H
#define LBGEN_XT_OUTLINE_H

#include <stdbool.h>

#include "lbgen/buf.h"
#include "lbgen/xt.h"
#include "lbgen/xt_family.h"
#include "lbgen/xt_words.h"

struct xt_outline {
    bool foreign;  /* its addresses, or -4 and -6, are all of the other family */
    bool with_set; /* -m set or -j SET: libxtables would ask the kernel for the set */
};

/* False when the rule is of both families at once. */
bool xt_outline(const struct xt_family *family, const char *rule, const struct xt_words *words,
                struct xt_outline *outline, struct complaint *why);

/* The rule as it was written, but for the blanks and -A's spelling, into `text`; chain, target and head_len
 * into *answer. The form of chain, target, interfaces and addresses is checked; what belongs to matches and
 * targets is not. */
bool xt_as_written(const struct xt_family *family, const struct xt_words *words, struct xt_rule *answer,
                   struct buf *text, struct complaint *why);

#endif
