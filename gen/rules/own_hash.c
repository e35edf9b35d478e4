/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sum over the chains, so that their order does not count, of a hash over a chain's own rules in theirs.
 * A chain that has nothing of lbgen's adds nothing. */
#include <string.h>

#include "lbgen/own_hash.h"

struct chain_sum {
    uint64_t hash;
    bool any;
};

static void add_rule(struct chain_sum *sum, const struct image_rule *rule)
{
    sum->hash = image_hash(sum->hash, &rule->key, sizeof rule->key);
    sum->any = true;
}

static void add_own(struct chain_sum *sum, const struct image_chain *chain, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (image_rule_is_own(chain, &chain->at[i]))
            add_rule(sum, &chain->at[i]);
}

static uint64_t finish(const struct chain_sum *sum, const char *name, bool own, enum image_policy policy)
{
    const uint64_t all[] = {sum->hash, policy};

    return sum->any || own || policy == POLICY_DROP
               ? image_hash(image_hash(0, name, strlen(name)), all, sizeof all)
               : 0;
}

static uint64_t chain_hash(const struct image_chain *chain)
{
    struct chain_sum sum = {0};

    add_own(&sum, chain, 0, chain->n);
    return finish(&sum, chain->name, chain->own, chain->policy);
}

uint64_t own_hash(const struct image_table *table)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < table->n; i++)
        hash += chain_hash(&table->at[i]);
    return hash;
}

static uint64_t hash_after(const struct chain_edit *edit)
{
    const struct image_chain *live = edit->live;
    struct chain_sum sum = {0};
    size_t next = 0;

    for (size_t h = 0; h < edit->n; h++) {
        if (live)
            add_own(&sum, live, next, edit->at[h].at);
        for (size_t i = 0; i < edit->at[h].n_added; i++)
            if (!edit->builtin || edit->at[h].added[i]->tag)
                add_rule(&sum, edit->at[h].added[i]);
        next = edit->at[h].at + edit->at[h].n_gone;
    }
    if (live)
        add_own(&sum, live, next, live->n);
    return finish(&sum, edit->chain, !edit->builtin && (!live || live->own), edit->policy);
}

uint64_t own_hash_after(const struct image_table *table, const struct edit *edit)
{
    uint64_t hash = own_hash(table);

    for (size_t i = 0; i < edit->n; i++) {
        const struct chain_edit *e = &edit->at[i];

        if (e->live)
            hash -= chain_hash(e->live);
        if (!e->gone)
            hash += hash_after(e);
    }
    return hash;
}
