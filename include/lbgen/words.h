/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words between blanks and tabs, and items of lists. */
#ifndef LBGEN_WORDS_H
#define LBGEN_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of a text: offset and length. Start with {0}. */
struct word {
    size_t at, len;
};

/* The next run of non-blank bytes behind *w; false at the end (then *w stays). */
bool word_next(const char *text, size_t n, struct word *w);

/* The next item of a list whose items are separated by a comma and/or blanks. An item of length 0 stands
 * where a comma has nothing before or behind it: the caller refuses it and asks for no further one. */
bool item_next(const char *text, size_t n, struct word *w);

#endif
