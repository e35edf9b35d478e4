/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/difference.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum { OP_NO_CASE = OP_OTHERS + 4, WALK_MAX = 20 * 1000 * 1000, SURELY = 1, MAYBE_NOT = 2 };

struct walk {
    struct difference *d;
    struct cell cell;
    bool once, stopped;
    bool (*each)(void *ctx, const struct found *found);
    void *ctx;
};

uint32_t mark_of(const struct mark_sum *sum, uint32_t mark, uint32_t connmark)
{
    return (mark & sum->of_mark) ^ (connmark & sum->of_connmark) ^ sum->flip;
}

/* --- two outcomes --- */

static bool is_same(const struct mark_sum *a, const struct mark_sum *b)
{
    return a->of_mark == b->of_mark && a->of_connmark == b->of_connmark && a->flip == b->flip;
}

static struct mark_sum reduced(struct mark_sum sum, struct known_bits mark, struct known_bits connmark)
{
    sum.flip ^= (sum.of_mark & mark.value) ^ (sum.of_connmark & connmark.value);
    sum.of_mark &= ~mark.known;
    sum.of_connmark &= ~connmark.known;
    return sum;
}

static enum truth marks_differ(const struct cell *cell, const struct outcome *a, const struct outcome *b)
{
    struct known_bits mark = cell_mark(cell, AXIS_MARK), connmark = cell_mark(cell, AXIS_CONNMARK);
    bool a_moved = a->moved & (MOVED_MARKS | MOVED_ALL), b_moved = b->moved & (MOVED_MARKS | MOVED_ALL);
    struct mark_sum x = a_moved ? a->mark : reduced(a->mark, mark, connmark);
    struct mark_sum y = b_moved ? b->mark : reduced(b->mark, mark, connmark);
    bool one_base = !a_moved && !b_moved;

    if (one_base || (a_moved && b_moved && a->event == b->event)) {
        if (is_same(&x, &y))
            return NO;
        if (one_base)
            return YES;
    }
    /* Bits that are known on both sides tell. */
    uint32_t open = x.of_mark | x.of_connmark | y.of_mark | y.of_connmark;
    return (x.flip ^ y.flip) & ~open ? YES : open ? MAYBE : NO;
}

static enum truth verdicts_differ(const struct outcome *a, const struct outcome *b)
{
    if (a->control == b->control && a->other == b->other)
        return NO;
    return a->control == CONTROL_OTHER || b->control == CONTROL_OTHER ? MAYBE : YES;
}

/* Where they go, and from where they seem to come. */
static enum truth addresses_differ(const struct outcome *a, const struct outcome *b)
{
    uint32_t moved = a->moved | b->moved;

    if (a->control == CONTROL_DROP)
        return NO;
    if (a->source_nat != b->source_nat)
        return YES;
    if (!(moved & (MOVED_DST | MOVED_ALL)) || a->event == b->event)
        return NO;
    return moved & MOVED_ALL ? MAYBE : YES;
}

static enum truth most(enum truth a, enum truth b)
{
    return a > b ? a : b;
}

static enum truth outcomes_differ(const struct cell *cell, const struct outcome *a, const struct outcome *b)
{
    enum truth verdict = verdicts_differ(a, b);

    return most(verdict, most(marks_differ(cell, a, b), verdict == NO ? addresses_differ(a, b) : NO));
}

/* --- what nobody knows --- */

static bool is_touched(const struct outcomes *o, uint32_t axis)
{
    return axis >= AXIS_ATOM && axis != AXIS_LEAF && outcomes_atom_of(o, axis)->touched;
}

/* How often the two differ, over all that atoms may be: SURELY in some case, MAYBE_NOT in some. *unknown: an
 * atom on which it depends; where there is one, one whose answer a target may have changed. */
