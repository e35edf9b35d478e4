/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line after the other goes through what Keepalived does to it, in its order: the comment is taken off, a
 * condition is asked, a definition is kept, a repetition has the rest of the line read many times, parameters
 * are put in, an include is followed. What is left goes into the tree. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/keepalived_define.h"
#include "lbgen/keepalived_reader.h"
#include "lbgen/keepalived_repeat.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum {
    INCLUDE_DEPTH_MAX = 32,
    EXPANSION_DEPTH_MAX = 64,
    ROUNDS_MAX = 16,      /* conditions and definitions out of parameters, in one line */
    COPIES_MAX = 1000000, /* lines that come of other lines, or of a file that was read before */
};

struct ka_reader {
    struct ka_files *files;
    const char *id;
    struct ka_ids *ids;
    struct ka_tree *tree;
    struct diag *diag;
    struct ka_definitions definitions;
    bool defining; /* the next line belongs to the last definition */
    bool failed;
    size_t copies;
    unsigned again; /* files on the stack that were read before */
    struct {
        int *at;
        size_t n, cap;
    } read;                       /* sources */
    int stack[INCLUDE_DEPTH_MAX]; /* sources that are being read, one included by the one before it */
    int depth, expansion_depth;
};

static void read_source(struct ka_reader *r, int source, srcpos at);
static void take_line(struct ka_reader *r, struct ka_text *text, bool plain);

static bool fail(struct ka_reader *r, srcpos at, size_t len, const char *text)
{
    if (!r->failed)
        diag_at(r->diag, SEVERITY_ERROR, at, len, "%s", text);
    r->failed = true;
    return false;
}

static bool known_id(const struct ka_ids *ids, const char *id, size_t len)
{
    for (size_t i = 0; i < ids->n; i++)
        if (strlen(ids->at[i]) == len && memcmp(ids->at[i], id, len) == 0)
            return true;
    return false;
}

/* Takes a condition off the line. False when the line does not count. */
static bool condition_holds(struct ka_reader *r, struct ka_text *text)
{
    bool negated = text->at[1] == '^';
    size_t first = 1 + (size_t)negated, end = first;

    while (end < text->n && !ka_blank(text->at[end]))
        end++;
    if (end == text->n)
        return false; /* nothing behind it */
    const char *id = text->at + first;
    size_t len = end - first;
    if (!known_id(r->ids, id, len)) {
        if (r->ids->n == KA_IDS_MAX)
            return fail(r, text->from[0], end, "this is one configuration id too many");
        r->ids->at[r->ids->n++] = xmemdup0(id, len);
    }
    bool same = r->id && strlen(r->id) == len && memcmp(r->id, id, len) == 0;
    ka_text_cut(text, 0, end);
    ka_text_trim(text);
    return same != negated;
}

/* "include", or one of its variants: the pattern, and whether it must match. */
static const char *include_pattern(const struct ka_text *text, bool *must_match)
{
    const char *p = text->at;

    if (text->n < 9 || strncmp(p, "include", 7) != 0)
        return NULL;
    p += 7;
    *must_match = *p == 'w' || *p == 'a';
    if (!ka_blank(*p) && strchr("rmwba", *p))
        p++;
    if (!ka_blank(*p))
        return NULL;
    while (ka_blank(*p))
        p++;
    return p;
}

static bool runs(const struct ka_reader *r, int source)
{
    for (int i = 0; i < r->depth; i++)
        if (r->stack[i] == source)
            return true;
    return false;
}

static void include_file(struct ka_reader *r, const char *path, srcpos at, size_t len)
{
    struct complaint why;
    int source = ka_files_read(r->files, path, &why);

    if (source < 0) {
        r->tree->incomplete = true;
        diag_at(r->diag, SEVERITY_ERROR, at, len, "%s: %s", path, why.text);
    } else if (runs(r, source)) {
        fail(r, at, len, "this file includes itself");
    } else if (r->depth == INCLUDE_DEPTH_MAX) {
        fail(r, at, len, "files include each other too deep");
    } else {
        read_source(r, source, at);
    }
}

