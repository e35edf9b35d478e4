/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which policies lbgen has set, what they were before, and what it made of them: who takes lbgen's part out
 * has to know. Kept in /var/lib/lbgen/policies, a line each: `4 filter INPUT ACCEPT DROP`. A line without the
 * last word is of one that became another than before. */
#ifndef LBGEN_POLICY_NOTES_H
#define LBGEN_POLICY_NOTES_H

#include "lbgen/buf.h"
#include "lbgen/complaint.h"
#include "lbgen/family.h"
#include "lbgen/table.h"

/* Zero: nothing was set. */
struct policy_notes {
    struct policy_note {
        bool set;
        bool dropped_before;
        bool drops; /* since lbgen set it; where both are the same, there is nothing to give back */
    } of[FAMILIES][TABLES][HOOKS];
};

/* False, with the reason, when the file can't be read or understood. No file: nothing was set. */
bool policy_notes_read(struct policy_notes *notes, struct complaint *why);

bool policy_notes_parse(struct policy_notes *notes, const char *text, size_t len);

/* The file's text. */
void policy_notes_print(const struct policy_notes *notes, struct buf *out);

#endif
