/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/image.h"
#include "lbgen/own_chain.h"
#include "lbgen/vec.h"

struct image_chain *image_add_chain(struct image *image, enum table table, const char *name, size_t len)
{
    struct image_chain *chain = VEC_ADD(&image->of[table]);
    enum hook hook;

    *chain = (struct image_chain){
        .name = arena_text(&image->mem, name, len),
        .builtin = hook_find(name, len, &hook) && table_has_hook(table, hook),
        .own = chain_is_own(name, len),
    };
    return chain;
}

const char *image_owner(struct image *image, const struct image_chain *chain, const char *name, size_t len)
{
    const char *last = chain->n > 1 ? chain->at[chain->n - 2].owner : NULL;

    return last && strncmp(last, name, len) == 0 && last[len] == '\0' ? last
                                                                      : arena_text(&image->mem, name, len);
}

struct image_chain *image_find_chain(const struct image_table *table, const char *name)
{
    for (size_t i = 0; i < table->n; i++)
        if (strcmp(table->at[i].name, name) == 0)
            return &table->at[i];
    return NULL;
}

const char *image_chain_name(const void *chains, uint32_t i, size_t *len)
{
    const char *name = ((const struct image_chain *)chains)[i].name;

    *len = strlen(name);
    return name;
}

struct name_index image_index(const struct image_table *table)
{
    struct name_index index = {.name_of = image_chain_name};

    for (size_t i = 0; i < table->n; i++)
        name_index_enter(&index, table->at, table->at[i].name, strlen(table->at[i].name), (uint32_t)i);
    return index;
}

bool image_table_is_used(const struct image_table *table)
{
    for (size_t i = 0; i < table->n; i++)
        if (table->at[i].n || !table->at[i].builtin || table->at[i].policy == POLICY_DROP)
            return true;
    return false;
}

/* One step of a multiply-and-fold hash; both constants are odd and have no pattern. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    __extension__ unsigned __int128 product =
        (unsigned __int128)(hash ^ word ^ 0x9e3779b97f4a7c15) * 0xd6e8feb86659fd93;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t image_hash(uint64_t seed, const void *data, size_t len)
{
    const unsigned char *at = data, *end = at + (len & ~(sizeof(uint64_t) - 1));
    uint64_t hash = seed, word;

    for (; at < end; at += sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = mix(hash, word);
    }
    word = 0;
    memcpy(&word, at, len % sizeof word);
    return mix(hash ^ (len + 1) * 0xa0761d6478bd642f, word);
}

void image_free(struct image *image)
{
    for (int t = 0; t < TABLES; t++) {
        for (size_t i = 0; i < image->of[t].n; i++)
            free(image->of[t].at[i].at);
        free(image->of[t].at);
    }
    arena_free(&image->mem);
    *image = (struct image){0};
}
