/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each table of each path is a function of its own. Where all of them are the same on both sides, so is the
 * whole, and nothing needs to be put together: what is put one behind the other are the parts of the tables
 * that belong to packets for which some table differs, all others being struck out first. So a hundred
 * thousand services and ten thousand banned clients are not multiplied for one service that changed. */
#include <string.h>

#include "lbgen/difference.h"
#include "lbgen/sequence.h"
#include "lbgen/touch.h"

enum { OP_WHERE = OP_OTHERS + 3, OP_ASPECT = OP_OTHERS + 5, OP_NARROW, OP_UNLIKE };

enum {
    STEPS_BASE = 30 * 1000 * 1000,
    STEPS_A_RULE = 1000,
    SMALL = 200 /* intervals of a region: rules are cut down to it only where that is little work */
};

/* What has to be known of all rules before the first diagram is made. */
static void look_ahead(struct outcomes *o, const struct set_chain *chain)
{
    for (size_t i = 0; i < chain->n; i++) {
        const struct seen_rule *r = chain->at[i].rule;

        for (uint32_t t = 0; t < r->n_tests; t++)
            o->with_fragments = o->with_fragments || r->tests[t].field == TEST_FRAGMENT;
        if (chain->at[i].matches)
            o->with_touches |= touch_of_matches(chain->at[i].matches);
        if (r->action == SEEN_UNKNOWN)
            o->with_touches |= TOUCH_HEADERS;
    }
}

static size_t look_at_rules(struct outcomes *o, const struct rule_set *set)
{
    size_t n = 0;

    for (int t = 0; t < TABLES; t++)
        for (size_t c = 0; c < set->of[t].n; c++) {
            look_ahead(o, &set->of[t].at[c]);
            n += set->of[t].at[c].n;
        }
    return n;
}

/* Where two tables differ, in what no rule changes: what marks and states have to do with it is left open. */
static dnode where(struct diagram *d, dnode a, dnode b)
{
    struct sweep s;
    dnode result;

    if (a == b)
        return DNODE_FALSE;
    sweep_init(d, &s, 2, (dnode[]){a, b});
    if (s.axis >= AXIS_STATE)
        return DNODE_TRUE;
    if (diagram_recall(d, OP_WHERE, a, b, 0, &result))
        return result;
    size_t begin = diagram_begin(d);
    while (sweep_next(d, &s))
        diagram_part(d, s.from, where(d, s.child[0], s.child[1]));
    result = diagram_end(d, begin, s.axis);
    diagram_keep(d, OP_WHERE, a, b, 0, result);
    return result;
}

static bool moves_destinations(const struct outcomes *o, const struct stages *stages)
{
    for (unsigned i = 0; i < stages->n; i++)
        if (diagram_body(&o->diagram, stages->at[i])->flags & (LEAF_MOVES_DST | LEAF_MOVES_ALL))
            return true;
    return false;
}

static dnode where_any(struct outcomes *o, const struct stages *old, const struct stages *new)
{
    dnode region = DNODE_FALSE;

    for (unsigned i = 0; i < old->n; i++)
        region = diagram_if(&o->diagram, region, DNODE_TRUE, where(&o->diagram, old->at[i], new->at[i]));
    if (region != DNODE_FALSE && (moves_destinations(o, old) || moves_destinations(o, new)))
        return DNODE_TRUE;
    return region;
}

/* A new connection has no mark. */
static dnode track(struct outcomes *o, enum family family)
{
    struct outcome x = o->plain;

    if (!o->with_connmarks)
        return o->nothing;
    x.connmark = (struct mark_sum){0};
    return diagram_range(&o->diagram, AXIS_STATE, STATE_NEW, STATE_NEW, axis_max(family, AXIS_STATE),
                         outcome_leaf(o, &x), o->nothing);
}

/* What the tables do one behind the other, to packets of the region. */
static dnode whole(struct outcomes *o, const struct stages *stages, dnode region, dnode tracking)
{
    dnode all = diagram_if(&o->diagram, region, o->nothing, o->stop);

    for (unsigned i = 0; i < stages->n; i++) {
        all = sequence(o, all, stages->at[i]);
        if (i == 0) /* behind raw */
            all = sequence(o, all, tracking);
    }
    return sequence_relabel(o, all, RELABEL_END);
}