static unsigned cases(struct walk *w, dnode a, dnode b, uint32_t *unknown)
{
    const struct outcomes *o = &w->d->outcomes;
    struct sweep s;
    unsigned result = 0;

    if (a == b)
        return MAYBE_NOT;
    w->d->walked++;
    sweep_init(&o->diagram, &s, 2, (dnode[]){a, b});
    if (s.axis == AXIS_LEAF) {
        enum truth t = outcomes_differ(&w->cell, outcome_of(o, a), outcome_of(o, b));

        return t == YES ? SURELY : t == NO ? MAYBE_NOT : SURELY | MAYBE_NOT;
    }
    while (result != (SURELY | MAYBE_NOT) && w->d->walked < WALK_MAX &&
           sweep_next(&w->d->outcomes.diagram, &s))
        result |= cases(w, s.child[0], s.child[1], unknown);
    if (result == (SURELY | MAYBE_NOT) && (*unknown == 0 || is_touched(o, s.axis)))
        *unknown = s.axis;
    return result;
}

/* "-m dscp --dscp 3 behind -j DSCP --set-dscp 3" */
static const char *touched_words(struct outcomes *o, const struct atom *atom)
{
    const struct touch *touch = key_table_bytes(&o->touches, atom->touched);
    struct buf words = {0};

    buf_printf(&words, "%s behind %s", outcomes_text_of(o, atom->text), outcomes_text_of(o, touch->text));
    uint32_t text = outcomes_text(o, buf_text(&words));
    buf_free(&words);
    return outcomes_text_of(o, text);
}

/* What the atom is about, for people. */
static const char *words_of(struct outcomes *o, uint32_t axis, const struct outcome *a,
                            const struct outcome *b)
{
    uint32_t event = 0, text = 0;

    if (axis) {
        const struct atom *atom = outcomes_atom_of(o, axis);

        if (atom->touched)
            return touched_words(o, atom);
        text = atom->text;
        event = atom->event;
    } else {
        text = a->other ? a->other : b->other;
        event = a->event ? a->event : b->event;
    }
    if (!text && event)
        text = ((const struct event *)key_table_bytes(&o->events, event))->text;
    return text ? outcomes_text_of(o, text) : "something that is not known";
}

static dnode some_leaf(const struct outcomes *o, dnode n)
{
    while (diagram_body(&o->diagram, n)->axis != AXIS_LEAF)
        n = diagram_body(&o->diagram, n)->to[0];
    return n;
}

/* Sets a bit of a mark that the packet comes with where without it both would end with the same. */
static void tell_marks_apart(const struct cell *cell, const struct outcome *a, const struct outcome *b,
                             struct example *out)
{
    struct known_bits mark = cell_mark(cell, AXIS_MARK), connmark = cell_mark(cell, AXIS_CONNMARK);
    uint32_t by_mark = (a->mark.of_mark ^ b->mark.of_mark) & ~mark.known;
    uint32_t by_connmark = (a->mark.of_connmark ^ b->mark.of_connmark) & ~connmark.known;

    if (mark_of(&a->mark, out->packet.mark, out->connmark) !=
        mark_of(&b->mark, out->packet.mark, out->connmark))
        return;
    if (by_mark)
        out->packet.mark |= by_mark & -by_mark;
    else
        out->connmark |= by_connmark & -by_connmark;
}

/* --- cells --- */

/* True when nothing was found that differs for sure. */
static bool look_at_case(struct walk *w, dnode a, dnode b)
{
    struct outcomes *o = &w->d->outcomes;
    struct found found = {.cell = &w->cell};
    uint32_t unknown = 0;
    unsigned result = cases(w, a, b, &unknown);

    if (!(result & SURELY) || !cell_example(&w->cell, &found.example))
        return !(result & SURELY);
    dnode x = some_leaf(o, a), y = some_leaf(o, b);
    found.old = outcome_of(o, x);
    found.new = outcome_of(o, y);
    found.differs = result == SURELY ? YES : MAYBE;
    if (found.differs == MAYBE)
        found.unknown = words_of(o, unknown, found.old, found.new);
    else
        tell_marks_apart(&w->cell, found.old, found.new, &found.example);
    w->stopped = !w->each(w->ctx, &found);
    return found.differs != YES;
}

