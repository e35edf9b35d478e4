/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that is needed to undo a change: the inverse of its edit, and the files that it replaces. It is made
 * before the change, given to the guard, and written to the journal for the next run in case both die. */
#ifndef LBGEN_PLAN_H
#define LBGEN_PLAN_H

#include "lbgen/buf.h"
#include "lbgen/live.h"
#include "lbgen/persist.h"
#include "lbgen/table_undo.h"
#include "lbgen/undo.h"

enum { PLAN_FILES_MAX = 8 };

/* Zero-initialise; plan_free when done. */
struct plan {
    const struct live_backend *backend;
    struct undo undo;
    struct table_undo table;                   /* of backend nftables, which has no undo of edits */
    struct persist_file files[PLAN_FILES_MAX]; /* in the order in which they are put into place */
    size_t n_files;
};

void plan_print(const struct plan *plan, struct buf *out);

/* Reads what plan_print wrote. False where it is no such text; *out is empty then. The payloads of rules are
 * as they were printed: lines where the text says so, whatever the backend takes. */
bool plan_read(struct plan *out, const char *text, size_t len);

/* One more backend that plan_read finds by its name; for tests, which bring one of their own. */
void plan_add_backend(const struct live_backend *backend);

enum plan_result {
    PLAN_DONE,
    PLAN_FAILED /* *why says what is left to do */
};

/* Undoes the change of the kernel's rules as far as it was made, whatever others did meanwhile, under the
 * xtables lock; where that is not to be had within lock_ms, without it, and *unlocked says so. Payloads must
 * be in the backend's form. Nothing to undo is PLAN_DONE. */
enum plan_result plan_undo_rules(const struct plan *plan, unsigned lock_ms, bool *unlocked,
                                 struct complaint *why);

/* Brings the files back to what they were. All are tried, the first reason is kept. */
enum plan_result plan_undo_files(struct plan *plan, struct complaint *why);

/* Puts the files into place. On failure the boot files (keep_old) that were go back, and lbgen's own notes
 * are in place as far as that can be done: the rules are live. */
enum plan_result plan_finish_files(struct plan *plan, struct complaint *why);

/* Behind it, when nobody can undo any more: drops what would be needed for that. */
void plan_settle_files(struct plan *plan);

void plan_free(struct plan *plan);

#endif
