/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of one table of an image, read as far as they can be understood, for walks through them. */
#ifndef LBGEN_SEEN_TABLE_H
#define LBGEN_SEEN_TABLE_H

#include "lbgen/delta.h"
#include "lbgen/family.h"
#include "lbgen/walk.h"

struct seen_line {
    struct seen_rule rule;
    const char *text; /* as iptables-save prints it */
    size_t number;    /* in its chain, from 1 */
};

/* Zero-initialise; seen_table_free when done. */
struct seen_table {
    struct {
        struct seen_line *at; /* chain by chain */
        size_t n, cap;
    } lines;
    struct walk_table walk;
    struct arena mem;
};

enum seen_which {
    SEEN_FOREIGN, /* rules that are not lbgen's, as they are now */
    SEEN_NOW,     /* all that can end a walk, as they are now */
    SEEN_AFTER    /* the same, as the edit leaves them */
};

/* Rules that only set a mark are left out where lbgen's own are among them: there may be a hundred thousand
 * of them. edit: for SEEN_AFTER. */
bool seen_table_make(struct seen_table *seen, enum family family, enum payload_form form,
                     const struct image_table *table, const struct edit *edit, enum seen_which which,
                     struct complaint *why);

void seen_table_free(struct seen_table *seen);

#endif
