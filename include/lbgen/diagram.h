/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of packets as decision diagrams: a node asks for one property of a packet (its axis), cuts the
 * axis into intervals, and has a node for each; a leaf is the answer. Axes come in one order, intervals that
 * lead to the same node are one, and no two nodes are alike: equal functions are the same node. */
#ifndef LBGEN_DIAGRAM_H
#define LBGEN_DIAGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/arena.h"

/* Wide enough for a value of any axis; aligned as arenas are. */
__extension__ typedef unsigned __int128 wide __attribute__((aligned(8)));

struct interval {
    wide low, high; /* both belong to it */
};

typedef uint32_t dnode; /* a node's number */
#define DNODE_FALSE 0U  /* the leaves of yes-no functions */
#define DNODE_TRUE  1U  /**/
#define AXIS_LEAF   UINT32_MAX

/* Flags of leaves are below 1 << 16; the node or one below asks for that axis, one of the first ones. */
enum { ASKS_AXIS_FIRST = 1 << 16, ASKS_AXES = 15 };

struct dnode_body {
    uint32_t axis;    /* AXIS_LEAF: no further question */
    uint32_t n;       /* intervals, at least 2; of a leaf: which one */
    const wide *from; /* where each begins, the first at 0 */
    const dnode *to;
    uint32_t flags; /* of a leaf: as given; else those of all leaves below together */
    uint32_t hash;
};

struct diagram {
    struct {
        struct dnode_body *at;
        size_t n, cap;
    } nodes;
    uint32_t *slots; /* hash table of nodes, by what they are; 0: free, else number + 1 */
    size_t n_slots;
    struct diagram_memo *memo;
    size_t n_memo;
    struct {
        wide *from;
        dnode *to;
        size_t n, cap;
    } parts; /* intervals of nodes in the making, those of the innermost last */
    struct arena mem;
    uint64_t steps, steps_max; /* intervals that were looked at, so far and at most */
    bool exhausted;            /* that was not enough: what came out since means nothing */
};

void diagram_init(struct diagram *d, uint64_t steps_max);
void diagram_free(struct diagram *d);

static inline const struct dnode_body *diagram_body(const struct diagram *d, dnode n)
{
    return &d->nodes.at[n];
}

/* The leaf of that number (from 2 on; 0 and 1 are DNODE_FALSE and DNODE_TRUE). */
dnode diagram_leaf(struct diagram *d, uint32_t number, uint32_t flags);

/* To make a node: begin, then its intervals in order, then the end. Nodes may be made in between. What the
 * intervals lead to may ask for the same axis or for earlier ones too; the node's interval counts then. */
size_t diagram_begin(struct diagram *d);
void diagram_part(struct diagram *d, wide from, dnode to);
dnode diagram_end(struct diagram *d, size_t begin, uint32_t axis);

/* Values low..high of the axis lead to `in`, all others to `out`. */
dnode diagram_range(struct diagram *d, uint32_t axis, wide low, wide high, wide max, dnode in, dnode out);

/* if_true where `when` is DNODE_TRUE, if_false elsewhere. */
dnode diagram_if(struct diagram *d, dnode when, dnode if_true, dnode if_false);

/* The function for packets whose axis has that value. */
dnode diagram_fix(struct diagram *d, dnode n, uint32_t axis, wide value);

/* --- for functions that go through diagrams side by side --- */

enum { SWEEP_MAX = 3 };

/* Cuts the first axis that any of the nodes asks for at every boundary of theirs. */
struct sweep {
    uint32_t axis; /* AXIS_LEAF: all are leaves */
    unsigned n;
    dnode of[SWEEP_MAX];
    uint32_t at[SWEEP_MAX];
    wide from;              /* of the interval at hand */
    dnode child[SWEEP_MAX]; /* the nodes there */
    bool begun, done;
};

void sweep_init(const struct diagram *d, struct sweep *s, unsigned n, const dnode *of);
/* The next interval; false when there is none, or the work has become too much. */
bool sweep_next(struct diagram *d, struct sweep *s);

/* What an operation on nodes has come to before; false when that is not known (any more). op is not 0. */
bool diagram_recall(const struct diagram *d, uint32_t op, uint32_t a, uint32_t b, uint32_t c, dnode *out);
void diagram_keep(struct diagram *d, uint32_t op, uint32_t a, uint32_t b, uint32_t c, dnode result);

/* Operations by number, for recall and keep. */
enum { OP_IF = 1, OP_FIX, OP_OTHERS };

#endif
