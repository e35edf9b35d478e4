/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/rule_diagram.h"
#include "lbgen/shared_state.h"
#include "lbgen/state_names.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum { STEPS_MAX = 30 * 1000 * 1000 };

/* --- the rules that change them --- */

struct change {
    uint32_t name, table, way;
    dnode node; /* what it asks and does */
    size_t place;
};

struct changes {
    struct change *at;
    size_t n, cap;
};

/* A jump, or a goto. */
struct edge {
    uint32_t to, from;
    const struct set_rule *rule;
};

struct edges {
    struct edge *at;
    size_t n, cap;
};

struct survey {
    struct outcomes outcomes; /* both sides' rules as diagrams: of the same meaning, the same node */
    struct key_table names, ways;
    enum family family;
    /* of the side and table at hand: */
    const struct rule_set *rules;
    enum table table;
    struct edges edges;
    uint32_t *way_of; /* each chain's: NO_CHAIN until it is known, 0: none */
    struct changes *changes;
};

static dnode meaning(struct survey *s, const struct set_rule *rule, const char *target, size_t len)
{
    const struct rule_place place = {.family = s->family, .table = s->table, .chain = ""};
    struct outcome x = s->outcomes.plain;
    struct buf words = {0};

    buf_add(&words, target, len);
    x.control = CONTROL_OTHER;
    x.other = outcomes_text(&s->outcomes, buf_text(&words));
    buf_free(&words);
    return rule_diagram_guard(&s->outcomes, rule, &place, outcome_leaf(&s->outcomes, &x));
}

static int by_target(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;

    return (x->to > y->to) - (x->to < y->to);
}

static bool is_hook(const char *chain)
{
    for (int h = 0; h < HOOKS; h++)
        if (strcmp(hook_names[h], chain) == 0)
            return true;
    return false;
}

static uint32_t way_to(struct survey *s, uint32_t chain);

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static size_t first_edge(const struct edges *edges, uint32_t to)
{
    size_t low = 0, high = edges->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (edges->at[middle].to < to)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* By all rules that lead there, in whatever order. */
static uint32_t way_by_jumps(struct survey *s, uint32_t chain)
{
    struct {
        uint64_t *at;
        size_t n, cap;
    } ways = {0};

    for (size_t i = first_edge(&s->edges, chain); i < s->edges.n && s->edges.at[i].to == chain; i++) {
        uint64_t from = way_to(s, s->edges.at[i].from);

        if (from)
            *VEC_ADD(&ways) = from << 32 | meaning(s, s->edges.at[i].rule, "", 0);
    }
    if (ways.n)
        qsort(ways.at, ways.n, sizeof *ways.at, by_number);
    uint32_t way = ways.n ? key_table_enter(&s->ways, ways.at, ways.n * sizeof *ways.at) : 0;
    free(ways.at);
    return way;
}

/* A number for how packets come to the chain; 0: they do not. */
static uint32_t way_to(struct survey *s, uint32_t chain)
{
    const char *name = s->rules->of[s->table].at[chain].name;

    if (s->way_of[chain] == NO_CHAIN) {
        s->way_of[chain] = 0; /* in a circle there is no way */
        s->way_of[chain] =
            is_hook(name) ? key_table_enter(&s->ways, name, strlen(name) + 1) : way_by_jumps(s, chain);
    }
    return s->way_of[chain];
}

static void note_change(void *ctx, const char *name, size_t len, bool changes)
{
    struct survey *s = ctx;

    if (changes)
        *VEC_ADD(s->changes) =
            (struct change){.name = key_table_enter(&s->names, name, len), .table = s->table};
}

static void survey_rule(struct survey *s, uint32_t chain, size_t i)
{
    const struct set_rule *rule = &s->rules->of[s->table].at[chain].at[i];
    size_t before = s->changes->n, len = 0;
    const char *target = state_target(rule, &len);

    if (rule->matches)
        state_names_in_matches(rule->matches, note_change, s);
    if (target)
        state_names_in_target(target, len, note_change, s);
    if (s->changes->n == before)
        return;
    uint32_t way = way_to(s, chain);
    dnode node = meaning(s, rule, target ? target : "", len);
    for (size_t c = before; c < s->changes->n; c++) {
        s->changes->at[c].way = way;
        s->changes->at[c].node = node;
        s->changes->at[c].place = i;
    }
    if (!way) /* no packet comes there */
        s->changes->n = before;
}

static void survey_table(struct survey *s, enum table table)
{
    const struct set_table *t = &s->rules->of[table];

    s->table = table;
    s->edges.n = 0;
    s->way_of = xmalloc((t->n + 1) * sizeof *s->way_of);
    for (uint32_t c = 0; c < t->n; c++) {
        s->way_of[c] = NO_CHAIN;
        for (size_t i = 0; i < t->at[c].n; i++)
            if (t->at[c].at[i].leads_to != NO_CHAIN)
                *VEC_ADD(&s->edges) = (struct edge){t->at[c].at[i].leads_to, c, &t->at[c].at[i]};
    }
    if (s->edges.n)
        qsort(s->edges.at, s->edges.n, sizeof *s->edges.at, by_target);
    for (uint32_t c = 0; c < t->n; c++)
        for (size_t i = 0; i < t->at[c].n; i++)
            survey_rule(s, c, i);
    free(s->way_of);
}

/* --- both sides --- */

static int by_name(const void *a, const void *b)
{
    const struct change *x = a, *y = b;

    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    if (x->way != y->way)
        return x->way < y->way ? -1 : 1;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

static void survey_side(struct survey *s, const struct rule_set *rules, struct changes *out)
{
    s->rules = rules;
    s->changes = out;
    for (int t = 0; t < TABLES; t++)
        survey_table(s, (enum table)t);
    if (out->n)
        qsort(out->at, out->n, sizeof *out->at, by_name);
}

/* Where the changes of the next name end. */
static size_t end_of(const struct changes *c, size_t at, uint32_t name)
{
    while (at < c->n && c->at[at].name == name)
        at++;
    return at;
}

static bool are_same(const struct change *a, const struct change *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i].table != b[i].table || a[i].way != b[i].way || a[i].node != b[i].node)
            return false;
    return true;
}

