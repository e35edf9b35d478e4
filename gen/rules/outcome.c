/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/outcome.h"

static const struct mark_sum same_mark = {.of_mark = UINT32_MAX}, same_connmark = {.of_connmark = UINT32_MAX};

/* The first leaves are the diagrams' own; leaf number - FIRST_LEAF is an outcome's. */
enum { FIRST_LEAF = 2, ATOMS_MAX = 2000 /* diagrams are gone through as deep as there are axes */ };

void outcomes_init(struct outcomes *o, uint64_t steps_max)
{
    const struct event no_event = {.mark = same_mark, .connmark = same_connmark};

    *o = (struct outcomes){.plain = {.mark = same_mark, .connmark = same_connmark}};
    diagram_init(&o->diagram, steps_max);
    o->nothing = outcome_leaf(o, &o->plain);
    key_table_enter(&o->events, &no_event, sizeof no_event);
    key_table_enter(&o->touches, &(struct touch){0}, sizeof(struct touch));
    key_table_enter(&o->texts, "", 0);
    struct outcome stop = o->plain;
    stop.control = CONTROL_STOP;
    o->stop = outcome_leaf(o, &stop);
}

void outcomes_free(struct outcomes *o)
{
    diagram_free(&o->diagram);
    key_table_free(&o->outcomes);
    key_table_free(&o->events);
    key_table_free(&o->touches);
    key_table_free(&o->atoms);
    key_table_free(&o->texts);
}

static bool is_same(const struct mark_sum *a, const struct mark_sum *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static uint32_t flags_of(const struct outcome *x)
{
    uint32_t flags = (uint32_t)LEAF_CONTROL << x->control;

    if (x->moved & (MOVED_DST | MOVED_ALL))
        flags |= LEAF_MOVES_DST;
    if (x->untracked || (x->moved & (MOVED_STATE | MOVED_ALL)))
        flags |= LEAF_MOVES_STATE;
    if (!is_same(&x->mark, &same_mark) || (x->moved & (MOVED_MARKS | MOVED_ALL)))
        flags |= LEAF_MOVES_MARK;
    if (!is_same(&x->connmark, &same_connmark) || (x->moved & (MOVED_MARKS | MOVED_ALL)))
        flags |= LEAF_MOVES_CONNMARK;
    if (x->touched)
        flags |= LEAF_TOUCHES;
    return x->moved & MOVED_ALL ? flags | LEAF_MOVES_ALL : flags;
}

dnode outcome_leaf(struct outcomes *o, const struct outcome *x)
{
    return diagram_leaf(&o->diagram, key_table_enter(&o->outcomes, x, sizeof *x) + FIRST_LEAF, flags_of(x));
}

const struct outcome *outcome_of(const struct outcomes *o, dnode leaf)
{
    return key_table_bytes(&o->outcomes, diagram_body(&o->diagram, leaf)->n - FIRST_LEAF);
}

uint32_t outcomes_text(struct outcomes *o, const char *text)
{
    return text ? key_table_enter(&o->texts, text, strlen(text) + 1) : 0;
}

const char *outcomes_text_of(const struct outcomes *o, uint32_t number)
{
    return number ? key_table_bytes(&o->texts, number) : NULL;
}

uint32_t outcomes_event(struct outcomes *o, uint32_t text)
{
    const struct event event = {.text = text, .mark = same_mark, .connmark = same_connmark};

    return key_table_enter(&o->events, &event, sizeof event);
}

uint32_t outcomes_touch(struct outcomes *o, uint32_t text, unsigned what)
{
    const struct touch touch = {.text = text, .what = what & o->with_touches};

    return touch.what ? key_table_enter(&o->touches, &touch, sizeof touch) : 0;
}

uint32_t outcomes_touches_behind(struct outcomes *o, uint32_t first, uint32_t second, unsigned what)
{
    uint32_t last = second ? second : first;

    if (!last)
        return 0;
    struct touch t = *(const struct touch *)key_table_bytes(&o->touches, last);
    t.before = second ? outcomes_touches_behind(o, first, t.before, what)
                      : outcomes_touches_behind(o, t.before, 0, what);
    if (!second && !(t.what & what))
        return t.before;
    return key_table_enter(&o->touches, &t, sizeof t);
}

dnode outcomes_atom(struct outcomes *o, const struct atom *atom)
{
    uint32_t axis = AXIS_ATOM + key_table_enter(&o->atoms, atom, sizeof *atom);

    if (o->atoms.n > ATOMS_MAX)
        o->diagram.exhausted = true;
    return diagram_range(&o->diagram, axis, 1, 1, 1, DNODE_TRUE, DNODE_FALSE);
}

const struct atom *outcomes_atom_of(const struct outcomes *o, uint32_t axis)
{
    return key_table_bytes(&o->atoms, axis - AXIS_ATOM);
}

/* --- one behind the other --- */

/* `sum` of the marks that a and b make. */
static struct mark_sum sum_of(const struct mark_sum *sum, const struct mark_sum *a, const struct mark_sum *b)
{
    return (struct mark_sum){
        .of_mark = (a->of_mark & sum->of_mark) ^ (b->of_mark & sum->of_connmark),
        .of_connmark = (a->of_connmark & sum->of_mark) ^ (b->of_connmark & sum->of_connmark),
        .flip = (a->flip & sum->of_mark) ^ (b->flip & sum->of_connmark) ^ sum->flip,
    };
}

uint32_t outcomes_event_behind(struct outcomes *o, const struct outcome *first, uint32_t event)
{
    struct event e;

    if (event == 0)
        return first->event;
    e = *(const struct event *)key_table_bytes(&o->events, event);
    if (e.before) {
        e.before = outcomes_event_behind(o, first, e.before);
    } else {
        const struct event met = e;

        e.before = first->event;
        e.mark = sum_of(&met.mark, &first->mark, &first->connmark);
        e.connmark = sum_of(&met.connmark, &first->mark, &first->connmark);
    }
    return key_table_enter(&o->events, &e, sizeof e);
}

dnode outcome_then(struct outcomes *o, const struct outcome *first, const struct outcome *second)
{
    struct outcome x = *second;
    struct mark_sum mark = first->mark, connmark = first->connmark;

    bool moves_marks = second->moved & (MOVED_MARKS | MOVED_ALL);

    /* Marks that an event has changed are sums of what came out of the event, whatever went before. */
    if (moves_marks) {
        mark = same_mark;
        connmark = same_connmark;
    }
    x.mark = sum_of(&second->mark, &mark, &connmark);
    x.connmark = sum_of(&second->connmark, &mark, &connmark);
    x.event = outcomes_event_behind(o, first, second->event);
    x.moved |= first->moved;
    x.touched = outcomes_touches_behind(o, first->touched, second->touched, o->with_touches);
    x.untracked |= first->untracked;
    if (!x.source_nat)
        x.source_nat = first->source_nat;
    if (!moves_marks && is_same(&second->mark, &same_mark))
        x.mark_tag = first->mark_tag;
    if (!x.verdict_tag)
        x.verdict_tag = first->verdict_tag;
    return outcome_leaf(o, &x);
}
