/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The smallest edit that makes lbgen's part of a table what it should be, and leaves all else alone. */
#ifndef LBGEN_DELTA_H
#define LBGEN_DELTA_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/complaint.h"
#include "lbgen/image.h"

/* In the chain as it is: rules [at, at + n_gone) go, and `added` come in their place, in this order. Rules
 * that stay are named by no hunk. */
struct hunk {
    size_t at, n_gone;
    const struct image_rule *const *added; /* of what is wanted; a rule that only moves or is adopted has the
                                              counters of the one that went */
    size_t n_added;
    const uint64_t (*counters)[2]; /* packets and bytes that each added rule starts with; NULL: all zero */
};

struct chain_edit {
    const char *chain;
    const struct image_chain *live; /* NULL: the chain has to be made first */
    bool builtin;
    bool gone;                               /* the chain goes with all that is in it; no hunks */
    enum image_policy policy_before, policy; /* equal: it stays */
    struct hunk *at;                         /* ascending, disjoint, never adjacent */
    size_t n;
};

/* A foreign rule that equals a wanted one but for its tag. */
struct edit_double {
    const char *chain;
    const struct image_rule *rule;
};

/* The edit of one table. Nothing to do: n == 0. */
struct edit {
    enum table table;
    struct chain_edit *at; /* vec.h */
    size_t n, cap;
    size_t n_added, n_gone; /* rules, in all; those of chains that go included */
    struct {
        struct edit_double *at;
        size_t n, cap;
    } doubles;        /* none when they are adopted */
    struct arena mem; /* of hunks; rules point into the two images, which must stay */
};

/* Finds the edit from `live` to `wanted` (one table of two images of the same form) into *out (edit_free when
 * done, in any case). Where rules go is merge.h's: at the chain's first own rule; for the first time at the
 * head in filter, at the end in other tables; from the first `final` rule on they are a block of their own at
 * the chain's end. A block that foreign rules have split is put together at its first rule. Own chains that
 * are not wanted any more go; a foreign rule that leads to one is an error (false, *why). adopt: foreign
 * rules that equal a wanted one but for its tag are taken over, with their counters. n log n in the number of
 * rules; minimal where no rule stands there twice. */
bool delta_find(const struct image_table *live, const struct image_table *wanted, enum table table,
                bool adopt, struct edit *out, struct complaint *why);

static inline bool edit_is_empty(const struct edit *edit)
{
    return edit->n == 0;
}

void edit_free(struct edit *edit);

#endif