static void stages_of(struct difference *d, struct set_diagram *side, struct stages *out)
{
    set_diagram_stages(side, d->path, out);
    if (side->failed)
        d->failed = side->failed;
}

/* The same once more, for a part of the packets, and with tags. */
static void tagged_stages_of(struct difference *d, const struct set_diagram *side, dnode only,
                             struct stages *out)
{
    struct set_diagram tagged = {.rules = side->rules,
                                 .family = side->family,
                                 .outcomes = side->outcomes,
                                 .states = side->states,
                                 .side = side->side,
                                 .only = only,
                                 .tags = true};

    stages_of(d, &tagged, out);
    set_diagram_free(&tagged);
}

void difference_begin(struct difference *d, const struct rule_set *old, const struct rule_set *new,
                      enum family family)
{
    *d = (struct difference){.family = family};
    outcomes_init(&d->outcomes, STEPS_BASE);
    shared_states_compare(&d->states, old, new, family);
    for (int side = 0; side < 2; side++) {
        const struct rule_set *rules = side ? new : old;

        d->outcomes.diagram.steps_max += STEPS_A_RULE * (uint64_t)look_at_rules(&d->outcomes, rules);
        d->sides[side] = (struct set_diagram){.rules = rules,
                                              .family = family,
                                              .outcomes = &d->outcomes,
                                              .states = &d->states,
                                              .side = side ? TOUCH_NEW : TOUCH_OLD,
                                              .only = DNODE_TRUE};
    }
}

/* Whether it has few intervals, counted as often as they are come to. */
static bool is_small(const struct diagram *d, dnode n, unsigned *left)
{
    const struct dnode_body *b = diagram_body(d, n);

    for (uint32_t i = 0; b->axis != AXIS_LEAF && i < b->n; i++) {
        if (*left == 0)
            return false;
        --*left;
        if (!is_small(d, b->to[i], left))
            return false;
    }
    return true;
}

static void note_exhaustion(struct difference *d)
{
    if (d->outcomes.diagram.exhausted && !d->failed)
        d->failed = "there are too many cases";
}

void difference_path(struct difference *d, enum path path, bool tags)
{
    struct outcomes *o = &d->outcomes;
    struct stages *a = &d->stages[0], *b = &d->stages[1];

    d->path = path;
    d->failed = NULL;
    d->old = d->new = o->stop;
    o->diagram.steps = 0;
    stages_of(d, &d->sides[0], a);
    stages_of(d, &d->sides[1], b);
    d->region = where_any(o, a, b);
    if (tags && d->region != DNODE_FALSE) {
        unsigned left = SMALL;
        dnode only = is_small(&o->diagram, d->region, &left) ? d->region : DNODE_TRUE;

        tagged_stages_of(d, &d->sides[0], only, a);
        tagged_stages_of(d, &d->sides[1], only, b);
    }
    note_exhaustion(d);
}

/* --- aspects --- */

/* What a table does as far as the aspect has to do with it. Marks have where they are asked for, and where
 * something is unknown that might ask. */
static dnode narrowed(struct outcomes *o, dnode leaf, enum aspect aspect)
{
    struct outcome x = *outcome_of(o, leaf);

    if (aspect == ASPECT_MARK) {
        x.verdict_tag = 0;
    } else {
        x.mark_tag = 0;
        if (!o->with_mark_tests && o->events.n == 1) {
            x.mark = o->plain.mark;
            x.connmark = o->plain.connmark;
        }
    }
    if (aspect != ASPECT_ADDRESSES)
        x.source_nat = 0;
    return outcome_leaf(o, &x);
}

static dnode aspect_of(struct outcomes *o, dnode leaf, enum aspect aspect)
{
    const struct outcome x = *outcome_of(o, leaf);
    struct outcome y = o->plain;

    if (x.control == CONTROL_STOP)
        return leaf;
    if (aspect == ASPECT_MARK) {
        y.mark = x.mark;
        y.moved = x.moved & (MOVED_MARKS | MOVED_ALL);
        y.event = y.moved ? x.event : 0;
        y.mark_tag = x.mark_tag;
    } else if (aspect == ASPECT_VERDICT) {
        y.control = x.control;
        y.other = x.other;
        y.verdict_tag = x.source_nat ? 0 : x.verdict_tag;
    } else if (x.control != CONTROL_DROP) {
        y.moved = x.moved & (MOVED_DST | MOVED_ALL);
        y.event = y.moved ? x.event : 0;
        y.source_nat = x.source_nat;
        y.verdict_tag = y.moved || y.source_nat ? x.verdict_tag : 0;
    }
    return outcome_leaf(o, &y);
}

