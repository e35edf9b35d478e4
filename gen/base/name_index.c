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
    return hash;
}

/* The slot of the name, or the free one where it would be entered. */
static uint32_t *slot_of(const struct name_index *index, const void *items, const char *name, size_t len)
{
    size_t mask = index->n_slots - 1;

    for (size_t s = (name_hash(name, len) >> 24) & mask;; s = (s + 1) & mask) {
        size_t other_len;
        uint32_t *slot = &index->slots[s];

        if (*slot == 0)
            return slot;
        const char *other = index->name_of(items, *slot - 1, &other_len);
        if (other_len == len && memcmp(other, name, len) == 0)
            return slot;
    }
}

uint32_t name_index_find(const struct name_index *index, const void *items, const char *name, size_t len)
{
    if (index->n_slots == 0)
        return NAME_NOT_FOUND;
    return *slot_of(index, items, name, len) - 1; /* a free slot: 0 - 1 is NAME_NOT_FOUND */
}

static void grow(struct name_index *index, const void *items)
{
    struct name_index larger = {.name_of = index->name_of,
                                .n_slots = index->n_slots ? index->n_slots * 2 : FIRST_SLOTS};

    larger.slots = xcalloc(larger.n_slots, sizeof *larger.slots);
    for (size_t s = 0; s < index->n_slots; s++)
        if (index->slots[s]) {
            size_t len;
            const char *name = index->name_of(items, index->slots[s] - 1, &len);

            *slot_of(&larger, items, name, len) = index->slots[s];
        }
    larger.n = index->n;
    free(index->slots);
    *index = larger;
}

void name_index_add(struct name_index *index, const void *items, uint32_t i)
{
    size_t len;

    if (index->n >= index->n_slots / 4 * 3)
        grow(index, items);
    const char *name = index->name_of(items, i, &len);
    *slot_of(index, items, name, len) = i + 1;
    index->n++;
}

void name_index_free(struct name_index *index)
{
    free(index->slots);
    *index = (struct name_index){.name_of = index->name_of};
}
