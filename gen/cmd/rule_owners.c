/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/own_chain.h"
#include "lbgen/rule_owners.h"
#include "lbgen/tree_chain.h"
#include "lbgen/vec.h"

static uint64_t key_of(enum table table, const char *chain, const struct image_rule *rule)
{
    return image_hash(image_hash((uint64_t)table, chain, strlen(chain)), &rule->key, sizeof rule->key);
}

static int by_key(const void *a, const void *b)
{
    const struct rule_owner *x = a, *y = b;

    return (x->key > y->key) - (x->key < y->key);
}

static void add_chain(struct rule_owners *owners, enum table table, const struct image_chain *chain)
{
    for (size_t i = 0; i < chain->n; i++)
        if (chain->at[i].owner)
            *VEC_ADD(owners) = (struct rule_owner){.key = key_of(table, chain->name, &chain->at[i]),
                                                   .tag = chain->at[i].owner,
                                                   .tag_len = strlen(chain->at[i].owner)};
}

void rule_owners_make(struct rule_owners *owners, const struct image *wanted)
{
    for (int t = 0; t < TABLES; t++)
        for (size_t c = 0; c < wanted->of[t].n; c++)
            if (wanted->of[t].at[c].own)
                add_chain(owners, (enum table)t, &wanted->of[t].at[c]);
    if (owners->n)
        qsort(owners->at, owners->n, sizeof *owners->at, by_key);
}

static const char *tag_of_chain(const char *chain)
{
    if (strncmp(chain, TREE_PREFIX, strlen(TREE_PREFIX)) == 0)
        return "tree";
    return strncmp(chain, USER_CHAIN_PREFIX, sizeof USER_CHAIN_PREFIX - 1) == 0 ? "rules" : NULL;
}

const char *rule_owners_find(const struct rule_owners *owners, enum table table, const char *chain,
                             const struct image_rule *rule, size_t *len)
{
    const char *tag = rule->tag;

    if (!tag && chain_is_own(chain, strlen(chain))) {
        const struct rule_owner wanted = {.key = key_of(table, chain, rule)}, *found = NULL;

        if (owners->n)
            found = bsearch(&wanted, owners->at, owners->n, sizeof *owners->at, by_key);
        if (found && found->tag) {
            *len = found->tag_len;
            return found->tag;
        }
        tag = tag_of_chain(chain);
    }
    *len = tag ? strlen(tag) : 0;
    return tag;
}

void rule_owners_free(struct rule_owners *owners)
{
    free(owners->at);
    *owners = (struct rule_owners){0};
}
