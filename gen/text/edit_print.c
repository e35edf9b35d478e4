/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/edit_print.h"

enum { CONTEXT = 3 };

void rule_text_of_line(void *ctx, const struct image_rule *rule, const char *chain, struct buf *out)
{
    (void)ctx;
    (void)chain;
    buf_add(out, rule->payload, rule->len);
}

void edit_print_names(const char *before, const char *after, struct buf *out)
{
    buf_printf(out, "--- %s\n+++ %s\n", before, after);
}

struct walker {
    const struct edit *edit;
    const struct chain_edit *chain;
    const struct image_chain *live; /* never NULL */
    const struct edit_eyes *eyes;
};

static void see_head(const struct walker *w)
{
    if (w->eyes->head)
        w->eyes->head(w->eyes->ctx, w->edit->table, w->chain->chain);
}

static void see_rule(const struct walker *w, char sign, const struct image_rule *rule)
{
    w->eyes->rule(w->eyes->ctx, sign, rule, w->chain->chain);
}

static void see_chain(const struct walker *w, char sign, enum image_policy policy)
{
    if (w->eyes->chain)
        w->eyes->chain(w->eyes->ctx, sign, w->chain->chain, policy);
}

static bool is_own(const struct walker *w, size_t i)
{
    return i < w->live->n && image_rule_is_own(w->live, &w->live->at[i]);
}

/* Own rules behind a hunk, up to `end`; returns the first one that is not shown. */
static size_t see_behind(const struct walker *w, size_t from, size_t end)
{
    size_t i = from;

    for (; i < end && i - from < CONTEXT && is_own(w, i); i++)
        see_rule(w, ' ', &w->live->at[i]);
    return i;
}

/* Own rules in front of a hunk, none before `from`. Where they do not follow on what was shown last, a new
 * head comes first. */
static void see_before(const struct walker *w, size_t from, size_t at, bool first)
{
    size_t i = at;

    while (i > from && at - i < CONTEXT && is_own(w, i - 1))
        i--;
    if (i > from && !first)
        see_head(w);
    for (; i < at; i++)
        see_rule(w, ' ', &w->live->at[i]);
}

static void see_hunks(const struct walker *w)
{
    const struct chain_edit *chain = w->chain;
    size_t shown = 0;

    for (size_t h = 0; h < chain->n; h++) {
        const struct hunk *hunk = &chain->at[h];
        size_t behind = hunk->at + hunk->n_gone;

        see_before(w, shown, hunk->at, h == 0);
        for (size_t i = hunk->at; i < behind; i++)
            see_rule(w, '-', &w->live->at[i]);
        for (size_t i = 0; i < hunk->n_added; i++)
            see_rule(w, '+', hunk->added[i]);
        shown = see_behind(w, behind, h + 1 < chain->n ? chain->at[h + 1].at : w->live->n);
    }
}

static void see_chain_edit(const struct walker *w)
{
    const struct chain_edit *chain = w->chain;

    see_head(w);
    if (chain->gone) {
        see_chain(w, '-', POLICY_NONE);
        for (size_t i = 0; i < w->live->n; i++)
            see_rule(w, '-', &w->live->at[i]);
        return;
    }
    if (chain->policy != chain->policy_before) {
        see_chain(w, '-', chain->policy_before);
        see_chain(w, '+', chain->policy);
    } else if (!chain->live && !chain->builtin) {
        see_chain(w, '+', POLICY_NONE);
    }
    see_hunks(w);
}

void edit_walk(const struct edit *edit, const struct edit_eyes *eyes)
{
    static const struct image_chain empty = {.name = ""};
    struct walker w = {.edit = edit, .eyes = eyes};

    for (size_t i = 0; i < edit->n; i++) {
        w.chain = &edit->at[i];
        w.live = w.chain->live ? w.chain->live : &empty;
        see_chain_edit(&w);
    }
}

const char *image_policy_word(enum image_policy policy)
{
    static const char *const words[] = {
        [POLICY_NONE] = "-", [POLICY_ACCEPT] = "ACCEPT", [POLICY_DROP] = "DROP"};

    return words[policy];
}

struct printer {
    rule_text_fn text;
    void *ctx;
    struct buf *out;
};

static void print_head(void *ctx, enum table table, const char *chain)
{
    const struct printer *p = ctx;

    buf_printf(p->out, "@@ %s %s @@\n", table_names[table], chain);
}

static void print_rule(void *ctx, char sign, const struct image_rule *rule, const char *chain)
{
    const struct printer *p = ctx;

    buf_char(p->out, sign);
    p->text(p->ctx, rule, chain, p->out);
    buf_char(p->out, '\n');
}

static void print_chain(void *ctx, char sign, const char *chain, enum image_policy policy)
{
    const struct printer *p = ctx;

    buf_printf(p->out, "%c:%s %s\n", sign, chain, image_policy_word(policy));
}

void edit_print(const struct edit *edit, rule_text_fn text, void *ctx, struct buf *out)
{
    struct printer printer = {.text = text, .ctx = ctx, .out = out};
    const struct edit_eyes eyes = {
        .ctx = &printer, .head = print_head, .rule = print_rule, .chain = print_chain};

    edit_walk(edit, &eyes);
}
