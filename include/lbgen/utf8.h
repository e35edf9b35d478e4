/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Characters in bytes that may be anything. */
#ifndef LBGEN_UTF8_H
#define LBGEN_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/buf.h"

/* The length of the character at p, of which `left` bytes are there, at least 1 (RFC 3629: shortest form, no
 * surrogates, up to U+10FFFF); 0 where there is none. */
size_t utf8_length(const char *p, size_t left);

/* The text with U+FFFD for each byte that belongs to no character. */
void utf8_mend(struct buf *out, const char *text, size_t len);

/* Whether a character is one of those that make a terminal print the text behind them in another order
 * (U+202A..U+202E, U+2066..U+2069), so that it looks like what it is not. It is a whole one. */
bool utf8_turns_text(const char *character);

/* The text for a terminal: with `?` for each control character, each that turns text, and each byte that
 * belongs to no character. */
void utf8_show(struct buf *out, const char *text, size_t len);

#endif
