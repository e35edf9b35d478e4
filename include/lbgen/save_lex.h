/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of a line of iptables-save text, as iptables-restore reads them. */
#ifndef LBGEN_SAVE_LEX_H
#define LBGEN_SAVE_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/arena.h"

/* Walks over a line; start with {.text = line, .len = its length}. */
struct save_lexer {
    const char *text;
    size_t len, at;
};

/* The next word: blanks separate, double quotes group, a backslash inside them takes the next byte as it is.
 * A word with quotes or backslashes is copied to `mem`, others are copied too; NULL at the end.
 * NUL-terminated. */
const char *save_next_word(struct save_lexer *lexer, struct arena *mem);

#endif