static void compare_sides(struct survey *s, const struct changes *a, const struct changes *b,
                          struct shared_states *out)
{
    size_t x = 0, y = 0;

    for (uint32_t name = 0; name < s->names.n; name++) {
        size_t x_end = end_of(a, x, name), y_end = end_of(b, y, name);
        const struct key_entry *words = &s->names.at[name];

        if (x_end - x != y_end - y || !are_same(a->at + x, b->at + y, x_end - x))
            key_table_enter(&out->changed, words->bytes, words->len);
        x = x_end;
        y = y_end;
    }
}

void shared_states_compare(struct shared_states *out, const struct rule_set *old, const struct rule_set *new,
                           enum family family)
{
    struct survey s = {.family = family};
    struct changes sides[2] = {0};

    *out = (struct shared_states){0};
    outcomes_init(&s.outcomes, STEPS_MAX);
    key_table_enter(&s.ways, "", 1);
    survey_side(&s, old, &sides[0]);
    survey_side(&s, new, &sides[1]);
    compare_sides(&s, &sides[0], &sides[1], out);
    out->unclear = s.outcomes.diagram.exhausted;
    free(sides[0].at);
    free(sides[1].at);
    free(s.edges.at);
    key_table_free(&s.names);
    key_table_free(&s.ways);
    outcomes_free(&s.outcomes);
}

void shared_states_free(struct shared_states *states)
{
    key_table_free(&states->changed);
}

/* --- who looks at them --- */

struct look {
    const struct shared_states *states;
    struct buf *name;
    bool found;
};

static void look_at_state(void *ctx, const char *name, size_t len, bool changes)
{
    struct look *look = ctx;

    (void)changes;
    if (look->found || !(look->states->unclear || key_table_has(&look->states->changed, name, len)))
        return;
    buf_add(look->name, name, len);
    look->found = true;
}

bool shared_states_changed(const struct shared_states *states, const struct set_rule *rule, struct buf *name)
{
    struct look look = {.states = states, .name = name};

    if (rule->matches && (states->unclear || states->changed.n))
        state_names_in_matches(rule->matches, look_at_state, &look);
    return look.found;
}
