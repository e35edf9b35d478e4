/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A legacy table as the kernel hands it out, in one piece, to see whether it is still what it was. */
#ifndef LBGEN_LEGACY_RAW_H
#define LBGEN_LEGACY_RAW_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/complaint.h"
#include "lbgen/legacy_tc.h"

/* Zero-initialise; legacy_raw_free when done. Entries with all counters 0. */
struct legacy_raw {
    char *at;
    size_t len;
};

/* Reads the table, which must exist (else the kernel makes it). */
bool legacy_raw_read(const struct legacy_tc *tc, const char *table, struct legacy_raw *out,
                     struct complaint *why);

bool legacy_raw_equal(const struct legacy_raw *a, const struct legacy_raw *b);

/* Whether the kernel lets this process read and change tables, and has any such tables: false, with a
 * sentence.
 */
bool legacy_is_allowed(struct complaint *why);

void legacy_raw_free(struct legacy_raw *raw);

#endif
