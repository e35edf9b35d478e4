/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each table of each path is a function of its own. Where all of them are the same on both sides, so is the
 * whole, and nothing needs to be put together: what is put one behind the other are the parts of the tables
 * that belong to packets for which some table differs, all others being struck out first. So a hundred
 * thousand services and ten thousand banned clients are not multiplied for one service that changed. */
#include <string.h>

#include "lbgen/difference.h"
#include "lbgen/sequence.h"

enum { OP_WHERE = OP_OTHERS + 3, OP_ASPECT = OP_OTHERS + 5, OP_UNLIKE };

enum { STEPS_BASE = 30 * 1000 * 1000, STEPS_A_RULE = 1000 };

static size_t count_rules(const struct rule_set *set)
{
    size_t n = 0;

    for (int t = 0; t < TABLES; t++)
        for (size_t c = 0; c < set->of[t].n; c++)
            n += set->of[t].at[c].n;
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
    struct set_diagram tagged = {
        .rules = side->rules, .family = side->family, .outcomes = side->outcomes, .only = only, .tags = true};

    stages_of(d, &tagged, out);
    set_diagram_free(&tagged);
}

void difference_begin(struct difference *d, const struct rule_set *old, const struct rule_set *new,
                      enum family family)
{
    *d = (struct difference){.family = family};
    outcomes_init(&d->outcomes, STEPS_BASE + STEPS_A_RULE * (uint64_t)(count_rules(old) + count_rules(new)));
    for (int side = 0; side < 2; side++)
        d->sides[side] = (struct set_diagram){
            .rules = side ? new : old, .family = family, .outcomes = &d->outcomes, .only = DNODE_TRUE};
}

void difference_path(struct difference *d, enum path path, bool tags)
{
    struct outcomes *o = &d->outcomes;
    struct stages a, b;

    d->path = path;
    d->failed = NULL;
    o->diagram.steps = 0;
    stages_of(d, &d->sides[0], &a);
    stages_of(d, &d->sides[1], &b);
    dnode region = where_any(o, &a, &b);
    if (tags && region != DNODE_FALSE) {
        tagged_stages_of(d, &d->sides[0], region, &a);
        tagged_stages_of(d, &d->sides[1], region, &b);
    }
    dnode tracking = track(o, d->family);
    d->old = d->whole[0] = whole(o, &a, region, tracking);
    d->new = d->whole[1] = whole(o, &b, region, tracking);
    if (o->diagram.exhausted && !d->failed)
        d->failed = "there are too many cases";
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

static dnode aspect(struct outcomes *o, dnode n, enum aspect which)
{
    struct diagram *d = &o->diagram;
    uint32_t op = OP_ASPECT | (uint32_t)which << 8;
    struct sweep s;
    dnode result;

    if (d->exhausted)
        return n;
    if (diagram_body(d, n)->axis == AXIS_LEAF)
        return aspect_of(o, n, which);
    if (diagram_recall(d, op, n, 0, 0, &result))
        return result;
    sweep_init(d, &s, 1, &n);
    size_t begin = diagram_begin(d);
    while (sweep_next(d, &s))
        diagram_part(d, s.from, aspect(o, s.child[0], which));
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

/* Packets for which the aspect is the same are no matter, like those for which all is: so nothing of the
 * other aspects is left in the cells. */
void difference_aspect(struct difference *d, enum aspect which)
{
    struct outcomes *o = &d->outcomes;
    dnode old = aspect(o, d->whole[0], which), new = aspect(o, d->whole[1], which);
    dnode differ = d->outcomes.diagram.exhausted ? DNODE_FALSE : unlike(o, old, new);

    d->old = diagram_if(&o->diagram, differ, old, o->stop);
    d->new = diagram_if(&o->diagram, differ, new, o->stop);
}

void difference_end(struct difference *d)
{
    set_diagram_free(&d->sides[0]);
    set_diagram_free(&d->sides[1]);
    outcomes_free(&d->outcomes);
}
