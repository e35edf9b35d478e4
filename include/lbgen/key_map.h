/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From 64-bit keys to numbers of items, several to a key, each handed out once and in the order they came. */
#ifndef LBGEN_KEY_MAP_H
#define LBGEN_KEY_MAP_H

#include <stddef.h>
#include <stdint.h>

#define KEY_NOT_FOUND SIZE_MAX

struct key_slot {
    uint64_t key;
    size_t first, last; /* items; KEY_NOT_FOUND: none left, or a free slot (then key says nothing) */
    int used;
};

struct key_map {
    struct key_slot *slots;
    size_t n_slots;
    size_t *next; /* item -> the next one of the same key */
};

/* For items 0..n_items-1 (any number of them may be entered, each once). key_map_free when done. */
void key_map_init(struct key_map *map, size_t n_items);

void key_map_enter(struct key_map *map, uint64_t key, size_t item);

/* Takes the first item of the key that is left; KEY_NOT_FOUND when there is none. */
size_t key_map_take(struct key_map *map, uint64_t key);

void key_map_free(struct key_map *map);

#endif
