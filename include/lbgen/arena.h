/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that lives as long as its owner and is freed in one go: a million small lists without a million
 * mallocs. */
#ifndef LBGEN_ARENA_H
#define LBGEN_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_block;

/* Zero-initialise: struct arena a = {0}; */
struct arena {
    struct arena_block *blocks;
    char *next;
    size_t left;
    size_t total; /* of all blocks */
};

/* `bytes` of uninitialised memory, aligned for any of lbgen's structs (8 bytes). Never NULL (xalloc.h). */
void *arena_alloc(struct arena *a, size_t bytes) __attribute__((returns_nonnull));

/* Makes room for as many bytes, which will be asked for. */
void arena_reserve(struct arena *a, size_t bytes);

/* A copy of `bytes` at `from` (may be NULL when bytes is 0). */
void *arena_copy(struct arena *a, const void *from, size_t bytes);

/* A copy of text, closed with a NUL. */
char *arena_text(struct arena *a, const char *text, size_t len);

/* `old` (n items of `size` bytes, from this arena or NULL; *cap of them fit there) with `more` items behind
 * it. Where they do not fit, the list is lengthened if nothing was handed out since, else it moves to a place
 * twice as large: growing item by item is linear in all. */
void *arena_append(struct arena *a, const void *old, size_t n, uint32_t *cap, const void *items, size_t more,
                   size_t size);

/* Frees everything that came from `a` and makes it empty again. */
void arena_free(struct arena *a);

#endif
