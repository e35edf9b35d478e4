/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule's text to its kernel entry. For the child process alone. */
#ifndef LBGEN_XT_ENCODE_H
#define LBGEN_XT_ENCODE_H

#include <stdbool.h>

#include "lbgen/buf.h"
#include "lbgen/complaint.h"
#include "lbgen/xt_family.h"

/* Adds the entry to *out. */
bool xt_encode_rule(const struct xt_family *family, const char *table, const char *rule, struct buf *out,
                    struct complaint *why);

#endif
