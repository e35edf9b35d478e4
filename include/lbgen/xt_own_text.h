/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of kernel entries that are like lbgen's own, without libxtables. */
#ifndef LBGEN_XT_OWN_TEXT_H
#define LBGEN_XT_OWN_TEXT_H

#include <stdbool.h>

#include "lbgen/buf.h"
#include "lbgen/family.h"
#include "lbgen/xt_entries.h"

/* Adds the text to *out, when the entry is one that xt_own.h makes of some rule. */
bool xt_own_text(enum family family, const struct xt_decoding *rule, struct buf *out);

#endif
