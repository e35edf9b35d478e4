/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keepalived.conf as blocks in blocks of lines of words. */
#ifndef LBGEN_KEEPALIVED_TREE_H
#define LBGEN_KEEPALIVED_TREE_H

#include <stdint.h>

#include "lbgen/arena.h"
#include "lbgen/keepalived_text.h"

struct ka_word {
    const char *text; /* NUL-terminated, without quotes */
    srcpos at;
    uint32_t len; /* to underline it */
    bool unknown; /* not all of it is known */
};

/* A line: words, and a block behind them or none. */
struct ka_line {
    const struct ka_word *words; /* at least one, but for the root */
    uint32_t n_words;
    bool block;
    srcpos open_at; /* the block's brace */
    struct ka_line *first, *last, *next, *parent;
};

/* Zero-initialise; ka_tree_free when done. */
struct ka_tree {
    struct ka_line root;
    struct ka_line *block; /* the one that is open; NULL before the first line */
    struct arena mem;
    bool incomplete; /* Keepalived may have read more than this */
};

/* Adds what a line says. Braces count anywhere outside of double quotes. False when they do not fit
 * (reported, like a quote that is not closed). */
bool ka_tree_add(struct ka_tree *tree, const struct ka_text *text, struct diag *diag);

/* After the last line: false when a block is still open (reported). */
bool ka_tree_end(const struct ka_tree *tree, struct diag *diag);

void ka_tree_free(struct ka_tree *tree);

/* Whether the line's first word is this one. */
bool ka_line_is(const struct ka_line *line, const char *keyword);

/* The line's word number i; NULL where it has fewer. */
static inline const struct ka_word *ka_line_word(const struct ka_line *line, uint32_t i)
{
    return i < line->n_words ? &line->words[i] : NULL;
}

#endif