/* Each leaf as `leaf_of` makes it. */
static dnode each_leaf(struct outcomes *o, dnode n, enum aspect which,
                       dnode (*leaf_of)(struct outcomes *o, dnode leaf, enum aspect aspect))
{
    struct diagram *d = &o->diagram;
    uint32_t op = (leaf_of == narrowed ? OP_NARROW : OP_ASPECT) | (uint32_t)which << 8;
    struct sweep s;
    dnode result;

    if (d->exhausted)
        return n;
    if (diagram_body(d, n)->axis == AXIS_LEAF)
        return leaf_of(o, n, which);
    if (diagram_recall(d, op, n, 0, 0, &result))
        return result;
    sweep_init(d, &s, 1, &n);
    size_t begin = diagram_begin(d);
    while (sweep_next(d, &s))
        diagram_part(d, s.from, each_leaf(o, s.child[0], which, leaf_of));
    result = diagram_end(d, begin, s.axis);
    diagram_keep(d, op, n, 0, 0, result);
    return result;
}

/* Where two aspects are not the same, whoever it was. */
static dnode unlike(struct outcomes *o, dnode a, dnode b)
{
    struct diagram *d = &o->diagram;
    struct sweep s;
    dnode result;

    if (a == b)
        return DNODE_FALSE;
    sweep_init(d, &s, 2, (dnode[]){a, b});
    if (s.axis == AXIS_LEAF) {
        struct outcome x = *outcome_of(o, a), y = *outcome_of(o, b);

        x.mark_tag = x.verdict_tag = y.mark_tag = y.verdict_tag = 0;
        return memcmp(&x, &y, sizeof x) == 0 ? DNODE_FALSE : DNODE_TRUE;
    }
    if (diagram_recall(d, OP_UNLIKE, a, b, 0, &result))
        return result;
    size_t begin = diagram_begin(d);
    while (sweep_next(d, &s))
        diagram_part(d, s.from, unlike(o, s.child[0], s.child[1]));
    result = diagram_end(d, begin, s.axis);
    diagram_keep(d, OP_UNLIKE, a, b, 0, result);
    return result;
}

/* Behind the last table that sets marks nothing becomes of them, whatever the verdict. */
static unsigned stages_that_count(const struct outcomes *o, const struct stages *s, enum aspect which)
{
    unsigned n = s->n;

    while (which == ASPECT_MARK && n > 0 &&
           !(diagram_body(&o->diagram, s->at[n - 1])->flags & LEAF_MOVES_MARK))
        n--;
    return n;
}

/* Packets for which the aspect is the same are no matter: so nothing of other aspects is left in the cells.
 */
void difference_aspect(struct difference *d, enum aspect which)
{
    struct outcomes *o = &d->outcomes;
    struct stages s[2] = {d->stages[0], d->stages[1]};
    unsigned n = stages_that_count(o, &s[0], which), m = stages_that_count(o, &s[1], which);
    dnode tracking = track(o, d->family), result[2];

    d->old = d->new = o->stop;
    if (d->region == DNODE_FALSE)
        return;
    for (int side = 0; side < 2; side++) {
        s[side].n = n > m ? n : m;
        for (unsigned i = 0; i < s[side].n; i++)
            s[side].at[i] = each_leaf(o, s[side].at[i], which, narrowed);
    }
    dnode region = diagram_if(&o->diagram, d->region, where_any(o, &s[0], &s[1]), DNODE_FALSE);
    for (int side = 0; side < 2; side++)
        result[side] = each_leaf(o, whole(o, &s[side], region, tracking), which, aspect_of);
    dnode differ = o->diagram.exhausted ? DNODE_FALSE : unlike(o, result[0], result[1]);
    d->old = diagram_if(&o->diagram, differ, result[0], o->stop);
    d->new = diagram_if(&o->diagram, differ, result[1], o->stop);
    note_exhaustion(d);
}

void difference_end(struct difference *d)
{
    set_diagram_free(&d->sides[0]);
    set_diagram_free(&d->sides[1]);
    outcomes_free(&d->outcomes);
    shared_states_free(&d->states);
}
