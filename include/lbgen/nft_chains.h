/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other firewalls' chains on input, as nf_tables has them: an accept of iptables does not help against a drop
 * of theirs. */
#ifndef LBGEN_NFT_CHAINS_H
#define LBGEN_NFT_CHAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/arena.h"
#include "lbgen/complaint.h"

struct nft_chain {
    const char *family; /* "ip", "ip6", "inet" */
    const char *table, *name;
    int32_t priority;
    bool policy_drop;
    bool can_drop;    /* by its policy, or by a rule that a walk from it may reach */
    bool of_iptables; /* iptables-nft's own */
};

/* Zero-initialise; nft_chains_free when done. */
struct nft_chains {
    struct nft_chain *at; /* vec.h */
    size_t n, cap;
    struct arena mem;
};

/* Reads the base chains on hook input of this network namespace, and, of each that is wanted, whether it can
 * drop. iptables-nft's own are left out unless `with_iptables`. False, with the reason, where it can't be
 * known: no privilege, or no nf_tables in this kernel. */
bool nft_chains_read(struct nft_chains *chains, bool with_iptables, struct complaint *why);

void nft_chains_free(struct nft_chains *chains);

#endif
