/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sum over the chains, so that their order does not count, of a hash over each one's rules in theirs. */
#include <string.h>

#include "lbgen/table_hash.h"

static uint64_t add_rules(uint64_t hash, const struct image_rule *rules, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        hash = image_hash(hash, &rules[i].key, sizeof rules[i].key);
    return hash;
}

/* rules: 0 for none. */
static uint64_t finish(const char *name, bool builtin, enum image_policy policy, uint64_t rules)
{
    const uint64_t all[] = {rules, policy == POLICY_DROP};

    if (builtin && !rules && policy != POLICY_DROP)
        return 0;
    return image_hash(image_hash(0, name, strlen(name)), all, sizeof all);
}

static uint64_t chain_hash(const struct image_chain *chain)
{
    return finish(chain->name, chain->builtin, chain->policy, add_rules(0, chain->at, 0, chain->n));
}

uint64_t table_hash(const struct image_table *table)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < table->n; i++)
        hash += chain_hash(&table->at[i]);
    return hash;
}

static uint64_t hash_after(const struct chain_edit *edit)
{
    const struct image_chain *live = edit->live;
    uint64_t hash = 0;
    size_t next = 0;

    for (size_t h = 0; h < edit->n; h++) {
        const struct hunk *hunk = &edit->at[h];

        if (live)
            hash = add_rules(hash, live->at, next, hunk->at);
        for (size_t i = 0; i < hunk->n_added; i++)
            hash = add_rules(hash, hunk->added[i], 0, 1);
        next = hunk->at + hunk->n_gone;
    }
    if (live)
        hash = add_rules(hash, live->at, next, live->n);
    return finish(edit->chain, edit->builtin, edit->policy, hash);
}

uint64_t table_hash_after(uint64_t before, const struct edit *edit)
{
    uint64_t hash = before;

    for (size_t i = 0; i < edit->n; i++) {
        if (edit->at[i].live)
            hash -= chain_hash(edit->at[i].live);
        if (!edit->at[i].gone)
            hash += hash_after(&edit->at[i]);
    }
    return hash;
}
