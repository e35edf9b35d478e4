/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/key_map.h"
#include "lbgen/name_index.h"
#include "lbgen/nft_model.h"
#include "lbgen/own_table.h"
#include "lbgen/table_shape.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

static const char marker_line[] = "\tchain " MARKER_PREFIX;

void own_table_free(struct own_table *table)
{
    buf_free(&table->shape);
    buf_free(&table->elements);
    buf_free(&table->foreign);
    *table = (struct own_table){0};
}

/* Where the marker's digits stand in a shape; NULL where there is no marker. */
static const char *find_marker(const struct buf *shape, size_t *len)
{
    const char *found =
        shape->len ? memmem(shape->at, shape->len, marker_line, sizeof marker_line - 1) : NULL;
    const char *end;

    *len = 0;
    if (!found)
        return NULL;
    found += sizeof marker_line - 1;
    end = memchr(found, ' ', shape->len - (size_t)(found - shape->at));
    *len = end ? (size_t)(end - found) : 0;
    return end ? found : NULL;
}

void own_table_find_marker(struct own_table *table)
{
    size_t len;
    const char *digits = find_marker(&table->shape, &len);

    table->marker[0] = '\0';
    if (digits && len + sizeof MARKER_PREFIX <= MARKER_MAX)
        snprintf(table->marker, sizeof table->marker, MARKER_PREFIX "%.*s", (int)len, digits);
}

static bool bytes_equal(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

bool own_table_same_shape(const struct own_table *a, const struct own_table *b)
{
    return a->exists == b->exists && (!a->marker[0]) == (!b->marker[0]) &&
           (bytes_equal(a->shape.at, a->shape.len, b->shape.at, b->shape.len) ||
            shape_equal(&a->shape, &b->shape, MARKER_PREFIX));
}

/* --- elements ------------------------------------------------------------------------------------------ */

struct line {
    const char *at;
    size_t len;
};

struct lines {
    struct line *at;
    size_t n, cap;
};

static void split(const char *at, size_t text_len, struct lines *lines)
{
    const char *end = at + text_len;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = newline ? (size_t)(newline - at) : (size_t)(end - at);

        *VEC_ADD(lines) = (struct line){at, len};
        at += len + 1;
    }
}

/* Marks the lines of `in` that are not in `from`. */
static bool *only_in(const struct lines *in, const struct lines *from, size_t *n)
{
    bool *only = xmalloc(in->n * sizeof *only);
    struct key_map map;

    *n = 0;
    key_map_init(&map, from->n);
    for (size_t i = 0; i < from->n; i++)
        key_map_enter(&map, name_hash(from->at[i].at, from->at[i].len), i);
    for (size_t i = 0; i < in->n; i++) {
        size_t found = key_map_take(&map, name_hash(in->at[i].at, in->at[i].len));

        only[i] = found == KEY_NOT_FOUND ||
                  !bytes_equal(in->at[i].at, in->at[i].len, from->at[found].at, from->at[found].len);
        *n += only[i];
    }
    key_map_free(&map);
    return only;
}

/* The length of the line's first word, a map's name. */
static size_t map_len(const struct line *line)
{
    const char *blank = memchr(line->at, ' ', line->len);

    return blank ? (size_t)(blank - line->at) : line->len;
}

static bool same_map(const struct line *a, const struct line *b)
{
    return bytes_equal(a->at, map_len(a), b->at, map_len(b));
}

/* Where the key ends: at the comment, which all of lbgen's elements have, or at what it leads to. */
static size_t key_end(const struct line *line)
{
    static const char *const behind[] = {" comment \"", " : "};

    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        const char *found = memmem(line->at, line->len, behind[i], strlen(behind[i]));

        if (found)
            return (size_t)(found - line->at);
    }
    return line->len;
}

