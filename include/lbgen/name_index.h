/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which item has this name: a hash table of indices into the caller's array. */
#ifndef LBGEN_NAME_INDEX_H
#define LBGEN_NAME_INDEX_H

#include <stddef.h>
#include <stdint.h>

/* The name of item i of the caller's array, *len bytes. */
typedef const char *(*name_of_fn)(const void *items, uint32_t i, size_t *len);

struct name_slot {
    uint32_t item; /* index + 1; 0: free */
    uint32_t hash; /* so that a look at the item itself is nearly always the last one */
};

/* Set name_of and zero the rest; name_index_free when done. */
struct name_index {
    name_of_fn name_of;
    struct name_slot *slots;
    size_t n, n_slots;
};

#define NAME_NOT_FOUND UINT32_MAX

/* The item of that name, or NAME_NOT_FOUND. `items` is the caller's array, which may have moved since the
 * last call. */
uint32_t name_index_find(const struct name_index *index, const void *items, const char *name, size_t len);

/* The item of that name; or NAME_NOT_FOUND, and from now on `item` has the name (the caller puts it there).
 */
uint32_t name_index_enter(struct name_index *index, const void *items, const char *name, size_t len,
                          uint32_t item);

/* Makes room for n names in all. */
void name_index_reserve(struct name_index *index, size_t n);

/* To be called a little before name_index_enter: the slot of the name, which may lie anywhere in the memory,
 * is on its way meanwhile. */
void name_index_prefetch(const struct name_index *index, const char *name, size_t len);

void name_index_free(struct name_index *index);

/* FNV-1a, 64 bits (draft-eastlake-fnv), its bits mixed once more. Part of the names of chains (own_chain.h):
 * it must not change. */
uint64_t name_hash(const char *name, size_t len);

#endif
