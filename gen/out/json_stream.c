/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/json_stream.h"
#include "lbgen/utf8.h"
#include "lbgen/xalloc.h"

enum { INDENT = 2 };

static int to_buf(const char *text, size_t len, void *out)
{
    buf_add(out, text, len);
    return 0;
}

static void dump(struct buf *out, const json_t *value)
{
    json_dump_callback(value, to_buf, out, JSON_ENCODE_ANY);
}

static void new_line(struct json_stream *s)
{
    buf_char(s->out, '\n');
    for (unsigned i = 0; i < s->depth * INDENT; i++)
        buf_char(s->out, ' ');
}

static void next(struct json_stream *s, const char *key)
{
    if (s->depth == 0)
        return;
    if (s->filled)
        buf_char(s->out, ',');
    new_line(s);
    s->filled = true;
    if (!key)
        return;
    json_t *name = json_words(key);
    dump(s->out, name);
    json_decref(name);
    buf_str(s->out, ": ");
}

static void open_with(struct json_stream *s, const char *key, char opener, char closer)
{
    next(s, key);
    buf_char(s->out, opener);
    s->closers[s->depth++] = closer;
    s->filled = false;
}

void json_open_object(struct json_stream *s, const char *key)
{
    open_with(s, key, '{', '}');
}

void json_open_array(struct json_stream *s, const char *key)
{
    open_with(s, key, '[', ']');
}

void json_close(struct json_stream *s)
{
    s->depth--;
    if (s->filled)
        new_line(s);
    buf_char(s->out, s->closers[s->depth]);
    s->filled = true;
}

void json_put(struct json_stream *s, const char *key, json_t *value)
{
    next(s, key);
    dump(s->out, value);
    json_decref(value);
}

void json_begin(struct json_stream *s, struct buf *out, const char *kind)
{
    json_set_alloc_funcs(xmalloc, free);
    *s = (struct json_stream){.out = out};
    json_open_object(s, NULL);
    json_put(s, "schema", json_words(JSON_SCHEMA));
    json_put(s, "version", json_words(LBGEN_VERSION));
    json_put(s, "kind", json_words(kind));
}

void json_end(struct json_stream *s)
{
    json_close(s);
    buf_char(s->out, '\n');
}

json_t *json_text(const char *text, size_t len)
{
    json_t *value = json_stringn(text, len);
    struct buf mended = {0};

    if (value)
        return value;
    utf8_mend(&mended, text, len);
    return json_taken(&mended);
}

json_t *json_words(const char *text)
{
    return text ? json_text(text, strlen(text)) : json_null();
}

json_t *json_taken(struct buf *text)
{
    json_t *value = json_text(buf_text(text), text->len);

    buf_free(text);
    return value;
}

json_t *json_number(uint64_t number)
{
    return json_integer((json_int_t)number);
}

void json_set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new_nocheck(object, key, value);
}

void json_add(json_t *array, json_t *value)
{
    json_array_append_new(array, value);
}
