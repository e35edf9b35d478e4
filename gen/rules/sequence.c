/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two diagrams go one behind the other by asking both for one axis after the other, as far as what the first
 * one does leaves the second one's question as it is. A rule that changes a mark changes what later rules see
 * of it: then the first one is asked to its end, and its outcome is put in front of the second diagram, where
 * it answers questions for the mark, turns them into others (the bit that a bit was copied from), or makes
 * atoms of them where nobody knows what it left. */
#include <stdlib.h>

#include "lbgen/packet.h"
#include "lbgen/sequence.h"
#include "lbgen/xalloc.h"

enum { OP_SEQUENCE = OP_OTHERS, OP_BEHIND, OP_RELABEL };

/* Whether outcomes with such flags happened before the event behind which the atom is asked. */
static bool moves_atom(uint32_t flags, const struct atom *atom)
{
    return (flags & (LEAF_MOVES_DST | LEAF_MOVES_ALL)) ||
           (atom->event && (flags & (LEAF_MOVES_MARK | LEAF_MOVES_CONNMARK)));
}

/* Whether outcomes with such flags change what a later question for the axis is about. */
static bool moves(const struct outcomes *o, uint32_t flags, uint32_t axis)
{
    if (flags & LEAF_MOVES_ALL)
        return true;
    if (axis == AXIS_DST || axis == AXIS_DPORT)
        return flags & LEAF_MOVES_DST;
    if (axis == AXIS_STATE)
        return flags & LEAF_MOVES_STATE;
    if (axis >= AXIS_ATOM && axis != AXIS_LEAF)
        return moves_atom(flags, outcomes_atom_of(o, axis)) ||
               ((flags & LEAF_TOUCHES) && outcomes_atom_of(o, axis)->sees);
    if (axis >= AXIS_CONNMARK)
        return flags & LEAF_MOVES_CONNMARK;
    return axis >= AXIS_MARK && (flags & LEAF_MOVES_MARK);
}

static dnode behind(struct outcomes *o, dnode leaf, dnode second);

/* Whether a value is at least `low`, as nobody knows. */
static dnode least_atom(struct outcomes *o, uint32_t event, uint32_t axis, wide low)
{
    return outcomes_atom(
        o, &(struct atom){
               .event = event, .axis = axis, .low_high = (uint64_t)(low >> 64), .low_low = (uint64_t)low});
}

/* The second diagram's questions for a value that an event has changed become atoms. */
static dnode behind_event(struct outcomes *o, dnode leaf, dnode second)
{
    uint32_t event = outcome_of(o, leaf)->event;
    const struct dnode_body body = *diagram_body(&o->diagram, second);
    dnode result = behind(o, leaf, body.to[0]);

    for (uint32_t i = 1; i < body.n && !o->diagram.exhausted; i++) {
        dnode when = least_atom(o, event, body.axis, body.from[i]);

        result = diagram_if(&o->diagram, when, behind(o, leaf, body.to[i]), result);
    }
    return result;
}

/* A bit of what came in, or of what an event has left. */
static dnode bit_of(struct outcomes *o, const struct outcome *x, uint32_t axis)
{
    if (x->moved & (MOVED_MARKS | MOVED_ALL))
        return least_atom(o, x->event, axis, 1);
    return diagram_range(&o->diagram, axis, 1, 1, 1, DNODE_TRUE, DNODE_FALSE);
}

static dnode flip(struct outcomes *o, dnode when)
{
    return diagram_if(&o->diagram, when, DNODE_FALSE, DNODE_TRUE);
}

/* The second diagram asks for a bit of the mark or the connmark, which is a sum behind the first outcome. */
static dnode behind_bit(struct outcomes *o, dnode leaf, dnode second)
{
    const struct outcome x = *outcome_of(o, leaf);
    const struct dnode_body body = *diagram_body(&o->diagram, second);
    bool is_mark = body.axis < AXIS_CONNMARK;
    unsigned bit = body.axis - (is_mark ? AXIS_MARK : AXIS_CONNMARK);
    const struct mark_sum *sum = is_mark ? &x.mark : &x.connmark;
    dnode one = sum->flip >> bit & 1 ? DNODE_TRUE : DNODE_FALSE;

    if (sum->of_mark >> bit & 1)
        one = diagram_if(&o->diagram, bit_of(o, &x, AXIS_MARK + bit), flip(o, one), one);
    if (sum->of_connmark >> bit & 1)
        one = diagram_if(&o->diagram, bit_of(o, &x, AXIS_CONNMARK + bit), flip(o, one), one);
    if (one == DNODE_TRUE)
        return behind(o, leaf, body.to[1]);
    if (one == DNODE_FALSE)
        return behind(o, leaf, body.to[0]);
    dnode if_one = behind(o, leaf, body.to[1]), if_zero = behind(o, leaf, body.to[0]);
    return diagram_if(&o->diagram, one, if_one, if_zero);
}

