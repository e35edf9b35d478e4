/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ini_read tells of a text, written down. */
#ifndef CHECK_INI_READER_H
#define CHECK_INI_READER_H

#include "lbgen/ini_reader.h"
#include "lbgen/utf8.h"

#include "check_util.h"

/* The last key's value is kept; `events` has all that came, a line each:
 *     [service web]    section    [!service web    bad_section    !ports    bad_key    ports=80    key */
struct record {
    struct sources sources;
    struct diag diag;
    struct buf events, said, value;
    const char *text;
    size_t keys, places; /* how many values; how many bytes were held against the text */
};

/* Every byte of a value stands where ini_value_place says, but the blanks that join lines. */
static inline void check_places(struct record *r, const struct ini_value *v)
{
    srcpos base = r->sources.at[r->sources.n - 1].base, before = 0;

    MUST(v->n_runs > 0 && v->runs[0].offset == 0 && v->text[v->len] == '\0' && strlen(v->text) == v->len);
    for (size_t run = 0, i = 0; i < v->len; i++) {
        srcpos at = ini_value_place(v, i);

        while (run + 1 < v->n_runs && v->runs[run + 1].offset <= i)
            run++;
        MUST(run + 1 == v->n_runs || v->runs[run + 1].offset > v->runs[run].offset);
        bool joint = v->text[i] == ' ' && run + 1 < v->n_runs && v->runs[run + 1].offset == i + 1 &&
                     v->runs[run + 1].at != at + 1;
        if (!joint && r->text[at - base] != v->text[i])
            ck_abort_msg("byte %zu of the value '%s' is '%c', but its place has '%c'", i, v->text, v->text[i],
                         r->text[at - base]);
        MUST(i == 0 || at > before);
        before = at;
        r->places++;
    }
    MUST(v->len == 0 || ini_value_place(v, v->len) == before + 1);
}

static inline void record_section(void *ctx, srcpos at, srcpos text_at, const char *text, size_t len)
{
    struct record *r = ctx;
    srcpos base = r->sources.at[r->sources.n - 1].base;

    MUST(r->text[at - base] == '[' && memcmp(r->text + (text_at - base), text, len) == 0);
    buf_char(&r->events, '[');
    buf_add(&r->events, text, len);
    buf_str(&r->events, "]\n");
}

static inline void record_bad_section(void *ctx, const char *text, size_t len)
{
    struct record *r = ctx;

    buf_str(&r->events, "[!");
    utf8_show(&r->events, text, len);
    buf_char(&r->events, '\n');
}

static inline void record_bad_key(void *ctx, const char *name, size_t len)
{
    struct record *r = ctx;

    MUST(len > 0);
    buf_char(&r->events, '!');
    buf_add(&r->events, name, len);
    buf_char(&r->events, '\n');
}

static inline void record_key(void *ctx, srcpos at, const char *name, size_t len,
                              const struct ini_value *value)
{
    struct record *r = ctx;

    MUST(memcmp(r->text + (at - r->sources.at[r->sources.n - 1].base), name, len) == 0 && name[len] == '\0');
    check_places(r, value);
    buf_str(&r->events, name);
    buf_char(&r->events, '=');
    buf_add(&r->events, value->text, value->len);
    buf_char(&r->events, '\n');
    buf_free(&r->value);
    buf_add(&r->value, value->text, value->len);
    r->keys++;
}

/* Reads text[0..len) as t.ini; returns the findings as they are printed. */
static inline const char *record_read(struct record *r, const char *text, size_t len)
{
    static const struct ini_handler handler = {.section = record_section,
                                               .bad_section = record_bad_section,
                                               .bad_key = record_bad_key,
                                               .key = record_key};

    *r = (struct record){.text = text};
    int source = sources_add_text(&r->sources, "t.ini", text, len);
    ini_read(&r->sources, source, &handler, r, &r->diag);
    diag_print(&r->diag, &r->sources, &r->said, (struct caret_look){0});
    return buf_text(&r->said);
}

static inline void record_free(struct record *r)
{
    diag_free(&r->diag);
    sources_free(&r->sources);
    buf_free(&r->events);
    buf_free(&r->said);
    buf_free(&r->value);
}

#endif
