/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/key_map.h"
#include "lbgen/xalloc.h"

void key_map_init(struct key_map *map, size_t n_items)
{
    size_t n = 8;

    while (n < n_items * 2)
        n *= 2;
    *map = (struct key_map){.slots = xcalloc(n, sizeof *map->slots), .n_slots = n};
    map->next = xmalloc(n_items * sizeof *map->next);
}

static struct key_slot *slot_of(const struct key_map *map, uint64_t key)
{
    size_t mask = map->n_slots - 1, s = (size_t)((key * 0x9e3779b97f4a7c15) >> 20) & mask;

    while (map->slots[s].used && map->slots[s].key != key)
        s = (s + 1) & mask;
    return &map->slots[s];
}

void key_map_enter(struct key_map *map, uint64_t key, size_t item)
{
    struct key_slot *slot = slot_of(map, key);

    map->next[item] = KEY_NOT_FOUND;
    if (!slot->used || slot->first == KEY_NOT_FOUND)
        *slot = (struct key_slot){.key = key, .first = item, .last = item, .used = 1};
    else
        slot->last = map->next[slot->last] = item;
}

size_t key_map_take(struct key_map *map, uint64_t key)
{
    struct key_slot *slot = slot_of(map, key);
    size_t item = slot->used ? slot->first : KEY_NOT_FOUND;

    if (item != KEY_NOT_FOUND)
        slot->first = map->next[item];
    return item;
}

void key_map_free(struct key_map *map)
{
    free(map->slots);
    free(map->next);
    *map = (struct key_map){0};
}