struct part {
    dnode old, new;
    struct interval values;
};

struct parts {
    struct part *at;
    size_t n, cap;
};

static int by_nodes(const void *a, const void *b)
{
    const struct part *x = a, *y = b;

    if (x->old != y->old)
        return x->old < y->old ? -1 : 1;
    if (x->new != y->new)
        return x->new < y->new ? -1 : 1;
    return (x->values.low > y->values.low) - (x->values.low < y->values.low);
}

static void cut(struct walk *w, struct sweep *s, struct parts *parts)
{
    struct part *open = NULL;

    while (sweep_next(&w->d->outcomes.diagram, s)) {
        if (open)
            open->values.high = s->from - 1;
        open = NULL;
        if (s->child[0] == s->child[1])
            continue;
        open = VEC_ADD(parts);
        *open = (struct part){s->child[0], s->child[1], {s->from, axis_max(w->d->family, s->axis)}};
    }
    if (parts->n)
        qsort(parts->at, parts->n, sizeof *parts->at, by_nodes);
}

/* A part of an axis: all values that lead to one pair of nodes. */
struct group {
    size_t first, n; /* parts */
    wide low;
};

struct groups {
    struct group *at;
    size_t n, cap;
};

static int by_low(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    return (x->low > y->low) - (x->low < y->low);
}

static void group(const struct parts *parts, struct groups *groups)
{
    for (size_t i = 0; i < parts->n; i++) {
        const struct part *p = &parts->at[i];

        if (i && p->old == p[-1].old && p->new == p[-1].new)
            groups->at[groups->n - 1].n++;
        else
            *VEC_ADD(groups) = (struct group){i, 1, p->values.low};
    }
    if (groups->n)
        qsort(groups->at, groups->n, sizeof *groups->at, by_low);
}

static bool look_at(struct walk *w, dnode a, dnode b);

/* True when nothing differs for sure. */
static bool look_at_groups(struct walk *w, uint32_t axis, const struct parts *parts,
                           const struct groups *groups)
{
    struct interval *values = xmalloc(parts->n * sizeof *values);
    bool none = true;

    for (size_t g = 0; g < groups->n && !w->stopped; g++) {
        const struct part *first = &parts->at[groups->at[g].first];

        for (size_t i = 0; i < groups->at[g].n; i++)
            values[i] = first[i].values;
        w->cell.of[axis] = (struct cell_values){values, groups->at[g].n};
        none = look_at(w, first->old, first->new) && none;
    }
    w->cell.of[axis] = (struct cell_values){0};
    free(values);
    return none;
}

static bool look_at(struct walk *w, dnode a, dnode b)
{
    struct diagram *d = &w->d->outcomes.diagram;
    struct sweep s;
    struct parts parts = {0};
    struct groups groups = {0};
    dnode seen;

    if (a == b || w->stopped)
        return true;
    if (++w->d->walked >= WALK_MAX) {
        w->stopped = true;
        return true;
    }
    sweep_init(d, &s, 2, (dnode[]){a, b});
    if (s.axis >= AXIS_ATOM)
        return look_at_case(w, a, b);
    if (w->once && diagram_recall(d, OP_NO_CASE, a, b, 0, &seen))
        return true;
    cut(w, &s, &parts);
    group(&parts, &groups);
    bool none = look_at_groups(w, s.axis, &parts, &groups);
    if (w->once && none && s.axis < AXIS_MARK)
        diagram_keep(d, OP_NO_CASE, a, b, 0, DNODE_TRUE);
    free(parts.at);
    free(groups.at);
    return none;
}

bool difference_walk(struct difference *d, bool once, bool (*each)(void *ctx, const struct found *found),
                     void *ctx)
{
    struct walk w = {
        .d = d, .cell = {.family = d->family, .path = d->path}, .once = once, .each = each, .ctx = ctx};

    d->walked = 0;
    look_at(&w, d->old, d->new);
    return d->walked < WALK_MAX && !d->outcomes.diagram.exhausted;
}
