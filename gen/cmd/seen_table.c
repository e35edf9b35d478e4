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

/* The chains of a table, and those of its edit, by name. */
struct chains {
    const struct image_table *table;
    const struct edit *edit; /* may be NULL */
    struct name_index of_table, of_edit;
};

static const char *name_of_edited(const void *edits, uint32_t i, size_t *len)
{
    const char *name = ((const struct chain_edit *)edits)[i].chain;

    *len = strlen(name);
    return name;
}

static struct chains index_chains(const struct image_table *table, const struct edit *edit)
{
    struct chains chains = {
        .table = table, .edit = edit, .of_table = image_index(table), .of_edit = {.name_of = name_of_edited}};

    for (size_t i = 0; edit && i < edit->n; i++)
        name_index_enter(&chains.of_edit, edit->at, edit->at[i].chain, strlen(edit->at[i].chain),
                         (uint32_t)i);
    return chains;
}

static bool is_edited(const struct chains *c, const char *chain)
{
    return c->edit && name_index_find(&c->of_edit, c->edit->at, chain, strlen(chain)) != NAME_NOT_FOUND;
}

static bool has_chain(const struct chains *c, const char *name)
{
    return is_edited(c, name) ||
           name_index_find(&c->of_table, c->table->at, name, strlen(name)) != NAME_NOT_FOUND;
}

static void read_lines(struct collector *c, struct seen_table *seen, const struct chains *chains)
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
        if (line.rule.action == SEEN_UNKNOWN && *line.rule.jump && has_chain(chains, line.rule.jump))
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
    struct chains chains = index_chains(table, edit);
    for (size_t i = 0; i < table->n; i++) {
        c.number = 0;
        if (!is_edited(&chains, table->at[i].name))
            collect_live(&c, &table->at[i], 0, table->at[i].n);
    }
    for (size_t i = 0; edit && i < edit->n; i++)
        collect_edited(&c, &edit->at[i]);
    bool good = c.texts.list.n == 0 || rule_texts_make(&c.texts, family, why);
    if (good)
        read_lines(&c, seen, &chains);
    rule_texts_free(&c.texts);
    name_index_free(&chains.of_table);
    name_index_free(&chains.of_edit);
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
