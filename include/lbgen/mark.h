/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fwmark as a rule sets it: mark = (mark & ~mask) | value. The value lies inside the mask. */
#ifndef LBGEN_MARK_H
#define LBGEN_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/buf.h"
#include "lbgen/complaint.h"

#define MARK_MASK_ALL UINT32_MAX

struct mark {
    uint32_t value, mask;
};

static inline uint32_t mark_apply(struct mark m, uint32_t before)
{
    return (before & ~m.mask) | m.value;
}

static inline bool mark_equal(struct mark a, struct mark b)
{
    return a.value == b.value && a.mask == b.mask;
}

/* "80", "0x50", "0x50/0xff". *with_mask says whether a mask was written; without one out->mask is
 * MARK_MASK_ALL. A value of 0 and bits outside a written mask are refused. */
bool mark_parse(const char *text, size_t n, struct mark *out, bool *with_mask, struct complaint *why);

/* A 32-bit mask of a mark, decimal or hex, not 0. */
bool mark_mask_parse(const char *text, size_t n, uint32_t *out, struct complaint *why);

/* For people: "80", or "0x50/0xff" where the mask is not all ones. */
void mark_print(struct buf *out, struct mark m);

#endif
