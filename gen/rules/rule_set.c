/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/rule_set.h"
#include "lbgen/vec.h"

static const char *chain_name(const void *items, uint32_t i, size_t *len)
{
    const struct set_chain *chains = items;

    *len = strlen(chains[i].name);
    return chains[i].name;
}

void rule_set_init(struct rule_set *set)
{
    *set = (struct rule_set){0};
    for (int t = 0; t < TABLES; t++)
        set->of[t].names.name_of = chain_name;
}

uint32_t rule_set_enter(struct rule_set *set, enum table table, const char *chain)
{
    struct set_table *t = &set->of[table];
    uint32_t found = name_index_enter(&t->names, t->at, chain, strlen(chain), (uint32_t)t->n);

    if (found != NAME_NOT_FOUND)
        return found;
    *VEC_ADD(t) = (struct set_chain){.name = chain};
    return (uint32_t)t->n - 1;
}

uint32_t rule_set_find(const struct rule_set *set, enum table table, const char *chain)
{
    const struct set_table *t = &set->of[table];

    return name_index_find(&t->names, t->at, chain, strlen(chain)); /* NAME_NOT_FOUND is NO_CHAIN */
}

void rule_set_add(struct rule_set *set, enum table table, const struct set_rule *rule)
{
    uint32_t number = rule_set_enter(set, table, rule->rule->chain);

    *VEC_ADD(&set->of[table].at[number]) = *rule;
}

/* A word in capitals may be a target or a chain; the kernel takes it for a target first, but no chain can
 * have a target's name. */
static void link_rule(const struct rule_set *set, enum table table, struct set_rule *rule)
{
    const struct seen_rule *r = rule->rule;
    bool leads = r->action == SEEN_JUMP || r->action == SEEN_GOTO || r->action == SEEN_UNKNOWN;

    rule->leads_to = leads && *r->jump ? rule_set_find(set, table, r->jump) : NO_CHAIN;
}

void rule_set_link(struct rule_set *set)
{
    for (int t = 0; t < TABLES; t++)
        for (size_t c = 0; c < set->of[t].n; c++)
            for (size_t i = 0; i < set->of[t].at[c].n; i++)
                link_rule(set, (enum table)t, &set->of[t].at[c].at[i]);
}

void rule_set_free(struct rule_set *set)
{
    for (int t = 0; t < TABLES; t++) {
        for (size_t c = 0; c < set->of[t].n; c++)
            free(set->of[t].at[c].at);
        free(set->of[t].at);
        name_index_free(&set->of[t].names);
    }
    rule_set_init(set);
}
