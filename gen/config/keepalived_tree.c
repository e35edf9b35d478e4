/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/keepalived_tree.h"

/* A line on its way into the tree. */
struct cutter {
    struct ka_tree *tree;
    struct diag *diag;
    const struct ka_text *text;
    size_t i; /* the next byte */
    struct ka_word *words;
    uint32_t n, cap;
};

static bool structural(char c)
{
    return c == '{' || c == '}';
}

static bool word_ends(char c)
{
    return ka_blank(c) || structural(c) || c == '"';
}

/* How many bytes to underline from byte `first` to the one before `end`. */
static uint32_t span(const struct ka_text *text, size_t first, size_t end)
{
    srcpos from = text->from[first], to = text->from[end - 1];

    return to >= from && to - from < SOURCE_LINE_MAX ? to - from + 1 : 1;
}

static void add_word(struct cutter *c, size_t first, size_t end, size_t shown_first, size_t shown_end)
{
    const char *at = c->text->at + first;
    struct ka_word word = {.text = arena_text(&c->tree->mem, at, end - first),
                           .at = c->text->from[shown_first],
                           .len = span(c->text, shown_first, shown_end),
                           .unknown = memchr(at, KA_UNKNOWN, end - first)};

    c->words = arena_append(&c->tree->mem, c->words, c->n++, &c->cap, &word, 1, sizeof word);
}

/* Whether quotes are closed, those with a backslash in front of them not counted. */
static bool quotes_fit(const struct ka_text *text)
{
    bool quoted = false;

    for (size_t i = 0; i < text->n; i++)
        if (text->at[i] == '\\')
            i++;
        else if (text->at[i] == '"')
            quoted = !quoted;
    return !quoted;
}

/* A word in double quotes ends at the next one, whatever stands in front of it; without a next one it goes to
 * the end of the line. */
static void take_quoted(struct cutter *c)
{
    size_t first = c->i + 1, n = c->text->n;
    const char *end = memchr(c->text->at + first, '"', n - first);
    size_t close = end ? (size_t)(end - c->text->at) : n;

    if (!end && !quotes_fit(c->text))
        diag_at(c->diag, SEVERITY_ERROR, c->text->from[c->i], 1, "this quote is not closed on its line");
    add_word(c, first, close, c->i, end ? close + 1 : n);
    c->i = end ? close + 1 : n;
}

static void take_word(struct cutter *c)
{
    size_t first = c->i;

    while (c->i < c->text->n && !word_ends(c->text->at[c->i]))
        c->i++;
    add_word(c, first, c->i, first, c->i);
}

/* The words so far are a line. */
static void end_line(struct cutter *c)
{
    struct ka_line *line, *block = c->tree->block;

    if (c->n == 0)
        return;
    line = arena_alloc(&c->tree->mem, sizeof *line);
    *line = (struct ka_line){.words = c->words, .n_words = c->n, .parent = block};
    if (block->last)
        block->last->next = line;
    else
        block->first = line;
    block->last = line;
    c->words = NULL;
    c->n = c->cap = 0;
}

static bool open_block(struct cutter *c)
{
    struct ka_line *line = c->tree->block->last;

    if (!line || line->block) {
        diag_at(c->diag, SEVERITY_ERROR, c->text->from[c->i], 1, "this { has no keyword in front of it");
        return false;
    }
    line->block = true;
    line->open_at = c->text->from[c->i];
    c->tree->block = line;
    return true;
}

static bool close_block(struct cutter *c)
{
    struct ka_line *block = c->tree->block;

    if (!block->parent) {
        diag_at(c->diag, SEVERITY_ERROR, c->text->from[c->i], 1, "this } closes nothing");
        return false;
    }
    c->tree->block = block->parent;
    return true;
}

static bool take_brace(struct cutter *c)
{
    end_line(c);
    bool good = c->text->at[c->i] == '{' ? open_block(c) : close_block(c);
    c->i++;
    return good;
}

bool ka_tree_add(struct ka_tree *tree, const struct ka_text *text, struct diag *diag)
{
    struct cutter c = {.tree = tree, .diag = diag, .text = text};
    bool good = true;

    if (!tree->block)
        tree->block = &tree->root;
    while (good && c.i < text->n) {
        char byte = text->at[c.i];

        if (ka_blank(byte))
            c.i++;
        else if (structural(byte))
            good = take_brace(&c);
        else if (byte == '"')
            take_quoted(&c);
        else
            take_word(&c);
    }
    end_line(&c);
    return good;
}

bool ka_tree_end(const struct ka_tree *tree, struct diag *diag)
{
    const struct ka_line *block = tree->block;

    if (!block || !block->parent)
        return true;
    diag_at(diag, SEVERITY_ERROR, block->open_at, 1, "this { is not closed");
    if (block->n_words && block->words[0].at + 1 < block->open_at)
        diag_note(diag, block->words[0].at, "the block '%s' is here", block->words[0].text);
    return false;
}

void ka_tree_free(struct ka_tree *tree)
{
    arena_free(&tree->mem);
    *tree = (struct ka_tree){0};
}

bool ka_line_is(const struct ka_line *line, const char *keyword)
{
    return line->n_words && strcmp(line->words[0].text, keyword) == 0;
}
