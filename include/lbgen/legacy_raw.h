/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A legacy table as the kernel hands it out, in one piece, to see whether it is still what it was. */
#ifndef LBGEN_LEGACY_RAW_H
#define LBGEN_LEGACY_RAW_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/complaint.h"
#include "lbgen/legacy_tc.h"
#include "lbgen/table.h"

/* Zero-initialise; legacy_raw_free when done. Entries with all counters 0. */
struct legacy_raw {
    char *at;
    size_t len;
    unsigned hooks; /* built-in chains */
};

/* Reads the table, which must exist (else the kernel makes it). */
bool legacy_raw_read(const struct legacy_tc *tc, const char *table, struct legacy_raw *out,
                     struct complaint *why);

bool legacy_raw_equal(const struct legacy_raw *a, const struct legacy_raw *b);

/* Which tables exist; to ask the kernel for one that does not would make it. A family without the file has
 * none.
 */
bool legacy_table_names(const struct legacy_tc *tc, bool exists[TABLES], struct complaint *why);

/* Whether any of them has rules, chains of its own, or a policy of DROP. */
bool legacy_tables_used(const struct legacy_tc *tc, bool *used, struct complaint *why);

/* Whether this process may read and change tables, of any variant: false, with a sentence. */
bool may_change_tables(struct complaint *why);

/* Whether the kernel has legacy tables: false, with a sentence. */
bool legacy_is_there(struct complaint *why);

void legacy_raw_free(struct legacy_raw *raw);

#endif
