/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/compile.h"
#include "lbgen/lower.h"
#include "lbgen/own_chain.h"
#include "lbgen/rule_owners.h"
#include "lbgen/vec.h"

#define TREE_CHAINS "lbgen-"

static uint64_t key_of(enum table table, const char *chain, const struct image_rule *rule)
{
    return image_hash(image_hash((uint64_t)table, chain, strlen(chain)), &rule->key, sizeof rule->key);
}

static int by_key(const void *a, const void *b)
{
    const struct rule_owner *x = a, *y = b;

    return (x->key > y->key) - (x->key < y->key);
}

static void take_rule(void *ctx, const struct rule *rule)
{
    struct rule_owners *owners = ctx;

    if (rule->in_own_chain)
        *VEC_ADD(owners) = (struct rule_owner){.tag = rule->tag, .tag_len = rule->tag_len};
}

static void take_lowered(void *ctx, const struct rule *rule)
{
    const struct rule_sink pieces = {.ctx = ctx, .rule = take_rule};

    lower_rule(&pieces, rule);
}

static void skip_table(void *ctx, enum table table)
{
    (void)ctx;
    (void)table;
}

static void skip_chain(void *ctx, const char *name, const char *policy)
{
    (void)ctx;
    (void)name;
    (void)policy;
}

static void skip_end(void *ctx)
{
    (void)ctx;
}

/* The image has the same rules in the same order. */
static size_t set_keys(struct rule_owners *owners, const struct image *wanted)
{
    size_t next = 0;

    for (int t = 0; t < TABLES; t++)
        for (size_t c = 0; c < wanted->of[t].n; c++) {
            const struct image_chain *chain = &wanted->of[t].at[c];

            for (size_t i = 0; i < chain->n && chain->own && next < owners->n; i++)
                owners->at[next++].key = key_of((enum table)t, chain->name, &chain->at[i]);
        }
    return next;
}

void rule_owners_make(struct rule_owners *owners, const struct input *input, enum family family,
                      const struct image *wanted)
{
    const struct rule_sink sink = {
        .ctx = owners, .table = skip_table, .chain = skip_chain, .rule = take_lowered, .end = skip_end};

    compile(&input->config, &input->host.of[family], family, &sink);
    owners->n = set_keys(owners, wanted);
    if (owners->n)
        qsort(owners->at, owners->n, sizeof *owners->at, by_key);
}

static const char *tag_of_chain(const char *chain)
{
    if (strncmp(chain, TREE_CHAINS, sizeof TREE_CHAINS - 1) == 0)
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
