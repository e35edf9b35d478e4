/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/owners.h"
#include "lbgen/xalloc.h"

static uint64_t key_in(const char *chain, uint64_t key)
{
    return image_hash(key, chain, strlen(chain));
}

void owners_make(struct owners *owners, const struct image_table *wanted)
{
    size_t n = 0, next = 0;

    for (size_t c = 0; c < wanted->n; c++)
        n += wanted->at[c].own ? wanted->at[c].n : 0;
    owners->rules = xmalloc(n * sizeof *owners->rules);
    key_map_init(&owners->map, n);
    for (size_t c = 0; c < wanted->n; c++)
        for (size_t i = 0; wanted->at[c].own && i < wanted->at[c].n; i++) {
            key_map_enter(&owners->map, key_in(wanted->at[c].name, wanted->at[c].at[i].key), next);
            owners->rules[next++] = &wanted->at[c].at[i];
        }
}

const char *owners_take(struct owners *owners, const char *chain, uint64_t key)
{
    size_t found = key_map_take(&owners->map, key_in(chain, key));

    return found == KEY_NOT_FOUND ? NULL : owners->rules[found]->owner;
}

void owners_name(const struct image_table *wanted, struct image_table *live)
{
    struct owners owners;

    owners_make(&owners, wanted);
    for (size_t c = 0; c < live->n; c++)
        for (size_t i = 0; live->at[c].own && i < live->at[c].n; i++) {
            struct image_rule *rule = &live->at[c].at[i];

            if (!rule->tag)
                rule->owner = owners_take(&owners, live->at[c].name, rule->key);
        }
    owners_free(&owners);
}

void owners_free(struct owners *owners)
{
    key_map_free(&owners->map);
    free((void *)owners->rules);
}
