/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/diag.h"
#include "lbgen/utf8.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

const char *const severity_words[SEVERITIES] = {
    [SEVERITY_ERROR] = "error", [SEVERITY_WARNING] = "warning", [SEVERITY_NOTE] = "note"};
static const char *const colours[SEVERITIES] = {
    [SEVERITY_ERROR] = "\033[1;31m", [SEVERITY_WARNING] = "\033[1;35m", [SEVERITY_NOTE] = "\033[1;36m"};

static void add(struct diag *d, struct finding f, const char *format, va_list args)
{
    struct buf text = {0};

    if (f.severity == SEVERITY_WARNING && d->warnings_are_errors)
        f.severity = SEVERITY_ERROR;
    buf_vprintf(&text, format, args);
    f.text = arena_text(&d->texts, text.at, text.len);
    buf_free(&text);
    d->count[f.severity]++;
    *VEC_ADD(d) = f;
}

void diag_at(struct diag *d, enum severity severity, srcpos at, size_t len, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(d, (struct finding){.severity = severity, .at = at, .len = (uint32_t)len}, format, args);
    va_end(args);
}

void diag_file(struct diag *d, enum severity severity, const char *file, const char *format, ...)
{
    const char *kept = file ? arena_text(&d->texts, file, strlen(file)) : NULL;
    va_list args;

    va_start(args, format);
    add(d, (struct finding){.severity = severity, .at = SRC_NONE, .file = kept}, format, args);
    va_end(args);
}

void diag_note(struct diag *d, srcpos at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(d, (struct finding){.severity = SEVERITY_NOTE, .belongs = true, .at = at}, format, args);
    va_end(args);
}

/* Names and sentences quote files, which may hold anything. */
static void show(struct buf *out, const char *text)
{
    utf8_show(out, text, strlen(text));
}

static void print_one(const struct finding *f, struct sources *sources, struct buf *out,
                      struct caret_look look)
{
    struct source_place place = {0};

    if (f->at != SRC_NONE) {
        place = sources_place(sources, f->at);
        show(out, place.source->name);
        buf_printf(out, ":%zu:%zu: ", place.line, place.column);
    } else {
        show(out, f->file ? f->file : "lbgen");
        buf_str(out, ": ");
    }
    buf_printf(out, "%s%s:%s ", look.colour ? colours[f->severity] : "", severity_words[f->severity],
               look.colour ? "\033[0m" : "");
    show(out, f->text);
    buf_char(out, '\n');
    if (f->at != SRC_NONE && !f->belongs)
        caret_print(out, place.line_text, place.line_len, place.column - 1, f->len, look);
}

/* A finding and the notes behind it move as one: `first` is its index in the queue, `n` their number. */
struct group {
    srcpos at;
    size_t first, n;
};

static int by_position(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    /* SRC_NONE + 1 is 0: findings without a place come first. */
    srcpos left = x->at + 1, right = y->at + 1;

    if (left != right)
        return left < right ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* Whether the second group says at the same place just what the first one said. */
static bool same(const struct diag *d, const struct group *first, const struct group *second)
{
    const struct finding *a = &d->at[first->first], *b = &d->at[second->first];

    return a->at != SRC_NONE && a->at == b->at && second->n == 1 && strcmp(a->text, b->text) == 0;
}

void diag_each(const struct diag *d, diag_each_fn each, void *ctx)
{
    struct group *groups = xmalloc(d->n * sizeof *groups);
    size_t n = 0;

    for (size_t i = 0; i < d->n; i++) {
        if (n == 0 || !d->at[i].belongs) {
            groups[n] = (struct group){.at = d->at[i].at, .first = i};
            n++;
        }
        groups[n - 1].n++;
    }
    qsort(groups, n, sizeof *groups, by_position);
    for (size_t g = 0; g < n; g++)
        if (g == 0 || !same(d, &groups[g - 1], &groups[g]))
            each(ctx, &d->at[groups[g].first], groups[g].n - 1);
    free(groups);
}

struct printer {
    struct sources *sources;
    struct buf *out;
    struct caret_look look;
};

static void print_group(void *ctx, const struct finding *f, size_t n_notes)
{
    const struct printer *p = ctx;

    for (size_t i = 0; i <= n_notes; i++)
        print_one(&f[i], p->sources, p->out, p->look);
}

void diag_print(const struct diag *d, struct sources *sources, struct buf *out, struct caret_look look)
{
    struct printer printer = {.sources = sources, .out = out, .look = look};

    diag_each(d, print_group, &printer);
}

void diag_free(struct diag *d)
{
    free(d->at);
    arena_free(&d->texts);
    *d = (struct diag){0};
}
