/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/rule_texts.h"
#include "lbgen/save_read.h"
#include "lbgen/seen_table.h"
#include "lbgen/vec.h"

struct collector {
    struct rule_texts texts;
    enum seen_which which;
    const struct image_chain *chain;
    size_t number;
    struct {
        size_t *at;
        size_t n, cap;
    } numbers;
};

static void collect(struct collector *c, const struct image_rule *rule, const char *chain, bool own)
{
    c->number++;
    if (c->which == SEEN_FOREIGN ? own : strcmp(rule->jump, "MARK") == 0)
        return;
    rule_texts_add(&c->texts, rule, chain);
    *VEC_ADD(&c->numbers) = c->number;
}

static void collect_live(struct collector *c, const struct image_chain *chain, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        collect(c, &chain->at[i], chain->name, image_rule_is_own(chain, &chain->at[i]));
}

/* A chain as the edit leaves it. */
static void collect_edited(struct collector *c, const struct chain_edit *edit)
{
    size_t next = 0;

    c->number = 0;
    if (edit->gone)
        return;
    for (size_t h = 0; h < edit->n; h++) {
        if (edit->live)
            collect_live(c, edit->live, next, edit->at[h].at);
        for (size_t i = 0; i < edit->at[h].n_added; i++)
            collect(c, edit->at[h].added[i], edit->chain, true);
        next = edit->at[h].at + edit->at[h].n_gone;
    }
    if (edit->live)
        collect_live(c, edit->live, next, edit->live->n);
}

static bool is_edited(const struct edit *edit, const char *chain)
{
    for (size_t i = 0; edit && i < edit->n; i++)
        if (strcmp(edit->at[i].chain, chain) == 0)
            return true;
    return false;
}

static bool has_chain(const struct image_table *table, const struct edit *edit, const char *name)
{
    return image_find_chain(table, name) || is_edited(edit, name);
}

static void read_lines(struct collector *c, struct seen_table *seen, const struct image_table *table,
                       const struct edit *edit)
{
    for (size_t i = 0; i < c->texts.list.n; i++) {
        const char *text = rule_texts_next(&c->texts);
        struct seen_line line = {.number = c->numbers.at[i]};

        line.text = arena_text(&seen->mem, text, strlen(text));
        if (!save_read_rule(line.text, strlen(line.text), &seen->mem, &line.rule))
            line.rule = (struct seen_rule){
                .chain = arena_text(&seen->mem, c->texts.list.at[i].chain, strlen(c->texts.list.at[i].chain)),
                .jump = "",
                .unknown = true,
                .has_match = true,
                .action = SEEN_UNKNOWN};
        if (line.rule.action == SEEN_UNKNOWN && *line.rule.jump && has_chain(table, edit, line.rule.jump))
            line.rule.action = SEEN_JUMP;
        *VEC_ADD(&seen->lines) = line;
        walk_table_add(&seen->walk, &line.rule);
    }
}

bool seen_table_make(struct seen_table *seen, enum family family, enum payload_form form,
                     const struct image_table *table, const struct edit *edit, enum seen_which which,
                     struct complaint *why)
{
    struct collector c = {.texts = {.form = form}, .which = which};

    if (which != SEEN_AFTER)
        edit = NULL;
    for (size_t i = 0; i < table->n; i++) {
        c.number = 0;
        if (!is_edited(edit, table->at[i].name))
            collect_live(&c, &table->at[i], 0, table->at[i].n);
    }
    for (size_t i = 0; edit && i < edit->n; i++)
        collect_edited(&c, &edit->at[i]);
    bool good = c.texts.list.n == 0 || rule_texts_make(&c.texts, family, why);
    if (good)
        read_lines(&c, seen, table, edit);
    rule_texts_free(&c.texts);
    free(c.numbers.at);
    return good;
}

void seen_table_free(struct seen_table *seen)
{
    free(seen->lines.at);
    walk_table_free(&seen->walk);
    arena_free(&seen->mem);
    *seen = (struct seen_table){0};
}
