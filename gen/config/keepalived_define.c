/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/keepalived_define.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum { REPLACEMENTS_MAX = 1000 /* in one line */ };

static bool name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* How many bytes of a name stand here; none where they begin with a digit. */
static size_t name_len(const char *at)
{
    size_t n = 0;

    while (name_byte(at[n]))
        n++;
    return *at >= '0' && *at <= '9' ? 0 : n;
}

static const char *name_of(const void *items, uint32_t i, size_t *len)
{
    const char *name = ((const struct ka_definition *)items)[i].name;

    *len = strlen(name);
    return name;
}

static const struct ka_definition *find(const struct ka_definitions *all, const char *name, size_t len)
{
    uint32_t i = name_index_find(&all->names, all->at, name, len);

    return i == NAME_NOT_FOUND ? NULL : &all->at[i];
}

static void drop_lines(struct ka_definition *d)
{
    for (size_t i = 0; i < d->n; i++)
        ka_text_free(&d->lines[i]);
    d->n = 0;
}

static void add_line(struct ka_definition *d, const struct ka_text *text, size_t first, size_t end)
{
    struct ka_text line = {0};

    ka_text_add_part(&line, text, first, end - first);
    ka_text_trim(&line);
    if (d->n == d->cap)
        d->lines = vec_grow(d->lines, d->n, &d->cap, sizeof *d->lines);
    d->lines[d->n++] = line;
}

/* The definition of that name, empty. */
static struct ka_definition *renew(struct ka_definitions *all, const char *name, size_t len)
{
    all->names.name_of = name_of;
    uint32_t i = name_index_enter(&all->names, all->at, name, len, (uint32_t)all->n);
    if (i == NAME_NOT_FOUND) {
        i = (uint32_t)all->n;
        *VEC_ADD(all) = (struct ka_definition){.name = xmemdup0(name, len)};
    }
    struct ka_definition *d = &all->at[i];
    drop_lines(d);
    d->many = false;
    all->last = i;
    return d;
}

bool ka_define(struct ka_definitions *all, const struct ka_text *text, bool *goes_on)
{
    size_t len = text->n > 1 && text->at[0] == '$' ? name_len(text->at + 1) : 0;

    if (len == 0 || text->at[1 + len] != '=')
        return false;
    struct ka_definition *d = renew(all, text->at + 1, len);
    *goes_on = d->many = text->at[text->n - 1] == '\\';
    size_t end = text->n - d->many;
    if (!d->many || end > len + 2)
        add_line(d, text, len + 2, end);
    return true;
}

void ka_define_value(struct ka_definitions *all, const char *name, const struct ka_text *value)
{
    add_line(renew(all, name, strlen(name)), value, 0, value->n);
}

bool ka_define_more(struct ka_definitions *all, const struct ka_text *text)
{
    struct ka_definition *d = &all->at[all->last];
    bool goes_on = text->n && text->at[text->n - 1] == '\\';

    if (text->n > goes_on)
        add_line(d, text, 0, text->n - goes_on);
    return goes_on;
}

/* A parameter in a text. */
struct use {
    size_t at, len; /* with its `$` and braces */
    const char *name;
    size_t name_len;
};

/* The parameter whose `$` is byte number `at`. `$NAME` counts only in front of a blank, a comma, a
 * parenthesis or the end, as with Keepalived; `${NAME ARGUMENTS}` is what only it knows. */
static bool use_at(const struct ka_text *text, size_t at, struct use *use)
{
    bool braces = text->at[at + 1] == '{';
    const char *name = text->at + at + 1 + braces;
    size_t len = name_len(name), end = len;

    if (len == 0)
        return false;
    while (braces && (ka_blank(name[end]) || name_byte(name[end])))
        end++;
    if (braces ? name[end] != '}' : name[end] && !strchr(" \t,)", name[end]))
        return false;
    *use = (struct use){
        .at = at, .len = 1 + end + 2 * (size_t)braces, .name = name, .name_len = braces ? end : len};
    return true;
}

static void replace(struct ka_text *text, const struct use *use, const char *value, size_t n)
{
    struct ka_text out = {0};

    ka_text_add_part(&out, text, 0, use->at);
    ka_text_add_for(&out, value, n, text->from[use->at], use->len);
    ka_text_add_part(&out, text, use->at + use->len, text->n - use->at - use->len);
    ka_text_free(text);
    *text = out;
}

/* Lines keep their places, since each of them may be a statement of its own. */
static void replace_by_line(struct ka_text *text, const struct use *use, const struct ka_text *line)
{
    ka_text_cut(text, use->at, text->n - use->at);
    ka_text_add_part(text, line, 0, line->n);
}

const struct ka_definition *ka_substitute(const struct ka_definitions *all, struct ka_text *text,
                                          bool *too_much)
{
    static const char unknown[] = {KA_UNKNOWN, KA_UNKNOWN}; /* two, to underline it */
    struct use use;
    int replaced = 0;

    *too_much = false;
    for (size_t i = 0; i < text->n;) {
        if (text->at[i] != '$' || !use_at(text, i, &use)) {
            i++;
            continue;
        }
        const struct ka_definition *d = find(all, use.name, use.name_len);
        if (++replaced > REPLACEMENTS_MAX || text->n > SOURCE_LINE_MAX) {
            *too_much = true;
            return NULL;
        }
        if (!d || (d->many && use.at + use.len != text->n)) {
            replace(text, &use, unknown, sizeof unknown);
        } else if (d->many) {
            struct ka_text none = {0};

            replace_by_line(text, &use, d->n ? &d->lines[0] : &none);
            return d;
        } else {
            replace(text, &use, d->lines[0].at, d->lines[0].n);
        }
    }
    return NULL;
}

void ka_definitions_free(struct ka_definitions *all)
{
    for (size_t i = 0; i < all->n; i++) {
        drop_lines(&all->at[i]);
        free(all->at[i].lines);
        free(all->at[i].name);
    }
    free(all->at);
    name_index_free(&all->names);
    *all = (struct ka_definitions){0};
}
