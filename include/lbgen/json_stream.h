/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A JSON document on its way out. Values are libjansson's and leave one by one, each on a line of its own, so
 * that a hundred thousand of them need no more memory than one. */
#ifndef LBGEN_JSON_STREAM_H
#define LBGEN_JSON_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lbgen/buf.h"

/* What the first members of every document say (man/lbgen-json.7): a change that breaks readers gets a new
 * number. */
#define JSON_SCHEMA "lbgen/1"

enum { JSON_DEPTH_MAX = 8 };

struct json_stream {
    struct buf *out;
    unsigned depth;               /* open objects and arrays */
    char closers[JSON_DEPTH_MAX]; /* what ends each */
    bool filled;                  /* something stands in the innermost one */
};

/* A document: an object, which begins with schema, version and kind. */
void json_begin(struct json_stream *s, struct buf *out, const char *kind);
/* Its end; all that was opened must be closed. */
void json_end(struct json_stream *s);

/* `key`: of a member of an object; NULL for an element of an array. */
void json_open_object(struct json_stream *s, const char *key);
void json_open_array(struct json_stream *s, const char *key);
void json_close(struct json_stream *s);

/* Takes the value over. */
void json_put(struct json_stream *s, const char *key, json_t *value);

/* A string of any bytes; those that are no UTF-8 become U+FFFD. Values are never NULL (xalloc.h). */
json_t *json_text(const char *text, size_t len);
/* The same of a NUL-terminated text; null where there is none. */
json_t *json_words(const char *text);
/* What the buffer holds, which is freed. */
json_t *json_taken(struct buf *text);

json_t *json_number(uint64_t number);

/* Takes the value over, as the last member. */
void json_set(json_t *object, const char *key, json_t *value);
/* Takes the value over, as the last element. */
void json_add(json_t *array, json_t *value);

#endif
