/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An existing iptables-save file with lbgen's part brought up to date, everybody else's lines byte for byte
 * and in place. */
#ifndef LBGEN_MERGE_H
#define LBGEN_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/buf.h"
#include "lbgen/save_file.h"
#include "lbgen/table.h"

/* Which chains' policies the input sets. */
struct policies_given {
    bool of[TABLES][HOOKS];
};

/* Lines of the generated text that go into the old one in one piece, before one of its lines. */
struct merge_block {
    size_t before;             /* line of the old file */
    size_t from, to;           /* lines of the generated text */
    const char *table, *chain; /* chain NULL: chains of lbgen's own, or what is in them */
};

/* Zero-initialise; merge_plan_free when done. */
struct merge_plan {
    struct merge_block *at; /* by `before` */
    size_t n, cap;
};

/* given->of[t][h], here and below: the input sets the policy of this chain, so the old file's gives way.
 *
 * Where each piece of `generated` (lbgen's own output) goes: at the first own rule of its chain, if there is
 * one; else at the head of the chain in filter and at its end elsewhere. What begins with a rule without any
 * match that ends the walk is a piece of its own, at the chain's end. */
void merge_make_plan(const struct save_file *old, const struct save_file *generated,
                     const struct policies_given *given, struct merge_plan *plan);

/* Prints the result. */
void merge_print(const struct save_file *old, const struct save_file *generated,
                 const struct merge_plan *plan, const struct policies_given *given, struct buf *out);

void merge_plan_free(struct merge_plan *plan);

#endif
