/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes are never changed and never freed one by one: they are looked up by what they are before one is made,
 * and go all at once. What an operation has come to is kept in a table in which newer results push out older
 * ones that come to the same place: memory stays bounded, and a result that is lost is only worked out again.
 */
#include <stdlib.h>
#include <string.h>

#include "lbgen/diagram.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum { MEMO_FIRST = 1 << 13, MEMO_MAX = 1 << 20, FIRST_SLOTS = 1 << 12 };

struct diagram_memo {
    uint32_t op, a, b, c;
    dnode result;
};

static uint32_t fold(uint64_t x)
{
    x *= 0x9e3779b97f4a7c15;
    return (uint32_t)(x >> 32) ^ (uint32_t)x >> 7;
}

static uint32_t hash_word(uint32_t hash, uint64_t word)
{
    return fold(((uint64_t)hash << 32 | hash) ^ (word * 0xd6e8feb86659fd93 + 1));
}

void diagram_init(struct diagram *d, uint64_t steps_max)
{
    *d = (struct diagram){.steps_max = steps_max, .n_slots = FIRST_SLOTS};
    d->slots = xcalloc(d->n_slots, sizeof *d->slots);
    d->n_memo = MEMO_FIRST;
    d->memo = xcalloc(d->n_memo, sizeof *d->memo);
    diagram_leaf(d, DNODE_FALSE, 0);
    diagram_leaf(d, DNODE_TRUE, 0);
}

void diagram_free(struct diagram *d)
{
    free(d->nodes.at);
    free(d->slots);
    free(d->memo);
    free(d->parts.from);
    free(d->parts.to);
    arena_free(&d->mem);
    *d = (struct diagram){0};
}

/* --- nodes --- */

static bool same_body(const struct dnode_body *a, const struct dnode_body *b)
{
    if (a->hash != b->hash || a->axis != b->axis || a->n != b->n)
        return false;
    return a->axis == AXIS_LEAF || (memcmp(a->to, b->to, a->n * sizeof *a->to) == 0 &&
                                    memcmp(a->from, b->from, a->n * sizeof *a->from) == 0);
}

static size_t slot_of(const struct diagram *d, const struct dnode_body *body)
{
    size_t slot = body->hash & (d->n_slots - 1);

    while (d->slots[slot] && !same_body(&d->nodes.at[d->slots[slot] - 1], body))
        slot = (slot + 1) & (d->n_slots - 1);
    return slot;
}

static void grow_slots(struct diagram *d)
{
    free(d->slots);
    d->n_slots *= 2;
    d->slots = xcalloc(d->n_slots, sizeof *d->slots);
    for (size_t i = 0; i < d->nodes.n; i++) {
        size_t slot = d->nodes.at[i].hash & (d->n_slots - 1);

        while (d->slots[slot])
            slot = (slot + 1) & (d->n_slots - 1);
        d->slots[slot] = (uint32_t)i + 1;
    }
}

/* What was kept is lost: there will be more of it than of that. */
static void grow_memo(struct diagram *d)
{
    free(d->memo);
    d->n_memo *= 4;
    d->memo = xcalloc(d->n_memo, sizeof *d->memo);
}

/* The node of that body; its lists are copied when it is new. */
static dnode node_of(struct diagram *d, struct dnode_body *body)
{
    size_t slot = slot_of(d, body);

    if (d->slots[slot])
        return d->slots[slot] - 1;
    if (body->axis != AXIS_LEAF) {
        body->from = memcpy(arena_alloc(&d->mem, body->n * sizeof *body->from), body->from,
                            body->n * sizeof *body->from);
        body->to =
            memcpy(arena_alloc(&d->mem, body->n * sizeof *body->to), body->to, body->n * sizeof *body->to);
    }
    *VEC_ADD(&d->nodes) = *body;
    d->slots[slot] = (uint32_t)d->nodes.n;
    if (d->nodes.n * 2 > d->n_slots)
        grow_slots(d);
    if (d->nodes.n > d->n_memo && d->n_memo < MEMO_MAX)
        grow_memo(d);
    return (dnode)(d->nodes.n - 1);
}

dnode diagram_leaf(struct diagram *d, uint32_t number, uint32_t flags)
{
    struct dnode_body body = {
        .axis = AXIS_LEAF, .n = number, .flags = flags, .hash = hash_word(AXIS_LEAF, number)};

    return node_of(d, &body);
}

size_t diagram_begin(struct diagram *d)
{
    return d->parts.n;
}

