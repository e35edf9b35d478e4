/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which policies lbgen has set, what they were before, and what it made of them: who takes lbgen's part out
 * has to know. A policy lives in three places, and each has its own history: the kernel's tables, legacy's
 * and nft's, and the boot file. After a boot the kernel has what the boot file gave it, so what was noted of
 * the kernel counts only as long as its network namespace is there.
 *
 * Kept in /var/lib/lbgen/policies, a line each: `namespace BOOT INODE`, which the notes of the kernel are of;
 * `loaded-by nft`, where that variant's programs load the boot file; `file 4 filter INPUT ACCEPT DROP` (or
 * `legacy`, `nft`): before, since. */
#ifndef LBGEN_POLICY_NOTES_H
#define LBGEN_POLICY_NOTES_H

#include "lbgen/buf.h"
#include "lbgen/complaint.h"
#include "lbgen/family.h"
#include "lbgen/table.h"

enum policy_place { POLICY_IN_LEGACY, POLICY_IN_NFT, POLICY_IN_FILE, POLICY_PLACES };

/* Zero: nothing was set. */
struct policy_notes {
    bool loaded_by_nft;
    struct policy_note {
        bool set;
        bool dropped_before;
        bool drops; /* since lbgen set it; where both are the same, there is nothing to give back */
    } of[POLICY_PLACES][FAMILIES][TABLES][HOOKS];
};

/* What tells one namespace of one boot from all others. */
struct policy_namespace {
    char name[64];
};

struct policy_namespace policy_namespace_now(void);

/* False, with the reason, when the file can't be read or understood. No file: nothing was set. */
bool policy_notes_read(struct policy_notes *notes, struct complaint *why);

/* Of a namespace that is not `now`, what is noted of the kernel is what its boot file gave it. */
bool policy_notes_parse(struct policy_notes *notes, const char *text, size_t len,
                        const struct policy_namespace *now);

/* The file's text; "" where nothing is set. */
void policy_notes_print(const struct policy_notes *notes, const struct policy_namespace *now,
                        struct buf *out);

#endif
