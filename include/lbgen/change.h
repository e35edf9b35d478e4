/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One change of the kernel's tables, from reading them to reading them back, with all that undoes it made
 * before the first write. What the change is, is the caller's: a function finds the edit of each table. */
#ifndef LBGEN_CHANGE_H
#define LBGEN_CHANGE_H

#include "lbgen/guard.h"
#include "lbgen/plan.h"

/* Finds what is to be done to a table as it is now (edit_free follows in any case). */
typedef bool (*find_edit_fn)(void *ctx, enum family family, enum table table, const struct image_table *now,
                             struct edit *out, struct complaint *why);

/* Turns the rules that would come back into lines, for the journal: a copy of the undo, or false. Not asked
 * for where payloads are lines. */
typedef bool (*undo_lines_fn)(void *ctx, const struct undo *undo, struct undo *out, struct complaint *why);

/* The undo is made, with rules as lines: whoever keeps it for later does so now. Once for each snapshot. */
typedef bool (*planned_fn)(void *ctx, const struct undo *lines, struct complaint *why);

/* Zero-initialise and set the first part; change_free when done. */
struct change {
    const struct live_backend *backend;
    find_edit_fn find;
    undo_lines_fn lines;
    planned_fn planned; /* may be NULL */
    void *ctx;
    void (*step)(void *ctx, const char *name); /* a step begins; may be NULL */

    struct live *live;
    struct image now[FAMILIES];
    struct edit edits[FAMILIES][TABLES];
    bool is_live;       /* something is in the kernel, or may be */
    size_t added, gone; /* rules that come and go, once it is applied */
    struct plan plan;   /* its files are the caller's to prepare */
};

/* Opens the backend and finds the edits. Nothing is locked or changed. */
bool change_find(struct change *c, struct complaint *why);

/* No rule, no chain and no policy changes. */
bool change_is_empty(const struct change *c);

enum change_result {
    CHANGE_LIVE,       /* the rules are live and were read back */
    CHANGE_BUSY,       /* a lock, or somebody who changes the tables again and again; nothing was done */
    CHANGE_REFUSED,    /* nothing was done */
    CHANGE_UNDONE,     /* something was live, and is undone */
    CHANGE_UNDO_FAILED /* *why: says what failed first */
};

/* Arms the guard, takes the xtables lock and commits. Where the tables have changed since they were read,
 * begins anew, three times at most. When it comes back with CHANGE_LIVE the guard is armed and the journal
 * written: the caller goes on to the files. Otherwise the guard is dismissed, the journal removed (it stays
 * when the undo has failed), and the files are the caller's to abandon. */
enum change_result change_apply(struct change *c, struct guard *guard, int own_lock, unsigned lock_ms,
                                struct complaint *why);

void change_free(struct change *c);

#endif
