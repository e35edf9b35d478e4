/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sum over the chains, so that their order does not count, of a hash over a chain's own rules in theirs.
 * A chain that has nothing of lbgen's adds nothing. */
#include <string.h>

#include "lbgen/own_hash.h"

static uint64_t add_own(uint64_t hash, const struct image_chain *chain, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (image_rule_is_own(chain, &chain->at[i]))
            hash = image_hash(hash, &chain->at[i].key, sizeof chain->at[i].key);
    return hash;
}

uint64_t own_rules(const struct image_chain *chain)
{
    return add_own(0, chain, 0, chain->n);
}

uint64_t own_rules_after(const struct chain_edit *edit)
{
    const struct image_chain *live = edit->live;
    const bool own = live ? live->own : !edit->builtin;
    uint64_t hash = 0;
    size_t next = 0;

    if (edit->gone)
        return 0;
    for (size_t h = 0; h < edit->n; h++) {
        const struct hunk *hunk = &edit->at[h];

        if (live)
            hash = add_own(hash, live, next, hunk->at);
        for (size_t i = 0; i < hunk->n_added; i++)
            if (own || hunk->added[i]->tag)
                hash = image_hash(hash, &hunk->added[i]->key, sizeof hunk->added[i]->key);
        next = hunk->at + hunk->n_gone;
    }
    return live ? add_own(hash, live, next, live->n) : hash;
}

static uint64_t chain_hash(const struct image_chain *chain)
{
    const uint64_t all[] = {own_rules(chain), chain->policy};

    return all[0] || chain->own || chain->policy == POLICY_DROP
               ? image_hash(image_hash(0, chain->name, strlen(chain->name)), all, sizeof all)
               : 0;
}

uint64_t own_hash(const struct image_table *table)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < table->n; i++)
        hash += chain_hash(&table->at[i]);
    return hash;
}
