/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/key_table.h"
#include "lbgen/name_index.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

static void grow(struct key_table *t)
{
    free(t->slots);
    t->n_slots = t->n_slots ? t->n_slots * 2 : 64;
    t->slots = xcalloc(t->n_slots, sizeof *t->slots);
    for (size_t i = 0; i < t->n; i++) {
        size_t slot = t->at[i].hash & (t->n_slots - 1);

        while (t->slots[slot])
            slot = (slot + 1) & (t->n_slots - 1);
        t->slots[slot] = (uint32_t)i + 1;
    }
}

/* The slot of these bytes, or the free one where they would come; there is one. */
static size_t slot_of(const struct key_table *t, const void *bytes, size_t len, uint64_t hash)
{
    size_t slot = hash & (t->n_slots - 1);

    for (; t->slots[slot]; slot = (slot + 1) & (t->n_slots - 1)) {
        const struct key_entry *e = &t->at[t->slots[slot] - 1];

        if (e->hash == hash && e->len == len && memcmp(e->bytes, bytes, len) == 0)
            break;
    }
    return slot;
}

uint32_t key_table_enter(struct key_table *t, const void *bytes, size_t len)
{
    uint64_t hash = name_hash(bytes, len);

    if (t->n * 2 >= t->n_slots)
        grow(t);
    size_t slot = slot_of(t, bytes, len, hash);
    if (t->slots[slot])
        return t->slots[slot] - 1;
    *VEC_ADD(t) = (struct key_entry){arena_copy(&t->mem, bytes, len), len, hash};
    t->slots[slot] = (uint32_t)t->n;
    return (uint32_t)t->n - 1;
}

bool key_table_add(struct key_table *t, const void *bytes, size_t len)
{
    size_t n = t->n;

    key_table_enter(t, bytes, len);
    return t->n > n;
}

uint32_t key_table_find(const struct key_table *t, const void *bytes, size_t len)
{
    uint32_t entry = t->n ? t->slots[slot_of(t, bytes, len, name_hash(bytes, len))] : 0;

    return entry ? entry - 1 : NO_KEY;
}

bool key_table_has(const struct key_table *t, const void *bytes, size_t len)
{
    return key_table_find(t, bytes, len) != NO_KEY;
}

void key_table_free(struct key_table *t)
{
    free(t->at);
    free(t->slots);
    arena_free(&t->mem);
    *t = (struct key_table){0};
}
