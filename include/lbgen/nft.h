/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table `inet lbgen` as nft reads it. */
#ifndef LBGEN_NFT_H
#define LBGEN_NFT_H

#include "lbgen/format.h"
#include "lbgen/nft_hooks.h"
#include "lbgen/nft_model.h"

/* The table's definition, `table inet lbgen { ... }`. marker: the name of an empty chain at its end, or NULL.
 * elements: with those of its maps. */
void nft_write_table(const struct nft_model *model, const struct nft_hooks *hooks, const char *marker,
                     bool elements, struct buf *out);

/* What stands in front of it, so that the file can be loaded again and again; `hooks`: what is to be said of
 * them, or NULL. */
void nft_write_head(const struct nft_hooks *hooks, struct buf *out);

/* Whether [rules] is not part of the text, neither its rules nor its policies. */
bool nft_leaves_out_rules(const struct format_job *job);

/* Findings about what a table of nftables can't say. */
void nft_check(const struct format_job *job, struct diag *diag);

extern const struct format nft_format;

#endif
