/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/arena.h"
#include "lbgen/xalloc.h"

enum { ALIGN = 8, BLOCK = 64 * 1024, BLOCK_MAX = 4 * 1024 * 1024 };

struct arena_block {
    struct arena_block *older;
    _Alignas(ALIGN) char bytes[];
};

/* Blocks grow with the arena, so that one of many megabytes is made of few, and little of it is never used.
 */
static size_t usual_block(const struct arena *a)
{
    size_t part = a->total / 8;

    return part < BLOCK ? BLOCK : part < BLOCK_MAX ? part : BLOCK_MAX;
}

/* A block of at least as many bytes. */
static void add_block(struct arena *a, size_t bytes)
{
    size_t usual = usual_block(a);

    if (bytes < usual)
        bytes = usual;
    struct arena_block *block = xmalloc_whole(sizeof *block + bytes);

    block->older = a->blocks;
    a->blocks = block;
    a->next = block->bytes;
    a->left = bytes;
    a->total += bytes;
}

void arena_reserve(struct arena *a, size_t bytes)
{
    if (bytes > a->left)
        add_block(a, bytes);
}

/* Nothing gets a place too, so that no pointer is NULL. */
static size_t rounded(size_t bytes)
{
    return bytes ? (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    bytes = rounded(bytes);
    if (bytes > a->left)
        add_block(a, bytes);
    void *piece = a->next;
    a->next += bytes;
    a->left -= bytes;
    return piece;
}

void *arena_copy(struct arena *a, const void *from, size_t bytes)
{
    void *copy = arena_alloc(a, bytes);

    if (bytes)
        memcpy(copy, from, bytes);
    return copy;
}

char *arena_text(struct arena *a, const char *text, size_t len)
{
    char *copy = arena_alloc(a, len + 1);

    if (len)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

/* Lengthens the piece that was handed out last, if this is it and the block has room. */
static bool lengthen(struct arena *a, const char *piece, size_t bytes, size_t wanted)
{
    if (piece + bytes != a->next || wanted - bytes > a->left)
        return false;
    a->next += wanted - bytes;
    a->left -= wanted - bytes;
    return true;
}

void *arena_append(struct arena *a, const void *old, size_t n, uint32_t *cap, const void *items, size_t more,
                   size_t size)
{
    char *list = (char *)(uintptr_t)old;

    if (!list) {
        size_t spare = rounded(more * size) - more * size;

        list = arena_alloc(a, more * size);
        *cap = (uint32_t)(more + (spare < size ? 0 : spare / size));
    } else if (n + more > *cap) {
        size_t wanted = rounded((n + more) * size);

        if (!lengthen(a, list, rounded(*cap * size), wanted)) {
            wanted = rounded((n + more) * 2 * size);
            list = arena_alloc(a, wanted);
            memcpy(list, old, n * size);
        }
        *cap = (uint32_t)(wanted / size);
    }
    if (more)
        memcpy(list + n * size, items, more * size);
    return list;
}

void arena_free(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *older = a->blocks->older;

        free(a->blocks);
        a->blocks = older;
    }
    *a = (struct arena){0};
}
