/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/merge.h"
#include "lbgen/own_chain.h"
#include "lbgen/vec.h"

#define NOWHERE ((size_t)-1)

/* What the old file has of one chain: lines, or NOWHERE. */
struct old_chain {
    size_t first_own, first_own_final, first_rule, last_rule;
};

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static struct old_chain look_at_old(const struct save_file *old, size_t first, size_t last, const char *chain)
{
    struct old_chain found = {NOWHERE, NOWHERE, NOWHERE, NOWHERE};

    for (size_t i = first; i < last; i++) {
        const struct save_line *line = &old->at[i];

        if (line->kind != SAVE_RULE || !same(line->chain, chain))
            continue;
        if (found.first_rule == NOWHERE)
            found.first_rule = i;
        found.last_rule = i;
        if (line->final && found.first_own_final == NOWHERE)
            found.first_own_final = i;
        else if (line->own && found.first_own == NOWHERE && found.first_own_final == NOWHERE)
            found.first_own = i;
    }
    return found;
}

static void add_block(struct merge_plan *plan, struct merge_block block)
{
    if (block.from < block.to)
        *VEC_ADD(plan) = block;
}

/* Places generated[from..to), all rules of one built-in chain. */
static void place_chain(const struct save_file *old, size_t first, size_t last,
                        const struct save_file *generated, size_t from, size_t to, struct merge_plan *plan)
{
    const char *chain = generated->at[from].chain, *table = generated->at[from].table;
    struct old_chain place = look_at_old(old, first, last, chain);
    size_t at_end = place.last_rule == NOWHERE ? last : place.last_rule + 1;
    size_t head = place.first_own != NOWHERE                             ? place.first_own
                  : same(table, "filter") && place.first_rule != NOWHERE ? place.first_rule
                                                                         : at_end;
    size_t final = from;

    /* Never behind the rule that ends the walk. */
    if (head > place.first_own_final)
        head = place.first_own_final;
    while (final < to && !generated->at[final].final)
        final++;
    add_block(plan, (struct merge_block){
                        .before = head, .from = from, .to = final, .table = table, .chain = chain});
    add_block(plan, (struct merge_block){.before = place.first_own_final != NOWHERE ? place.first_own_final
                                                                                    : at_end,
                                         .from = final,
                                         .to = to,
                                         .table = table,
                                         .chain = chain});
}

/* Whether the input sets the policy of the chain that a generated line declares. */
static bool sets_policy(const struct save_line *line, const struct policies_given *given)
{
    enum table table;
    enum hook hook;

    return table_find(line->table, strlen(line->table), &table) &&
           hook_find(line->chain, strlen(line->chain), &hook) && given->of[table][hook];
}

static bool declares(const struct save_file *old, size_t first, size_t last, const char *chain)
{
    for (size_t i = first; i < last; i++)
        if (old->at[i].kind == SAVE_CHAIN && same(old->at[i].chain, chain))
            return true;
    return false;
}

/* Where lbgen's own chains are declared: where the first one was, else behind the last chain. */
static size_t place_of_declarations(const struct save_file *old, size_t first, size_t last)
{
    size_t place = first + 1;

    for (size_t i = first; i < last; i++) {
        if (old->at[i].kind == SAVE_CHAIN && old->at[i].own)
            return i;
        if (old->at[i].kind == SAVE_CHAIN)
            place = i + 1;
    }
    return place;
}

/* Where the rules in them go: where the first one was, else at the table's end. */
static size_t place_of_bodies(const struct save_file *old, size_t first, size_t last)
{
    for (size_t i = first; i < last; i++)
        if (old->at[i].kind == SAVE_RULE && chain_is_own(old->at[i].chain, strlen(old->at[i].chain)))
            return i;
    return last;
}

static bool is_rule_of_builtin(const struct save_line *line)
{
    return line->kind == SAVE_RULE && !chain_is_own(line->chain, strlen(line->chain));
}

/* Places one table of the generated text, lines from..to (its COMMIT), in the old file's lines first..last.
 */
