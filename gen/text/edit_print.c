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

struct printer {
    const struct edit *edit;
    const struct chain_edit *chain;
    const struct image_chain *live; /* never NULL */
    rule_text_fn text;
    void *ctx;
    struct buf *out;
};

static void print_head(const struct printer *p)
{
    buf_printf(p->out, "@@ %s %s @@\n", table_names[p->edit->table], p->chain->chain);
}

static void print_rule(const struct printer *p, char sign, const struct image_rule *rule)
{
    buf_char(p->out, sign);
    p->text(p->ctx, rule, p->chain->chain, p->out);
    buf_char(p->out, '\n');
}

static void print_chain(const struct printer *p, char sign, enum image_policy policy)
{
    static const char *const words[] = {
        [POLICY_NONE] = "-", [POLICY_ACCEPT] = "ACCEPT", [POLICY_DROP] = "DROP"};

    buf_printf(p->out, "%c:%s %s\n", sign, p->chain->chain, words[policy]);
}

static bool is_own(const struct printer *p, size_t i)
{
    return i < p->live->n && image_rule_is_own(p->live, &p->live->at[i]);
}

/* Own rules behind a hunk, up to `end`; returns the first one that is not shown. */
static size_t print_behind(const struct printer *p, size_t from, size_t end)
{
    size_t i = from;

    for (; i < end && i - from < CONTEXT && is_own(p, i); i++)
        print_rule(p, ' ', &p->live->at[i]);
    return i;
}

/* Own rules in front of a hunk, none before `from`. Where they do not follow on what was printed last, a new
 * head comes first. */
static void print_before(const struct printer *p, size_t from, size_t at, bool first)
{
    size_t i = at;

    while (i > from && at - i < CONTEXT && is_own(p, i - 1))
        i--;
    if (i > from && !first)
        print_head(p);
    for (; i < at; i++)
        print_rule(p, ' ', &p->live->at[i]);
}

static void print_hunks(const struct printer *p)
{
    const struct chain_edit *chain = p->chain;
    size_t shown = 0;

    for (size_t h = 0; h < chain->n; h++) {
        const struct hunk *hunk = &chain->at[h];
        size_t behind = hunk->at + hunk->n_gone;

        print_before(p, shown, hunk->at, h == 0);
        for (size_t i = hunk->at; i < behind; i++)
            print_rule(p, '-', &p->live->at[i]);
        for (size_t i = 0; i < hunk->n_added; i++)
            print_rule(p, '+', hunk->added[i]);
        shown = print_behind(p, behind, h + 1 < chain->n ? chain->at[h + 1].at : p->live->n);
    }
}

static void print_chain_edit(const struct printer *p)
{
    const struct chain_edit *chain = p->chain;

    print_head(p);
    if (chain->gone) {
        print_chain(p, '-', POLICY_NONE);
        for (size_t i = 0; i < p->live->n; i++)
            print_rule(p, '-', &p->live->at[i]);
        return;
    }
    if (chain->policy != chain->policy_before) {
        print_chain(p, '-', chain->policy_before);
        print_chain(p, '+', chain->policy);
    } else if (!chain->live && !chain->builtin) {
        print_chain(p, '+', POLICY_NONE);
    }
    print_hunks(p);
}

void edit_print(const struct edit *edit, rule_text_fn text, void *ctx, struct buf *out)
{
    static const struct image_chain empty = {.name = ""};
    struct printer p = {.edit = edit, .text = text, .ctx = ctx, .out = out};

    for (size_t i = 0; i < edit->n; i++) {
        p.chain = &edit->at[i];
        p.live = p.chain->live ? p.chain->live : &empty;
        print_chain_edit(&p);
    }
}
