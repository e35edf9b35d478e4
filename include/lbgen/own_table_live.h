/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lbgen's table as the kernel has it.
 *
 * Reading the elements of a map takes the kernel a time that grows with the square of their number (its dump
 * begins each piece with a walk over all before). So the last commit's table is kept in /run, with the number
 * of the kernel's generation of nftables' rules: as long as that is the present one, nobody has changed any
 * table since, and nothing needs to be read. */
#ifndef LBGEN_OWN_TABLE_LIVE_H
#define LBGEN_OWN_TABLE_LIVE_H

#include "lbgen/own_table.h"

#define OWN_TABLE_PATH "/run/lbgen/nftables"

/* Reads it. generation: of what was read; remembered: out of /run. False, with the reason, when it can't be
 * read. */
bool own_table_read(struct own_table *out, uint32_t *generation, bool *remembered, struct complaint *why);

/* The same, never out of /run. */
bool own_table_read_kernel(struct own_table *out, uint32_t *generation, struct complaint *why);

/* The live table's marker, "" without one, and whether there is a table at all. */
bool own_table_read_marker(char marker[MARKER_MAX], bool *exists, struct complaint *why);

/* Keeps it for the next run; where that fails, the next run reads the kernel. */
void own_table_remember(const struct own_table *table, uint32_t generation);

/* Loads the shape and the first element of each map in a network namespace of their own; shape: how nft
 * prints it. *available: whether there was such a namespace. False, with the reason, when it is not, or the
 * kernel refuses. */
bool own_table_try(const struct own_table *table, struct buf *shape, bool *available, struct complaint *why);

#endif
