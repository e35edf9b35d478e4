/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keepalived.conf as Keepalived reads it: files and what they include, conditions, parameters, repetitions;
 * what is left are blocks of lines (keepalived_tree.h). */
#ifndef LBGEN_KEEPALIVED_READER_H
#define LBGEN_KEEPALIVED_READER_H

#include "lbgen/keepalived_files.h"
#include "lbgen/keepalived_tree.h"

enum { KA_IDS_MAX = 32 };

/* The configuration ids that conditions (`@ID`, `@^ID`) ask for, in the order in which they were met.
 * Zero-initialise; ka_ids_free when done. */
struct ka_ids {
    char *at[KA_IDS_MAX];
    size_t n;
};

/* Reads `source` (ka_files_read) and what it includes into *tree (zero-initialised) as a Keepalived does
 * whose id is `id`; NULL: one that no condition asks for. Ids of conditions are added to *ids. What is wrong
 * with the files goes to diag; false when nothing more can be said of them. */
bool ka_read(struct ka_files *files, int source, const char *id, struct ka_ids *ids, struct ka_tree *tree,
             struct diag *diag);

void ka_ids_free(struct ka_ids *ids);

#endif