static dnode behind_atom(struct outcomes *o, dnode leaf, dnode second)
{
    const struct outcome x = *outcome_of(o, leaf);
    const struct dnode_body body = *diagram_body(&o->diagram, second);
    struct atom atom = *outcomes_atom_of(o, body.axis);

    if (moves_atom(diagram_body(&o->diagram, leaf)->flags, &atom))
        atom.event = outcomes_event_behind(o, &x, atom.event);
    atom.touched = outcomes_touches_behind(o, x.touched, atom.touched, atom.sees);
    dnode if_true = behind(o, leaf, body.to[1]), if_false = behind(o, leaf, body.to[0]);
    return diagram_if(&o->diagram, outcomes_atom(o, &atom), if_true, if_false);
}

static dnode behind_moved(struct outcomes *o, dnode leaf, dnode second)
{
    const struct outcome *x = outcome_of(o, leaf);
    uint32_t axis = diagram_body(&o->diagram, second)->axis;

    if (axis >= AXIS_ATOM)
        return behind_atom(o, leaf, second);
    if (axis >= AXIS_MARK)
        return behind_bit(o, leaf, second);
    if (axis == AXIS_STATE && x->untracked)
        return behind(o, leaf, diagram_fix(&o->diagram, second, axis, STATE_UNTRACKED));
    return behind_event(o, leaf, second);
}

/* `second` for packets to which `leaf` (CONTROL_GO_ON) has happened. */
static dnode behind(struct outcomes *o, dnode leaf, dnode second)
{
    struct diagram *d = &o->diagram;
    const struct dnode_body *body = diagram_body(d, second);
    struct sweep s;
    dnode result;

    if (leaf == o->nothing || d->exhausted)
        return second;
    if (body->axis == AXIS_LEAF) {
        const struct outcome first = *outcome_of(o, leaf), then = *outcome_of(o, second);

        return outcome_then(o, &first, &then);
    }
    if (diagram_recall(d, OP_BEHIND, leaf, second, 0, &result))
        return result;
    if (moves(o, diagram_body(d, leaf)->flags, body->axis)) {
        result = behind_moved(o, leaf, second);
    } else {
        sweep_init(d, &s, 1, &second);
        size_t begin = diagram_begin(d);
        while (sweep_next(d, &s))
            diagram_part(d, s.from, behind(o, leaf, s.child[0]));
        result = diagram_end(d, begin, s.axis);
    }
    diagram_keep(d, OP_BEHIND, leaf, second, 0, result);
    return result;
}

dnode sequence(struct outcomes *o, dnode first, dnode second)
{
    struct diagram *d = &o->diagram;
    const struct dnode_body *f = diagram_body(d, first);
    struct sweep s;
    dnode result;

    if (second == o->nothing)
        return first;
    if (!(f->flags & LEAF_CONTROL << CONTROL_GO_ON))
        return first;
    if (f->axis == AXIS_LEAF)
        return behind(o, first, second);
    if (diagram_recall(d, OP_SEQUENCE, first, second, 0, &result))
        return result;
    bool alone = moves(o, f->flags, diagram_body(d, second)->axis);
    sweep_init(d, &s, alone ? 1 : 2, (dnode[]){first, second});
    size_t begin = diagram_begin(d);
    while (sweep_next(d, &s)) {
        wide from = s.from;

        diagram_part(d, from, sequence(o, s.child[0], alone ? second : s.child[1]));
    }
    result = diagram_end(d, begin, s.axis);
    diagram_keep(d, OP_SEQUENCE, first, second, 0, result);
    return result;
}

/* --- many --- */

/* A diagram that does something for one interval of destinations only. */
struct local {
    struct interval dst;
    dnode inside;
    size_t place;
};

/* False when it is no such diagram. */
static bool is_local(const struct outcomes *o, dnode n, struct local *out)
{
    const struct dnode_body *b = diagram_body(&o->diagram, n);
    uint32_t in = b->axis == AXIS_DST && b->to[0] == o->nothing;

    if (b->axis != AXIS_DST || b->n > in + 2 || (b->n == in + 2 && b->to[in + 1] != o->nothing))
        return false;
    out->dst.low = b->from[in];
    out->dst.high = b->n == in + 2 ? b->from[in + 1] - 1 : ~(wide)0;
    out->inside = b->to[in];
    return true;
}

