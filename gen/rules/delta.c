/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/chain_delta.h"
#include "lbgen/delta.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

/* A table's chains by name. */
struct by_name {
    const struct image_chain **at;
    size_t n;
};

static int by_chain_name(const void *a, const void *b)
{
    const struct image_chain *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static struct by_name sort_chains(const struct image_table *table)
{
    struct by_name sorted = {.at = xmalloc(table->n * sizeof *sorted.at), .n = table->n};

    for (size_t i = 0; i < table->n; i++)
        sorted.at[i] = &table->at[i];
    if (sorted.n)
        qsort((void *)sorted.at, sorted.n, sizeof *sorted.at, by_chain_name);
    return sorted;
}

static enum image_policy policy_of(const struct image_chain *live)
{
    return live && live->policy != POLICY_NONE ? live->policy : POLICY_ACCEPT;
}

/* The edit of a chain that is there, or wanted, or both. */
static void add_chain(const struct image_chain *live, const struct image_chain *wanted, bool adopt,
                      struct edit *out)
{
    const struct image_chain *either = live ? live : wanted;
    if (!either)
        return;
    struct chain_edit edit = {.chain = either->name, .live = live, .builtin = either->builtin};

    if (edit.builtin) {
        edit.policy_before = edit.policy = policy_of(live);
        if (wanted && wanted->policy != POLICY_NONE)
            edit.policy = wanted->policy;
    }
    if (live && live->own && !wanted) {
        edit.gone = true;
        out->n_gone += live->n;
    } else {
        chain_delta(live, wanted, adopt, &edit, out);
    }
    if (edit.gone || edit.n || edit.policy != edit.policy_before || (!live && !edit.builtin))
        *VEC_ADD(out) = edit;
}

static void join(const struct by_name *live, const struct by_name *wanted, bool adopt, struct edit *out)
{
    size_t l = 0, w = 0;

    while (l < live->n || w < wanted->n) {
        int order = l == live->n ? 1 : w == wanted->n ? -1 : strcmp(live->at[l]->name, wanted->at[w]->name);

        add_chain(order <= 0 ? live->at[l] : NULL, order >= 0 ? wanted->at[w] : NULL, adopt, out);
        l += order <= 0;
        w += order >= 0;
    }
}

static bool goes(const struct edit *edit, const char *chain)
{
    for (size_t i = 0; i < edit->n; i++)
        if (edit->at[i].gone && strcmp(edit->at[i].chain, chain) == 0)
            return true;
    return false;
}

/* A foreign rule that leads to a chain which goes would keep the kernel from taking it out. */
static bool check_jumps(const struct image_table *live, const struct edit *edit, struct complaint *why)
{
    for (size_t c = 0; c < live->n; c++)
        for (size_t i = 0; !live->at[c].own && i < live->at[c].n; i++) {
            const struct image_rule *rule = &live->at[c].at[i];

            if (!rule->tag && strncmp(rule->jump, "lbgen", 5) == 0 && goes(edit, rule->jump))
                return complain(why, 0, 0,
                                "table %s: rule %zu of chain %s leads to chain %s, which is lbgen's and goes "
                                "away; take the rule out first",
                                table_names[edit->table], i + 1, live->at[c].name, rule->jump);
        }
    return true;
}

bool delta_find(const struct image_table *live, const struct image_table *wanted, enum table table,
                bool adopt, struct edit *out, struct complaint *why)
{
    struct by_name old = sort_chains(live), new = sort_chains(wanted);

    *out = (struct edit){.table = table};
    join(&old, &new, adopt, out);
    free((void *)old.at);
    free((void *)new.at);
    return check_jumps(live, out, why);
}

void edit_free(struct edit *edit)
{
    free(edit->at);
    free(edit->doubles.at);
    arena_free(&edit->mem);
    *edit = (struct edit){0};
}
