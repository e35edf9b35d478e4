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
    LINE_BAD_HEADER    /* the same, and it was meant as a header; body: what of one can be seen */
};

struct ini_line {
    enum line_kind kind;
    size_t bracket;           /* LINE_HEADER, LINE_BAD_HEADER: offset of the `[` */
    size_t name_at, name_len; /* LINE_KEY: the key; LINE_BAD: what may have been meant as one, or 0 bytes */
    size_t body_at, body_len; /* without blanks at both ends, without a comment */
};

/* Whether double quotes protect a ` ;` in the value of this key: they do in `rule`, `rule4` and `rule6`. */
bool ini_key_has_quotes(const char *name, size_t len);

/* What is known of a line before it is looked at. */
struct ini_line_state {
    bool semicolon;    /* false: it has none */
    bool quotes_count; /* the value above is one with quotes, ... */
    bool in_quotes;    /* ... and ended inside them */
};

/* Sorts line[0..len), which has no LF or CRLF. Of a LINE_KEY or LINE_CONTINUATION *state is brought up to
 * date with respect to quotes. */
void ini_line_sort(const char *line, size_t len, struct ini_line_state *state, struct ini_line *out,
                   struct complaint *why);

/* The bytes of a line that no text may have: control bytes but tab anywhere, no UTF-8 before `comment_from`.
 * True, or the first one in *why. */
bool ini_line_bytes_good(const char *line, size_t len, size_t comment_from, struct complaint *why);

#endif
