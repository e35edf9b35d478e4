/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/own_hash.h"
#include "lbgen/undo.h"

/* The rules that an edit takes out, with payloads of their own. */
static struct image_rule *keep_rules(struct undo *undo, const struct image_rule *at, size_t n)
{
    struct image_rule *kept = arena_alloc(&undo->mem, n * sizeof *kept);

    for (size_t i = 0; i < n; i++) {
        kept[i] = (struct image_rule){
            .key = at[i].key, .len = at[i].len, .packets = at[i].packets, .bytes = at[i].bytes};
        kept[i].tag = at[i].tag ? "" : NULL;
        kept[i].jump = arena_text(&undo->mem, at[i].jump, strlen(at[i].jump));
        kept[i].payload = arena_copy(&undo->mem, at[i].payload, at[i].len);
    }
    return kept;
}

/* Not asked of a chain that is made: it goes as a whole. */
static bool is_own(const struct chain_edit *edit, const struct image_rule *rule)
{
    return rule->tag || (edit->live && edit->live->own);
}

static struct undo_hunk invert_hunk(struct undo *undo, const struct image_chain *live,
                                    const struct hunk *hunk, size_t at)
{
    struct undo_hunk u = {.at = at, .n_came = hunk->n_added, .n_went = hunk->n_gone};
    uint64_t *came = arena_alloc(&undo->mem, hunk->n_added * sizeof *came);
    size_t behind = hunk->at + hunk->n_gone;

    for (size_t i = 0; i < hunk->n_added; i++)
        came[i] = hunk->added[i]->key;
    u.came = came;
    if (!live)
        return u;
    u.went = keep_rules(undo, live->at + hunk->at, hunk->n_gone);
    u.has_before = hunk->at > 0;
    u.has_after = behind < live->n;
    if (u.has_before)
        u.before = live->at[hunk->at - 1].key;
    if (u.has_after)
        u.after = live->at[behind].key;
    return u;
}

static void invert_hunks(struct undo *undo, const struct chain_edit *edit, struct undo_chain *chain)
{
    size_t came = 0, went = 0, own = 0, next = 0;

    chain->at = arena_alloc(&undo->mem, edit->n * sizeof *chain->at);
    chain->n = edit->n;
    for (size_t i = 0; i < edit->n; i++) {
        const struct hunk *hunk = &edit->at[i];

        chain->at[i] = invert_hunk(undo, edit->live, hunk, hunk->at + came - went);
        for (; edit->live && next < hunk->at; next++)
            own += is_own(edit, &edit->live->at[next]);
        next += hunk->n_gone;
        chain->at[i].own_at = own;
        for (size_t k = 0; k < hunk->n_added; k++)
            own += is_own(edit, hunk->added[k]);
        came += hunk->n_added;
        went += hunk->n_gone;
    }
}

static struct undo_chain invert_chain(struct undo *undo, const struct chain_edit *edit)
{
    struct undo_chain chain = {
        .name = arena_text(&undo->mem, edit->chain, strlen(edit->chain)),
        .kind = edit->gone                    ? UNDO_GONE
                : edit->live || edit->builtin ? UNDO_STAYED
                                              : UNDO_MADE,
        .policy_before = edit->policy_before,
        .policy = edit->policy,
    };
    const struct hunk all = {.at = 0, .n_gone = edit->live ? edit->live->n : 0};

    if (chain.kind == UNDO_MADE)
        return chain;
    chain.own_after = own_rules_after(edit);
    if (edit->gone) {
        chain.at = arena_alloc(&undo->mem, sizeof *chain.at);
        chain.at[0] = invert_hunk(undo, edit->live, &all, 0);
        chain.n = 1;
    } else {
        invert_hunks(undo, edit, &chain);
    }
    return chain;
}

void undo_add(struct undo *undo, enum family family, const struct image_table *live, const struct edit *edit)
{
    struct undo_table *table = &undo->of[family][edit->table];

    table->own_before = own_hash(live);
    table->at = arena_alloc(&undo->mem, edit->n * sizeof *table->at);
    table->n = edit->n;
    for (size_t i = 0; i < edit->n; i++)
        table->at[i] = invert_chain(undo, &edit->at[i]);
}

static void share_chain(const struct undo_chain *from, struct undo_chain *to, struct arena *mem)
{
    struct undo_hunk *hunks = arena_copy(mem, from->at, from->n * sizeof *hunks);

    for (size_t i = 0; i < from->n; i++)
        hunks[i].went = arena_copy(mem, hunks[i].went, hunks[i].n_went * sizeof *hunks[i].went);
    *to = *from;
    to->at = hunks;
}

void undo_share(const struct undo *undo, struct undo *out)
{
    *out = (struct undo){.form = undo->form};
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++) {
            const struct undo_table *from = &undo->of[f][t];
            struct undo_table *to = &out->of[f][t];

            *to = *from;
            to->at = arena_alloc(&out->mem, from->n * sizeof *to->at);
            for (size_t c = 0; c < from->n; c++)
                share_chain(&from->at[c], &to->at[c], &out->mem);
        }
}

bool undo_is_empty(const struct undo *undo)
{
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++)
            if (undo->of[f][t].n)
                return false;
    return true;
}

bool undo_each_rule(struct undo *undo,
                    bool (*fn)(void *ctx, enum family family, enum table table, const char *chain,
                               struct image_rule *rule),
                    void *ctx)
{
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++)
            for (size_t c = 0; c < undo->of[f][t].n; c++) {
                const struct undo_chain *chain = &undo->of[f][t].at[c];

                for (size_t h = 0; h < chain->n; h++)
                    for (size_t i = 0; i < chain->at[h].n_went; i++)
                        if (!fn(ctx, (enum family)f, (enum table)t, chain->name, &chain->at[h].went[i]))
                            return false;
            }
    return true;
}

void undo_free(struct undo *undo)
{
    arena_free(&undo->mem);
    *undo = (struct undo){0};
}