static int by_dst(const void *a, const void *b)
{
    const struct local *x = a, *y = b;

    if (x->dst.low != y->dst.low)
        return x->dst.low < y->dst.low ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* Whether all are local, those of one interval behind each other and other intervals elsewhere. */
static bool sort_apart(const struct outcomes *o, const dnode *at, size_t n, struct local *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i].place = i;
        if (!is_local(o, at[i], &out[i]))
            return false;
    }
    qsort(out, n, sizeof *out, by_dst);
    for (size_t i = 1; i < n; i++)
        if (out[i].dst.low == out[i - 1].dst.low ? out[i].dst.high != out[i - 1].dst.high
                                                 : out[i].dst.low <= out[i - 1].dst.high)
            return false;
    return true;
}

/* One node for all of them. */
static dnode put_side_by_side(struct outcomes *o, const struct local *at, size_t n)
{
    struct diagram *d = &o->diagram;
    size_t begin = diagram_begin(d);
    wide next = 0;

    for (size_t i = 0, end; i < n; i = end) {
        dnode inside = at[i].inside;

        for (end = i + 1; end < n && at[end].dst.low == at[i].dst.low; end++)
            inside = sequence(o, inside, at[end].inside);
        if (at[i].dst.low > next)
            diagram_part(d, next, o->nothing);
        diagram_part(d, at[i].dst.low, inside);
        next = at[i].dst.high + 1;
    }
    if (next > 0) /* not behind the last address */
        diagram_part(d, next, o->nothing);
    return diagram_end(d, begin, AXIS_DST);
}

static dnode sequence_some(struct outcomes *o, const dnode *at, size_t n, struct local *room)
{
    if (n == 1)
        return at[0];
    if (n > 2 && sort_apart(o, at, n, room))
        return put_side_by_side(o, room, n);
    dnode first = sequence_some(o, at, n / 2, room);
    return sequence(o, first, sequence_some(o, at + n / 2, n - n / 2, room));
}

/* Rules of destinations that have nothing to do with each other come to one node at once; others in halves,
 * so that each rule takes part in few diagrams that are large. */
dnode sequence_all(struct outcomes *o, const dnode *at, size_t n)
{
    if (n == 0)
        return o->nothing;
    struct local *room = xmalloc(n * sizeof *room);
    dnode all = sequence_some(o, at, n, room);
    free(room);
    return all;
}

/* --- other words --- */

static const uint8_t relabels[RELABELS][CONTROLS] = {
#define SAME [CONTROL_DROP] = CONTROL_DROP, [CONTROL_OTHER] = CONTROL_OTHER, [CONTROL_STOP] = CONTROL_STOP
    [RELABEL_JUMPED] = {CONTROL_GO_ON, CONTROL_GO_ON, CONTROL_ACCEPT, SAME},
    [RELABEL_GONE_TO] = {CONTROL_LEAVE, CONTROL_LEAVE, CONTROL_ACCEPT, SAME},
    [RELABEL_OPEN] = {CONTROL_GO_ON, CONTROL_GO_ON, CONTROL_GO_ON, SAME},
    [RELABEL_CLOSED] = {CONTROL_DROP, CONTROL_DROP, CONTROL_GO_ON, SAME},
    [RELABEL_TRACKED] = {CONTROL_GO_ON, CONTROL_LEAVE, CONTROL_ACCEPT, SAME},
    [RELABEL_END] = {CONTROL_ACCEPT, CONTROL_ACCEPT, CONTROL_ACCEPT, SAME},
#undef SAME
};

static bool changes(uint32_t flags, enum relabel how)
{
    if (how == RELABEL_TRACKED && (flags & LEAF_MOVES_STATE))
        return true;
    for (uint32_t c = 0; c < CONTROLS; c++)
        if ((flags & (uint32_t)LEAF_CONTROL << c) && relabels[how][c] != c)
            return true;
    return false;
}

dnode sequence_relabel(struct outcomes *o, dnode n, enum relabel how)
{
    struct diagram *d = &o->diagram;
    const struct dnode_body *body = diagram_body(d, n);
    struct sweep s;
    dnode result;

    if (!changes(body->flags, how))
        return n;
    if (body->axis == AXIS_LEAF) {
        struct outcome x = *outcome_of(o, n);

        x.control = relabels[how][x.control];
        if (how == RELABEL_TRACKED)
            x.moved &= ~(uint32_t)MOVED_STATE;
        return outcome_leaf(o, &x);
    }
    uint32_t op = OP_RELABEL | (uint32_t)how << 8;
    if (diagram_recall(d, op, n, 0, 0, &result))
        return result;
    sweep_init(d, &s, 1, &n);
    size_t begin = diagram_begin(d);
    while (sweep_next(d, &s))
        diagram_part(d, s.from, sequence_relabel(o, s.child[0], how));
    result = diagram_end(d, begin, s.axis);
    diagram_keep(d, op, n, 0, 0, result);
    return result;
}
