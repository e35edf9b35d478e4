/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/cell_words.h"
#include "lbgen/compare_find.h"
#include "lbgen/name_index.h"
#include "lbgen/vec.h"

enum { CHANGES_MAX = 20000 /* of a family */ };

struct comparison {
    const struct rule_set *old, *new;
    struct difference difference;
    enum aspect aspect;
    struct compare_report *report;
    size_t first; /* of the family's changes */
    /* What was told already: changes of further paths that say the same are left out. */
    struct name_index texts;
};

static const char *text_of(const void *items, uint32_t i, size_t *len)
{
    const struct packet_change *changes = items;

    *len = strlen(changes[i].text);
    return changes[i].text;
}

static bool is_full(const struct comparison *c)
{
    return c->report->changes.n - c->first >= CHANGES_MAX;
}

/* Whose rules made the difference: of two, the new one's, but who is dropped is missed by the old one. */
static const char *owner_of(const struct comparison *c, const struct found *f)
{
    const struct outcome *a = f->old, *b = f->new;
    uint32_t old = a->mark_tag, new = b->mark_tag;

    if (c->aspect != ASPECT_MARK) {
        old = a->verdict_tag;
        new = old && b->control == CONTROL_DROP ? old : b->verdict_tag;
    }
    return outcomes_text_of(&c->difference.outcomes, new ? new : old);
}

static const char *keep(struct comparison *c, struct buf *text)
{
    const char *kept = arena_text(&c->report->mem, text->at, text->len);

    text->len = 0;
    return kept;
}

/* Its words; the example costs more, and is made of changes that are told. */
static struct packet_change describe(struct comparison *c, const struct found *f)
{
    static const char *const ways[PATHS] = {"", " when forwarded", " when sent from here"};
    const char *owner = owner_of(c, f);
    struct packet_change change = {.family = c->difference.family,
                                   .path = c->difference.path,
                                   .aspect = c->aspect,
                                   .decided = f->differs == YES};
    struct buf text = {0};

    if (owner) {
        buf_str(&text, owner);
        change.owner = keep(c, &text);
    }
    cell_print(&text, f->cell, c->aspect != ASPECT_ADDRESSES);
    change.packets = keep(c, &text);
    if (change.decided)
        change_print(&text, &c->difference.outcomes, f, c->aspect);
    else
        buf_printf(&text, "undecided: it depends on what is not known: %s", f->unknown);
    change.what = keep(c, &text);
    buf_printf(&text, "%s%s%s %s%s", owner ? owner : "", owner ? ": " : "", change.packets, change.what,
               c->aspect == ASPECT_VERDICT ? ways[c->difference.path] : "");
    change.text = keep(c, &text);
    buf_free(&text);
    return change;
}

static void add_example(struct comparison *c, struct packet_change *change, const struct found *f)
{
    struct buf text = {0};

    example_print(&text, &f->example);
    change->example = keep(c, &text);
    buf_free(&text);
    difference_results(&c->difference, &f->example, &change->old, &change->new);
}

static bool take(void *ctx, const struct found *found)
{
    struct comparison *c = ctx;
    struct compare_report *r = c->report;
    struct packet_change change = describe(c, found);

    if (name_index_enter(&c->texts, r->changes.at + c->first, change.text, strlen(change.text),
                         (uint32_t)(r->changes.n - c->first)) != NAME_NOT_FOUND)
        return true;
    add_example(c, &change, found);
    *VEC_ADD(&r->changes) = change;
    return !is_full(c);
}

/* False when there are too many cases, or something else is in the way; then *why is set. */
static bool find_changes(struct comparison *c, enum path path, bool tags, const char **why)
{
    struct difference *d = &c->difference;

    difference_path(d, path, tags);
    for (int a = 0; a < ASPECTS && !d->failed && !is_full(c); a++) {
        c->aspect = (enum aspect)a;
        difference_aspect(d, c->aspect);
        if (!difference_walk(d, false, take, c) && !is_full(c))
            d->failed = "there are too many cases";
    }
    *why = d->failed;
    return !d->failed;
}

static void begin_anew(struct comparison *c)
{
    enum family family = c->difference.family;

    difference_end(&c->difference);
    difference_begin(&c->difference, c->old, c->new, family);
}

/* Whose a rule is makes cases of its own: where they are too many, it is left out. */
static void compare_path(struct comparison *c, enum path path)
{
    const char *why;

    if (find_changes(c, path, true, &why))
        return;
    begin_anew(c);
    if (find_changes(c, path, false, &why))
        return;
    *VEC_ADD(&c->report->undecided) = (struct undecided){
        .family = c->difference.family, .path = path, .why = arena_text(&c->report->mem, why, strlen(why))};
    begin_anew(c);
}

void compare_find(const struct rule_set *old, const struct rule_set *new, enum family family,
                  struct compare_report *report)
{
    struct comparison c = {
        .old = old, .new = new, .report = report, .first = report->changes.n, .texts.name_of = text_of};

    difference_begin(&c.difference, old, new, family);
    for (int p = 0; p < PATHS && !is_full(&c); p++)
        compare_path(&c, (enum path)p);
    report->more[family] = is_full(&c);
    difference_end(&c.difference);
    name_index_free(&c.texts);
}
