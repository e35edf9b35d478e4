/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lbgen's notes: in /run, the plan of a change that is under way, so that the next run can undo what the
 * command and its guard left when both died; in /var/lib, the plan of the last change, for --rollback, and
 * the policies that lbgen has set. All in folders that only root may enter. */
#ifndef LBGEN_JOURNAL_H
#define LBGEN_JOURNAL_H

#include <stdbool.h>

#include "lbgen/complaint.h"
#include "lbgen/plan.h"

#define JOURNAL_PATH  "/run/lbgen/journal"
#define STATE_FOLDER  "/var/lib/lbgen"
#define LAST_PATH     STATE_FOLDER "/last"
#define POLICIES_PATH STATE_FOLDER "/policies"

enum journal_found { JOURNAL_NONE, JOURNAL_FOUND, JOURNAL_UNREADABLE, JOURNAL_ELSEWHERE };

/* Writes the journal; the caller holds lbgen's own lock. The plan's rules are to be lines, which can be read
 * after all that a process remembers is gone. */
bool journal_write(const struct plan *plan, struct complaint *why);

/* Reads what a dead run has left; the caller holds lbgen's own lock. JOURNAL_ELSEWHERE: it belongs to another
 * network namespace, and that it is dead can't be known. */
enum journal_found journal_read(struct plan *out, struct complaint *why);

void journal_remove(void);

/* The text of a state file; "" when there is none. False, with the reason, when it can't be read. The caller
 * frees *text. */
bool state_read(const char *path, struct buf *text, struct complaint *why);

#endif
