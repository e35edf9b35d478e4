/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet through the tables' diagrams, one after the other. */
#include "lbgen/difference.h"

struct way {
    const struct difference *d;
    const struct stages *stages;
    struct example packet; /* as the table at hand sees it */
    bool mark_known;
    bool lost;      /* something has become of it that nobody knows */
    unsigned tries; /* how many unknown questions are left to be tried both ways */
};

static struct result go_on(struct way *w, unsigned stage);

static struct result take_outcome(struct way *w, unsigned stage, const struct outcome *x)
{
    struct packet *p = &w->packet.packet;
    uint32_t mark = p->mark, connmark = w->packet.connmark;
    bool moved = x->moved & (MOVED_MARKS | MOVED_ALL);

    /* Bits that an event has left are not known; that all of them are set anew is. */
    w->mark_known = moved ? !(x->mark.of_mark | x->mark.of_connmark)
                          : w->mark_known || !(x->mark.of_mark | x->mark.of_connmark);
    w->lost = w->lost || (x->moved & (MOVED_DST | MOVED_ALL));
    p->mark = mark_of(&x->mark, mark, connmark);
    w->packet.connmark = mark_of(&x->connmark, mark, connmark);
    if (x->untracked)
        p->state = STATE_UNTRACKED;
    if (x->control == CONTROL_GO_ON)
        return go_on(w, stage + 1);
    return (struct result){.mark_known = w->mark_known,
                           .verdict_known = x->control == CONTROL_DROP,
                           .mark = p->mark,
                           .accepted = false};
}

static struct result either(struct result a, struct result b)
{
    a.mark_known = a.mark_known && b.mark_known && a.mark == b.mark;
    a.verdict_known = a.verdict_known && b.verdict_known && a.accepted == b.accepted;
    return a;
}

/* Whether the packet has a value there that is known. */
static bool is_known(const struct way *w, uint32_t axis)
{
    if (axis >= AXIS_ATOM || (w->lost && (axis == AXIS_DST || axis == AXIS_DPORT)))
        return false;
    return axis < AXIS_MARK || w->mark_known;
}

static struct result at_node(struct way *w, unsigned stage, dnode n)
{
    const struct outcomes *o = &w->d->outcomes;
    const struct dnode_body *b = diagram_body(&o->diagram, n);

    for (; b->axis != AXIS_LEAF && is_known(w, b->axis); b = diagram_body(&o->diagram, n)) {
        wide value = example_value(&w->packet, b->axis);
        uint32_t i = b->n - 1;

        while (b->from[i] > value)
            i--;
        n = b->to[i];
    }
    if (b->axis == AXIS_LEAF)
        return take_outcome(w, stage, outcome_of(o, n));
    if (b->n != 2 || w->tries == 0)
        return (struct result){0};
    w->tries--;
    struct way other = *w;
    struct result first = at_node(w, stage, b->to[0]);
    other.tries = w->tries;
    return either(first, at_node(&other, stage, b->to[1]));
}

static struct result go_on(struct way *w, unsigned stage)
{
    if (stage < w->stages->n)
        return at_node(w, stage, w->stages->at[stage]);
    return (struct result){
        .mark_known = w->mark_known, .verdict_known = true, .mark = w->packet.packet.mark, .accepted = true};
}

void difference_results(const struct difference *d, const struct example *example, struct result *old,
                        struct result *new)
{
    for (int side = 0; side < 2; side++) {
        struct way w = {
            .d = d, .stages = &d->stages[side], .packet = *example, .mark_known = true, .tries = 1000};

        *(side ? new : old) = go_on(&w, 0);
    }
}
