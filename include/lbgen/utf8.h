/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Characters in bytes that may be anything. */
#ifndef LBGEN_UTF8_H
#define LBGEN_UTF8_H

#include <stddef.h>

#include "lbgen/buf.h"

/* The length of the character at p, of which `left` bytes are there, at least 1 (RFC 3629: shortest form, no
 * surrogates, up to U+10FFFF); 0 where there is none. */
size_t utf8_length(const char *p, size_t left);

/* The text with U+FFFD for each byte that belongs to no character. */
void utf8_mend(struct buf *out, const char *text, size_t len);

/* The text for a terminal: with `?` for each control character and each byte that belongs to no character. */
void utf8_show(struct buf *out, const char *text, size_t len);

#endif
