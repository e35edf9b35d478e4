/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A piece of keepalived.conf on its way through comments, parameters and repetitions, each byte with the
 * place where it stands. */
#ifndef LBGEN_KEEPALIVED_TEXT_H
#define LBGEN_KEEPALIVED_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/diag.h"
#include "lbgen/source.h"

/* Stands in a text for what only a running Keepalived knows. */
#define KA_UNKNOWN '\1'

/* Zero-initialise; ka_text_free when done. */
struct ka_text {
    char *at;     /* followed by a NUL that does not count; NULL while nothing was ever added */
    srcpos *from; /* from[i]: where at[i] stands */
    size_t n, cap;
};

/* Adds bytes that stand behind each other at `from`. */
void ka_text_add(struct ka_text *text, const char *bytes, size_t n, srcpos from);

/* Adds bytes that came for a word of `span` bytes at `from`, such as a parameter. */
void ka_text_add_for(struct ka_text *text, const char *bytes, size_t n, srcpos from, size_t span);

/* Adds bytes [first, first + n) of another text. */
void ka_text_add_part(struct ka_text *text, const struct ka_text *other, size_t first, size_t n);

/* Takes bytes [first, first + n) out. */
void ka_text_cut(struct ka_text *text, size_t first, size_t n);

/* Takes blanks and tabs off both ends. */
void ka_text_trim(struct ka_text *text);

/* Takes a line's comment off (from `#` or `!` on, outside of double quotes), `\#` and `\!` being the bytes
 * themselves, and the blanks at its ends. A backslash at the end stays, without blanks in front of it. */
void ka_text_decomment(struct ka_text *text);

void ka_text_free(struct ka_text *text);

static inline bool ka_blank(char c)
{
    return c == ' ' || c == '\t';
}

#endif
