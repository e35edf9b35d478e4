/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/name_index.h"
#include "lbgen/xalloc.h"

enum { FIRST_SLOTS = 64 };

uint64_t name_hash(const char *name, size_t len)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3;
    /* FNV alone spreads the last bytes of short names badly, and these are what names of services differ in.
     */
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
    return hash ^ hash >> 29;
}

/* The slot of the name, or the free one where it would be entered. */
static struct name_slot *slot_of(const struct name_index *index, const void *items, const char *name,
                                 size_t len, uint32_t hash)
{
    size_t mask = index->n_slots - 1;

    for (size_t s = hash & mask;; s = (s + 1) & mask) {
        struct name_slot *slot = &index->slots[s];
        size_t other_len;

        if (slot->item == 0)
            return slot;
        if (slot->hash != hash)
            continue;
        const char *other = index->name_of(items, slot->item - 1, &other_len);
        if (other_len == len && memcmp(other, name, len) == 0)
            return slot;
    }
}

static uint32_t short_hash(const char *name, size_t len)
{
    return (uint32_t)(name_hash(name, len) >> 32);
}

uint32_t name_index_find(const struct name_index *index, const void *items, const char *name, size_t len)
{
    if (index->n_slots == 0)
        return NAME_NOT_FOUND;
    return slot_of(index, items, name, len, short_hash(name, len))->item -
           1; /* free: 0 - 1 is NAME_NOT_FOUND */
}

static size_t most_names(size_t n_slots)
{
    return n_slots / 4 * 3;
}

/* Moves the names to a table of n_slots, which is larger. */
static void grow(struct name_index *index, size_t n_slots)
{
    struct name_slot *slots = xmalloc_whole(n_slots * sizeof *slots);

    memset(slots, 0, n_slots * sizeof *slots);
    for (size_t i = 0; i < index->n_slots; i++) {
        size_t to = index->slots[i].hash & (n_slots - 1);

        if (index->slots[i].item == 0)
            continue;
        while (slots[to].item)
            to = (to + 1) & (n_slots - 1);
        slots[to] = index->slots[i];
    }
    free(index->slots);
    index->slots = slots;
    index->n_slots = n_slots;
}

uint32_t name_index_enter(struct name_index *index, const void *items, const char *name, size_t len,
                          uint32_t item)
{
    uint32_t hash = short_hash(name, len);

    if (index->n >= most_names(index->n_slots))
        grow(index, index->n_slots ? index->n_slots * 2 : FIRST_SLOTS);
    struct name_slot *slot = slot_of(index, items, name, len, hash);
    if (slot->item)
        return slot->item - 1;
    *slot = (struct name_slot){.item = item + 1, .hash = hash};
    index->n++;
    return NAME_NOT_FOUND;
}

void name_index_reserve(struct name_index *index, size_t n)
{
    size_t n_slots = index->n_slots ? index->n_slots : FIRST_SLOTS;

    while (most_names(n_slots) < n)
        n_slots *= 2;
    if (n_slots > index->n_slots)
        grow(index, n_slots);
}

void name_index_prefetch(const struct name_index *index, const char *name, size_t len)
{
    if (index->n_slots)
        __builtin_prefetch(&index->slots[short_hash(name, len) & (index->n_slots - 1)], 1);
}

void name_index_free(struct name_index *index)
{
    free(index->slots);
    *index = (struct name_index){.name_of = index->name_of};
}
