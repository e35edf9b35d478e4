/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The base chains beside prerouting: masquerading, and the filter's hooks where the input has them drop. */
#ifndef LBGEN_NFT_HOOKS_H
#define LBGEN_NFT_HOOKS_H

#include "lbgen/format.h"

struct nft_hooks {
    struct buf filter[HOOKS]; /* rules, a line each */
    struct buf nat;
    unsigned drops[HOOKS]; /* FAMILY_BIT_*: the filter's policy in these families */
    unsigned families;     /* which are there at all */
    bool rules_left_out;   /* and with them the policies */
    bool accepts_nothing;  /* something was to be accepted where no policy of lbgen's drops */
};

/* nft_hooks_free when done. */
void nft_hooks_make(struct nft_hooks *hooks, const struct format_job *job);
void nft_hooks_free(struct nft_hooks *hooks);

/* The chains' definitions. accepts: the first rules on input; any: nft_begin_block's. */
void nft_hooks_write(const struct nft_hooks *hooks, const struct buf *accepts, struct buf *out, bool *any);

/* A comment on what is left out because a table of its own can't do it. */
void nft_hooks_explain(const struct nft_hooks *hooks, struct buf *out);

#endif
