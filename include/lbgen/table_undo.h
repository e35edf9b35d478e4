/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way back from a change of lbgen's table of nftables: a transaction, and what tells whether it is due.
 */
#ifndef LBGEN_TABLE_UNDO_H
#define LBGEN_TABLE_UNDO_H

#include "lbgen/own_table.h"

/* What a table is known by. */
struct table_state {
    bool exists;
    char marker[MARKER_MAX];
};

/* Zero: nothing to undo. table_undo_free when done. */
struct table_undo {
    bool there;
    struct table_state before, after;
    struct buf script;
};

struct table_state table_state_of(const struct own_table *table);
bool table_state_equal(const struct table_state *a, const struct table_state *b);

/* Writes it down; nothing where there is nothing to undo. Reading moves *at behind it, and is true as well
 * where there is none; false where it is damaged. */
void table_undo_print(const struct table_undo *undo, struct buf *out);
bool table_undo_read(struct table_undo *out, const char *text, size_t len, size_t *at);

/* Undoes the change if it is live. Where the table is neither what it was before nor what it was after,
 * somebody else has put another in its place, which stays. False, with the reason, when it is due and could
 * not be done. */
bool table_undo_run(const struct table_undo *undo, struct complaint *why);

void table_undo_free(struct table_undo *undo);

#endif