void diagram_part(struct diagram *d, wide from, dnode to)
{
    if (d->parts.n == d->parts.cap) {
        d->parts.cap = d->parts.cap ? d->parts.cap * 2 : 256;
        d->parts.from = xrealloc(d->parts.from, d->parts.cap, sizeof *d->parts.from);
        d->parts.to = xrealloc(d->parts.to, d->parts.cap, sizeof *d->parts.to);
    }
    d->parts.from[d->parts.n] = from;
    d->parts.to[d->parts.n++] = to;
}

/* The parts from `begin` on without those that lead where the one before them does. */
static void join_equal(struct diagram *d, size_t begin)
{
    size_t n = begin + 1;

    for (size_t i = begin + 1; i < d->parts.n; i++)
        if (d->parts.to[i] != d->parts.to[n - 1]) {
            d->parts.from[n] = d->parts.from[i];
            d->parts.to[n++] = d->parts.to[i];
        }
    d->parts.n = n;
}

/* The first axis that a part asks for. */
static uint32_t first_axis(const struct diagram *d, size_t begin)
{
    uint32_t axis = AXIS_LEAF;

    for (size_t i = begin; i < d->parts.n; i++)
        if (d->nodes.at[d->parts.to[i]].axis < axis)
            axis = d->nodes.at[d->parts.to[i]].axis;
    return axis;
}

/* Of parts that ask for the axis itself only what lies in their interval is left. */
static void clip_parts(struct diagram *d, size_t begin, uint32_t axis)
{
    size_t end = d->parts.n;

    for (size_t i = begin; i < end; i++) {
        dnode to = d->parts.to[i];
        wide from = d->parts.from[i];

        if (d->nodes.at[to].axis != axis) {
            diagram_part(d, from, to);
            continue;
        }
        for (uint32_t k = 0; k < d->nodes.at[to].n; k++) {
            const struct dnode_body *b = &d->nodes.at[to];

            if (k + 1 < b->n && b->from[k + 1] <= from)
                continue;
            if (i + 1 < end && b->from[k] >= d->parts.from[i + 1])
                break;
            diagram_part(d, b->from[k] > from ? b->from[k] : from, b->to[k]);
        }
    }
    memmove(d->parts.from + begin, d->parts.from + end, (d->parts.n - end) * sizeof *d->parts.from);
    memmove(d->parts.to + begin, d->parts.to + end, (d->parts.n - end) * sizeof *d->parts.to);
    d->parts.n -= end - begin;
}

static dnode make_node(struct diagram *d, size_t begin, uint32_t axis)
{
    size_t n = d->parts.n - begin;
    struct dnode_body body = {.axis = axis, .n = (uint32_t)n};

    if (n == 1)
        return d->parts.to[begin];
    body.from = d->parts.from + begin;
    body.to = d->parts.to + begin;
    body.flags = axis < ASKS_AXES ? (uint32_t)ASKS_AXIS_FIRST << axis : 0;
    body.hash = hash_word(axis, n);
    for (size_t i = 0; i < n; i++) {
        body.hash = hash_word(body.hash, (uint64_t)body.from[i] ^ (uint64_t)(body.from[i] >> 64) * 31);
        body.hash = hash_word(body.hash, body.to[i]);
        body.flags |= d->nodes.at[body.to[i]].flags;
    }
    return node_of(d, &body);
}

/* Parts that ask for earlier axes: each is put where it belongs by a question of its own. */
static dnode make_out_of_order(struct diagram *d, size_t begin, uint32_t axis)
{
    size_t n = d->parts.n - begin;
    dnode result = d->parts.to[begin];

    for (size_t i = 1; i < n; i++) {
        size_t question = diagram_begin(d);

        diagram_part(d, 0, DNODE_FALSE);
        diagram_part(d, d->parts.from[begin + i], DNODE_TRUE);
        dnode when = make_node(d, question, axis);
        d->parts.n = question;
        result = diagram_if(d, when, d->parts.to[begin + i], result);
    }
    return result;
}

dnode diagram_end(struct diagram *d, size_t begin, uint32_t axis)
{
    dnode result;

    if (d->exhausted || d->parts.n == begin) {
        d->parts.n = begin;
        return DNODE_FALSE;
    }
    uint32_t first = first_axis(d, begin);
    if (first == axis)
        clip_parts(d, begin, axis);
    join_equal(d, begin);
    result = first >= axis ? make_node(d, begin, axis) : make_out_of_order(d, begin, axis);
    d->parts.n = begin;
    return result;
}

dnode diagram_range(struct diagram *d, uint32_t axis, wide low, wide high, wide max, dnode in, dnode out)
{
    size_t begin = diagram_begin(d);

    if (low > 0)
        diagram_part(d, 0, out);
    diagram_part(d, low, in);
    if (high < max)
        diagram_part(d, high + 1, out);
    return diagram_end(d, begin, axis);
}

/* --- operations --- */