static void include_files(struct ka_reader *r, const struct ka_text *text, const char *pattern,
                          bool must_match)
{
    size_t first = (size_t)(pattern - text->at), len = text->n - first;
    srcpos at = text->from[first];
    struct ka_matches matches;

    ka_files_match(r->files, r->stack[r->depth - 1], pattern, &matches);
    if (matches.n == 0 && (must_match || !matches.wildcard)) {
        r->tree->incomplete = true;
        diag_at(r->diag, SEVERITY_ERROR, at, len, "there is no such file to include");
    }
    for (size_t i = 0; i < matches.n && !r->failed; i++)
        include_file(r, matches.at[i], at, len);
    ka_matches_free(&matches);
}

/* Keepalived looks for includes before it knows of conditions and parameters. */
static void leave_include(struct ka_reader *r, const struct ka_text *text)
{
    r->tree->incomplete = true;
    diag_at(
        r->diag, SEVERITY_NOTE, text->from[0], 1,
        "Keepalived does not promise to read an include with a condition or a parameter; what it would read "
        "is not looked at");
}

static void take_definition_lines(struct ka_reader *r, const struct ka_definition *d, struct ka_text *first)
{
    /* Lines may define anew what they come from. */
    size_t n = d->n;
    struct ka_text *lines = xcalloc(n, sizeof *lines);

    for (size_t i = 1; i < n; i++)
        ka_text_add_part(&lines[i], &d->lines[i], 0, d->lines[i].n);
    take_line(r, first, false);
    for (size_t i = 1; i < n && !r->failed; i++)
        take_line(r, &lines[i], false);
    for (size_t i = 1; i < n; i++)
        ka_text_free(&lines[i]);
    free(lines);
}

static void repeat_line(struct ka_reader *r, const struct ka_text *text, size_t rest)
{
    struct ka_repeat repeat = {0};
    struct complaint why;

    if (!ka_repeat_read(&repeat, text, rest, &r->definitions, &why))
        diag_at(r->diag, SEVERITY_ERROR, text->from[0], rest, "this repetition can't be read: %s", why.text);
    for (size_t i = 0; i < repeat.n && !r->failed; i += repeat.n_names) {
        struct ka_text line = {0};

        for (size_t n = 0; n < repeat.n_names; n++)
            ka_define_value(&r->definitions, repeat.names[n], &repeat.values[i + n]);
        ka_text_add_part(&line, text, rest, text->n - rest);
        ka_text_trim(&line);
        take_line(r, &line, false);
        ka_text_free(&line);
    }
    ka_repeat_free(&repeat);
}

/* A line without conditions, definitions, repetitions and parameters. */
static void take_plain(struct ka_reader *r, const struct ka_text *text, bool plain)
{
    bool must_match;
    const char *pattern = include_pattern(text, &must_match);

    if (pattern && plain)
        include_files(r, text, pattern, must_match);
    else if (pattern)
        leave_include(r, text);
    else
        r->failed |= !ka_tree_add(r->tree, text, r->diag);
}

/* plain: it stands so in a file. */
static void take_expanded(struct ka_reader *r, struct ka_text *text, bool plain)
{
    const struct ka_definition *many;
    size_t rest;
    bool too_much;

    for (int round = 0; text->n && round < ROUNDS_MAX; round++) {
        if (text->at[0] == '@') {
            plain = false;
            if (!condition_holds(r, text))
                return;
            continue;
        }
        if (ka_define(&r->definitions, text, &r->defining))
            return;
        if (ka_repeat_is(text, &rest)) {
            repeat_line(r, text, rest);
            return;
        }
        if (!memchr(text->at, '$', text->n) || round + 1 == ROUNDS_MAX)
            break;
        size_t n = text->n;
        many = ka_substitute(&r->definitions, text, &too_much);
        if (too_much) {
            fail(r, text->from[0], 1, "this line's parameters have no end");
            return;
        }
        plain &= text->n == n;
        ka_text_decomment(text);
        if (many) {
            take_definition_lines(r, many, text);
            return;
        }
        if (text->n == 0 || !strchr("@~$", text->at[0]))
            break;
    }
    if (text->n)
        take_plain(r, text, plain);
}

