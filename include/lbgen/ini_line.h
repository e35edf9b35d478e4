/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one physical line of services.ini is, before inih sees it. */
#ifndef LBGEN_INI_LINE_H
#define LBGEN_INI_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/complaint.h"

enum line_kind {
    LINE_EMPTY,        /* blank, or a comment */
    LINE_HEADER,       /* body: what stands between the brackets */
    LINE_KEY,          /* name, and body: the value */
    LINE_CONTINUATION, /* body: what it adds to the value above */
    LINE_BAD,          /* *why says what is wrong with it */
    LINE_BAD_HEADER    /* the same, and it was meant as a header */
};

struct ini_line {
    enum line_kind kind;
    size_t bracket;           /* LINE_HEADER: offset of the `[` */
    size_t name_at, name_len; /* LINE_KEY: the key; LINE_BAD: what may have been meant as one, or 0 bytes */
    size_t body_at, body_len; /* without blanks at both ends, without a comment */
    bool quotes;              /* LINE_KEY: ini_key_has_quotes of it */
    bool semicolon;           /* LINE_KEY, LINE_CONTINUATION: there may be a `;` in the body */
};

/* Whether double quotes protect a ` ;` in the value of this key: they do in `rule`, `rule4` and `rule6`. */
bool ini_key_has_quotes(const char *name, size_t len);

/* Sorts line[0..len), which has no LF or CRLF. `*in_quotes` says whether the value above ended inside double
 * quotes; for a LINE_KEY or LINE_CONTINUATION it is brought up to date. quotes_count: the value above is one
 * with quotes. */
void ini_line_sort(const char *line, size_t len, bool quotes_count, bool *in_quotes, struct ini_line *out,
                   struct complaint *why);

/* The bytes of a line that no text may have: control bytes but tab anywhere, no UTF-8 before `comment_from`.
 * True, or the first one in *why. */
bool ini_line_bytes_good(const char *line, size_t len, size_t comment_from, struct complaint *why);

#endif
