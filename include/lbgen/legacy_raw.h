/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A legacy table as the kernel hands it out, in one piece, to see whether it is still what it was. */
#ifndef LBGEN_LEGACY_RAW_H
#define LBGEN_LEGACY_RAW_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/complaint.h"
#include "lbgen/legacy_tc.h"
#include "lbgen/table.h"

/* Zero-initialise; legacy_raw_free when done. What no entry fills is 0. */
struct legacy_raw {
    void *block;         /* what is allocated */
    const char *entries; /* `size` bytes */
    size_t size;
    unsigned valid_hooks; /* a bit for each built-in chain that the table has (enum hook) */
    unsigned hook_entry[HOOKS], underflow[HOOKS]; /* offsets of its first entry and of its policy */
};

/* Reads the table, which must exist (else the kernel makes it). */
bool legacy_raw_read(const struct legacy_tc *tc, const char *table, struct legacy_raw *out,
                     struct complaint *why);

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