static void take_line(struct ka_reader *r, struct ka_text *text, bool plain)
{
    if (text->n == 0 || r->failed)
        return;
    r->copies += !plain || r->again;
    if (r->copies > COPIES_MAX || r->expansion_depth == EXPANSION_DEPTH_MAX) {
        fail(r, text->from[0], 1,
             r->copies > COPIES_MAX ? "Keepalived would read too many lines: this comes again and again"
                                    : "parameters stand for each other too deep");
        return;
    }
    if (r->defining) {
        r->defining = ka_define_more(&r->definitions, text);
        return;
    }
    r->expansion_depth++;
    take_expanded(r, text, plain);
    r->expansion_depth--;
}

static size_t find_junk(const char *line, size_t len)
{
    size_t i = 0;

    while (i < len && ((unsigned char)line[i] >= ' ' || line[i] == '\t') && line[i] != 0x7f)
        i++;
    return i;
}

/* One physical line; false when the rest of the file is not worth a look. */
static bool take_physical(struct ka_reader *r, const char *line, size_t len, srcpos at, struct ka_text *text)
{
    size_t junk = find_junk(line, len);

    if (junk < len)
        return fail(r, at + (srcpos)junk, 1, "a control byte: this is no text");
    if (len > SOURCE_LINE_MAX)
        return fail(r, at, 1, "this line is longer than 64 KiB");
    if (len == 0)
        r->defining = false;
    text->n = 0;
    ka_text_add(text, line, len, at);
    ka_text_decomment(text);
    take_line(r, text, true);
    return !r->failed;
}

/* Whether the source was read before; from now on it was. */
static bool note_read(struct ka_reader *r, int source)
{
    for (size_t i = 0; i < r->read.n; i++)
        if (r->read.at[i] == source)
            return true;
    *VEC_ADD(&r->read) = source;
    return false;
}

static void read_source(struct ka_reader *r, int source, srcpos at)
{
    const struct source *s = &r->files->sources->at[source];
    const char *next = s->text, *end = s->text + s->len, *text = s->text;
    const srcpos base = s->base;
    struct ka_text line = {0};
    int depth = r->expansion_depth;
    bool again = note_read(r, source);

    r->again += again;
    r->stack[r->depth++] = source;
    r->expansion_depth = 0;
    while (next < end && !r->failed) {
        const char *newline = memchr(next, '\n', (size_t)(end - next));
        const char *stop = newline ? newline : end;

        size_t n = (size_t)(stop - next);
        while (n && next[n - 1] == '\r')
            n--;
        take_physical(r, next, n, base + (srcpos)(next - text), &line);
        next = stop + 1;
    }
    if (r->failed && at != SRC_NONE && r->depth > 1)
        diag_note(r->diag, at, "it is included here");
    r->depth--;
    r->again -= again;
    r->expansion_depth = depth;
    ka_text_free(&line);
}

bool ka_read(struct ka_files *files, int source, const char *id, struct ka_ids *ids, struct ka_tree *tree,
             struct diag *diag)
{
    struct ka_reader r = {.files = files, .id = id, .ids = ids, .tree = tree, .diag = diag};

    read_source(&r, source, SRC_NONE);
    ka_definitions_free(&r.definitions);
    free(r.read.at);
    return !r.failed && ka_tree_end(tree, diag);
}

void ka_ids_free(struct ka_ids *ids)
{
    for (size_t i = 0; i < ids->n; i++)
        free(ids->at[i]);
    *ids = (struct ka_ids){0};
}