/* `add element inet lbgen MAP { ... }` for each run of lines of one map; chosen: NULL for all. */
static void print_elements(struct buf *out, const char *verb, const struct lines *lines, const bool *chosen,
                           bool keys_only)
{
    const struct line *last = NULL;

    for (size_t i = 0; i < lines->n; i++) {
        const struct line *line = &lines->at[i];
        size_t name = map_len(line), end = keys_only ? key_end(line) : line->len;

        if ((chosen && !chosen[i]) || name >= end)
            continue;
        if (last && same_map(last, line)) {
            buf_str(out, ", ");
        } else {
            buf_str(out, last ? " }\n" : "");
            buf_printf(out, "%s element inet " NFT_TABLE " %.*s { ", verb, (int)name, line->at);
        }
        buf_add(out, line->at + name + 1, end - name - 1);
        last = line;
    }
    if (last)
        buf_str(out, " }\n");
}

struct difference {
    struct lines old, new;
    bool *gone, *added;
    size_t n_gone, n_added;
};

static bool line_begins(const struct buf *text, size_t at)
{
    return at == 0 || text->at[at - 1] == '\n';
}

/* How many bytes at their beginnings, and then at their ends, are the same lines. */
static void find_common(const struct buf *a, const struct buf *b, size_t *head, size_t *tail)
{
    const size_t shorter = a->len < b->len ? a->len : b->len;
    size_t n = 0;

    while (n < shorter && a->at[n] == b->at[n])
        n++;
    while (!line_begins(a, n))
        n--;
    *head = n;
    for (n = 0; n < shorter - *head && a->at[a->len - 1 - n] == b->at[b->len - 1 - n];)
        n++;
    while (n > 0 && !(line_begins(a, a->len - n) && line_begins(b, b->len - n)))
        n--;
    *tail = n;
}

/* lbgen's own order is nearly always the same on both sides, so that only what lies between the first and the
 * last line that differ is looked at. */
static struct difference find_difference(const struct own_table *from, const struct own_table *to)
{
    struct difference d = {0};
    size_t head, tail;

    find_common(&from->elements, &to->elements, &head, &tail);
    split(from->elements.at + head, from->elements.len - head - tail, &d.old);
    split(to->elements.at + head, to->elements.len - head - tail, &d.new);
    d.gone = only_in(&d.old, &d.new, &d.n_gone);
    d.added = only_in(&d.new, &d.old, &d.n_added);
    return d;
}

static void free_difference(struct difference *d)
{
    free(d->old.at);
    free(d->new.at);
    free(d->gone);
    free(d->added);
}

bool own_table_equal(const struct own_table *a, const struct own_table *b)
{
    struct difference d;
    bool same;

    if (a->foreign.len + b->foreign.len || !own_table_same_shape(a, b))
        return false;
    d = find_difference(a, b);
    same = d.n_gone + d.n_added == 0;
    free_difference(&d);
    return same;
}

void own_table_replace(const struct own_table *table, struct buf *out)
{
    struct lines lines = {0};

    buf_str(out, "table inet " NFT_TABLE "\ndelete table inet " NFT_TABLE "\n");
    if (!table->exists)
        return;
    buf_add(out, table->shape.at, table->shape.len);
    split(table->elements.at, table->elements.len, &lines);
    print_elements(out, "add", &lines, NULL, false);
    free(lines.at);
}

/* A map that goes takes its elements along. */
static void leave_to_maps(struct difference *d, const struct buf *shape)
{
    const struct line *last = NULL;
    bool stays = false;

    for (size_t i = 0; i < d->old.n; i++) {
        const struct line *line = &d->old.at[i];

        if (!d->gone[i])
            continue;
        if (!last || !same_map(last, line))
            stays = shape_has(shape, line->at, map_len(line));
        last = line;
        d->gone[i] = stays;
    }
}

/* The table, its base chains and the maps that both have stay: a packet that is on its way meets one of two
 * sets of rules, and the elements that are the same in both are never gone. Deleting the table with the next
 * one in its place would not be that: a packet could have passed the new hook before the change, and come to
 * the old one after it. */
