/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/mark.h"
#include "lbgen/number.h"

bool mark_mask_parse(const char *text, size_t n, uint32_t *out, struct complaint *why)
{
    if (!number_parse(text, n, out) || *out == 0)
        return complain(why, 0, n, "a mask is 1..0xffffffff, decimal or 0x hex");
    return true;
}

bool mark_parse(const char *text, size_t n, struct mark *out, bool *with_mask, struct complaint *why)
{
    const char *slash = memchr(text, '/', n);
    size_t value_len = slash ? (size_t)(slash - text) : n;

    *with_mask = slash != NULL;
    out->mask = MARK_MASK_ALL;
    if (!number_parse(text, value_len, &out->value))
        return complain(why, 0, value_len,
                        "a fwmark is 1..4294967295, decimal or 0x hex, without leading zeros");
    if (out->value == 0)
        return complain(why, 0, value_len, "fwmark 0 means no mark at all; take 1 or more");
    if (!slash)
        return true;
    if (!mark_mask_parse(slash + 1, n - value_len - 1, &out->mask, why)) {
        why->at += value_len + 1;
        return false;
    }
    if (out->value & ~out->mask)
        return complain(why, 0, n, "the fwmark has bits outside its mask: 0x%x is not inside 0x%x",
                        out->value, out->mask);
    return true;
}

void mark_print(struct buf *out, struct mark m)
{
    if (m.mask == MARK_MASK_ALL)
        buf_printf(out, "%u", m.value);
    else
        buf_printf(out, "0x%x/0x%x", m.value, m.mask);
}
