/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One kernel entry to its text. For the child process alone. */
#ifndef LBGEN_XT_DECODE_H
#define LBGEN_XT_DECODE_H

#include <stdbool.h>

#include "lbgen/buf.h"
#include "lbgen/complaint.h"
#include "lbgen/xt_entries.h"
#include "lbgen/xt_family.h"

/* Adds the text to *out. */
bool xt_decode_rule(const struct xt_family *family, const struct xt_decoding *rule, struct buf *out,
                    struct complaint *why);

#endif