static void place_table(const struct save_file *old, size_t first, size_t last,
                        const struct save_file *generated, size_t from, size_t to,
                        const struct policies_given *given, struct merge_plan *plan)
{
    size_t declare_at = place_of_declarations(old, first, last), i = from + 1;

    for (; i < to && generated->at[i].kind == SAVE_CHAIN; i++)
        if (generated->at[i].own ||
            (sets_policy(&generated->at[i], given) && !declares(old, first, last, generated->at[i].chain)))
            add_block(plan,
                      (struct merge_block){
                          .before = declare_at, .from = i, .to = i + 1, .table = generated->at[from].table});
    while (i < to && is_rule_of_builtin(&generated->at[i])) {
        size_t end = i + 1;

        while (end < to && generated->at[end].kind == SAVE_RULE &&
               same(generated->at[end].chain, generated->at[i].chain))
            end++;
        place_chain(old, first, last, generated, i, end, plan);
        i = end;
    }
    /* What is left are the bodies of lbgen's own chains, with the comments that name services. */
    add_block(plan, (struct merge_block){.before = place_of_bodies(old, first, last),
                                         .from = i,
                                         .to = to,
                                         .table = generated->at[from].table});
}

struct ordered {
    struct merge_block block;
    size_t order;
};

static int by_place(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;

    if (x->block.before != y->block.before)
        return x->block.before < y->block.before ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static void sort_plan(struct merge_plan *plan)
{
    struct {
        struct ordered *at;
        size_t n, cap;
    } all = {0};

    for (size_t i = 0; i < plan->n; i++)
        *VEC_ADD(&all) = (struct ordered){.block = plan->at[i], .order = i};
    if (all.n)
        qsort(all.at, all.n, sizeof *all.at, by_place);
    for (size_t i = 0; i < plan->n; i++)
        plan->at[i] = all.at[i].block;
    free(all.at);
}

void merge_make_plan(const struct save_file *old, const struct save_file *generated,
                     const struct policies_given *given, struct merge_plan *plan)
{
    for (size_t i = 0; i < generated->n; i++) {
        size_t first, last, from, to;

        if (generated->at[i].kind != SAVE_TABLE)
            continue;
        save_file_table(generated, generated->at[i].table, &from, &to);
        if (save_file_table(old, generated->at[i].table, &first, &last))
            place_table(old, first, last, generated, from, to, given, plan);
        else
            add_block(plan, (struct merge_block){.before = old->n, .from = from, .to = to + 1});
    }
    sort_plan(plan);
}

static void print_line(struct buf *out, const char *text, size_t len)
{
    buf_add(out, text, len);
    buf_char(out, '\n');
}

/* The generated text's line for a built-in chain whose policy the input gives; NULL otherwise. */
static const struct save_line *new_policy(const struct save_file *generated, const struct save_line *line,
                                          const struct policies_given *given)
{
    size_t from, to;

    if (!sets_policy(line, given) || !save_file_table(generated, line->table, &from, &to))
        return NULL;
    for (size_t i = from; i < to; i++)
        if (generated->at[i].kind == SAVE_CHAIN && same(generated->at[i].chain, line->chain))
            return &generated->at[i];
    return NULL;
}

/* ":INPUT DROP" of the new line, and the counters of the old one. */
static void print_policy(struct buf *out, const struct save_line *old, const struct save_line *new)
{
    const char *counters = memchr(old->text, '[', old->len), *new_counters = memchr(new->text, '[', new->len);

    buf_add(out, new->text, (size_t)(new_counters - new->text));
    if (counters)
        buf_add(out, counters, (size_t)(old->text + old->len - counters));
    else
        buf_str(out, "[0:0]");
    buf_char(out, '\n');
}

void merge_print(const struct save_file *old, const struct save_file *generated,
                 const struct merge_plan *plan, const struct policies_given *given, struct buf *out)
{
    size_t next = 0;

    print_line(out, generated->at[0].text, generated->at[0].len);
    for (size_t i = 0; i <= old->n; i++) {
        const struct save_line *line = &old->at[i], *policy;

        for (; next < plan->n && plan->at[next].before == i; next++)
            for (size_t l = plan->at[next].from; l < plan->at[next].to; l++)
                print_line(out, generated->at[l].text, generated->at[l].len);
        if (i == old->n || line->own || line->kind == SAVE_OWN_COMMENT)
            continue;
        policy = line->kind == SAVE_CHAIN ? new_policy(generated, line, given) : NULL;
        if (policy)
            print_policy(out, line, policy);
        else
            print_line(out, line->text, line->len);
    }
}

void merge_plan_free(struct merge_plan *plan)
{
    free(plan->at);
    *plan = (struct merge_plan){0};
}