static size_t memo_place(const struct diagram *d, uint32_t op, uint32_t a, uint32_t b, uint32_t c)
{
    return hash_word(hash_word(op * 0x51ed27U + c, a), b) & (d->n_memo - 1);
}

bool diagram_recall(const struct diagram *d, uint32_t op, uint32_t a, uint32_t b, uint32_t c, dnode *out)
{
    const struct diagram_memo *m = &d->memo[memo_place(d, op, a, b, c)];

    if (m->op != op || m->a != a || m->b != b || m->c != c)
        return false;
    *out = m->result;
    return true;
}

void diagram_keep(struct diagram *d, uint32_t op, uint32_t a, uint32_t b, uint32_t c, dnode result)
{
    if (!d->exhausted)
        d->memo[memo_place(d, op, a, b, c)] = (struct diagram_memo){op, a, b, c, result};
}

void sweep_init(const struct diagram *d, struct sweep *s, unsigned n, const dnode *of)
{
    *s = (struct sweep){.axis = AXIS_LEAF, .n = n};
    for (unsigned i = 0; i < n; i++) {
        s->of[i] = of[i];
        if (d->nodes.at[of[i]].axis < s->axis)
            s->axis = d->nodes.at[of[i]].axis;
    }
}

static void set_children(const struct diagram *d, struct sweep *s)
{
    for (unsigned i = 0; i < s->n; i++) {
        const struct dnode_body *b = &d->nodes.at[s->of[i]];

        s->child[i] = b->axis == s->axis ? b->to[s->at[i]] : s->of[i];
    }
}

/* Goes on to the next boundary; false when there is none. */
static bool advance(const struct diagram *d, struct sweep *s)
{
    bool any = false;
    wide next = 0;

    for (unsigned i = 0; i < s->n; i++) {
        const struct dnode_body *b = &d->nodes.at[s->of[i]];

        if (b->axis == s->axis && s->at[i] + 1 < b->n && (!any || b->from[s->at[i] + 1] < next)) {
            any = true;
            next = b->from[s->at[i] + 1];
        }
    }
    for (unsigned i = 0; any && i < s->n; i++) {
        const struct dnode_body *b = &d->nodes.at[s->of[i]];

        if (b->axis == s->axis && s->at[i] + 1 < b->n && b->from[s->at[i] + 1] == next)
            s->at[i]++;
    }
    s->from = next;
    return any;
}

bool sweep_next(struct diagram *d, struct sweep *s)
{
    if (++d->steps > d->steps_max)
        d->exhausted = true;
    if (d->exhausted || s->axis == AXIS_LEAF || (s->begun && !advance(d, s)))
        return false;
    s->begun = true;
    set_children(d, s);
    return true;
}

dnode diagram_if(struct diagram *d, dnode when, dnode if_true, dnode if_false)
{
    struct sweep s;
    dnode result;

    if (when == DNODE_TRUE || if_true == if_false)
        return if_true;
    if (when == DNODE_FALSE)
        return if_false;
    if (if_true == DNODE_TRUE && if_false == DNODE_FALSE)
        return when;
    if (diagram_recall(d, OP_IF, when, if_true, if_false, &result))
        return result;
    sweep_init(d, &s, 3, (dnode[]){when, if_true, if_false});
    size_t begin = diagram_begin(d);
    while (sweep_next(d, &s)) {
        wide from = s.from;

        diagram_part(d, from, diagram_if(d, s.child[0], s.child[1], s.child[2]));
    }
    result = diagram_end(d, begin, s.axis);
    diagram_keep(d, OP_IF, when, if_true, if_false, result);
    return result;
}

static dnode child_at(const struct dnode_body *b, wide value)
{
    size_t low = 0, high = b->n;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (b->from[middle] <= value)
            low = middle;
        else
            high = middle;
    }
    return b->to[low];
}

dnode diagram_fix(struct diagram *d, dnode n, uint32_t axis, wide value)
{
    struct sweep s;
    dnode result;

    if (d->nodes.at[n].axis > axis ||
        (axis < ASKS_AXES && !(d->nodes.at[n].flags & (uint32_t)ASKS_AXIS_FIRST << axis)))
        return n;
    if (d->nodes.at[n].axis == axis)
        return child_at(&d->nodes.at[n], value);
    uint32_t op = OP_FIX | (uint32_t)value << 8; /* values are small where this is used */
    if (diagram_recall(d, op, n, axis, 0, &result))
        return result;
    sweep_init(d, &s, 1, &n);
    size_t begin = diagram_begin(d);
    while (sweep_next(d, &s))
        diagram_part(d, s.from, diagram_fix(d, s.child[0], axis, value));
    result = diagram_end(d, begin, s.axis);
    diagram_keep(d, op, n, axis, 0, result);
    return result;
}