static void reshape(const struct own_table *from, const struct own_table *to, struct difference *d,
                    struct buf *out)
{
    leave_to_maps(d, &to->shape);
    buf_str(out, "flush table inet " NFT_TABLE "\n");
    print_elements(out, "delete", &d->old, d->gone, true);
    shape_delete_rest(&from->shape, &to->shape, out);
    buf_add(out, to->shape.at, to->shape.len);
    print_elements(out, "add", &d->new, d->added, false);
}

static size_t count_lines(const struct buf *text)
{
    size_t n = 0;

    for (size_t i = 0; i < text->len; i++)
        n += text->at[i] == '\n';
    return n;
}

void own_table_change(const struct own_table *from, const struct own_table *to, struct buf *out,
                      size_t *added, size_t *gone)
{
    struct difference d = find_difference(from, to);

    *added = d.n_added;
    *gone = d.n_gone + count_lines(&from->foreign);
    if (from->foreign.len) {
        own_table_replace(to, out);
    } else if (from->marker[0] && to->marker[0] && own_table_same_shape(from, to)) {
        print_elements(out, "delete", &d.old, d.gone, true);
        print_elements(out, "add", &d.new, d.added, false);
        buf_printf(out, "delete chain inet " NFT_TABLE " %s\nadd chain inet " NFT_TABLE " %s\n", from->marker,
                   to->marker);
    } else if (from->exists && to->exists && shape_can_become(&from->shape, &to->shape)) {
        reshape(from, to, &d, out);
    } else {
        own_table_replace(to, out);
    }
    free_difference(&d);
}

static void print_chosen(struct buf *out, const char *before, const struct lines *lines, const bool *chosen)
{
    for (size_t i = 0; i < lines->n; i++)
        if (chosen[i])
            buf_printf(out, "%s%.*s\n", before, (int)lines->at[i].len, lines->at[i].at);
}

void own_table_only(const struct own_table *in, const struct own_table *not_in, struct buf *out)
{
    struct difference d = find_difference(not_in, in);

    print_chosen(out, "", &d.new, d.added);
    free_difference(&d);
}

static bool is_marker(const struct line *line)
{
    return line->len >= sizeof marker_line && memcmp(line->at, marker_line, sizeof marker_line - 1) == 0;
}

/* All but the marker, which is of two lines, with an empty one in front. */
static void print_lines(struct buf *out, const char *before, const struct buf *text)
{
    struct lines lines = {0};

    split(text->at, text->len, &lines);
    for (size_t i = 0; i < lines.n; i++)
        if (i + 1 < lines.n && is_marker(&lines.at[i + 1]))
            i += 2;
        else
            buf_printf(out, "%s%.*s\n", before, (int)lines.at[i].len, lines.at[i].at);
    free(lines.at);
}

static void print_foreign(struct buf *out, const char *before, const struct buf *foreign)
{
    struct lines lines = {0};

    split(foreign->at, foreign->len, &lines);
    for (size_t i = 0; i < lines.n; i++)
        buf_printf(out, "%s%.*s (an element that lbgen does not make)\n", before, (int)lines.at[i].len,
                   lines.at[i].at);
    free(lines.at);
}

void own_table_diff(const struct own_table *from, const struct own_table *to, struct buf *out)
{
    bool same_shape = own_table_same_shape(from, to);
    struct difference d;

    if (same_shape && own_table_equal(from, to))
        return;
    d = find_difference(from, to);
    buf_str(out, "--- live table inet " NFT_TABLE "\n+++ wanted table inet " NFT_TABLE "\n");
    if (!same_shape) {
        buf_str(out, "@@ the table, without elements @@\n");
        print_lines(out, "-", &from->shape);
        print_lines(out, "+", &to->shape);
    }
    if (d.n_gone + d.n_added + from->foreign.len + to->foreign.len) {
        buf_str(out, "@@ elements @@\n");
        print_chosen(out, "-", &d.old, d.gone);
        print_foreign(out, "-", &from->foreign);
        print_chosen(out, "+", &d.new, d.added);
        print_foreign(out, "+", &to->foreign);
    }
    free_difference(&d);
}
