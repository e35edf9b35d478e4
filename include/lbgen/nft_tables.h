/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel's nf_tables says over netlink, without any program. */
#ifndef LBGEN_NFT_TABLES_H
#define LBGEN_NFT_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/complaint.h"
#include "lbgen/family.h"
#include "lbgen/table.h"

/* What nf_tables has of the tables raw, mangle, nat, filter, security in family ip or ip6: what iptables-nft
 * makes. False, with the reason in *why, when it can't be told. Where the kernel has no nf_tables there are
 * none. */
struct nft_table_count {
    bool present;
    size_t rules;
};

bool nft_tables_count(enum family family, struct nft_table_count count[TABLES], struct complaint *why);

/* Whether one of them can be iptables': people call their own tables filter and nat as well, but not the
 * chains in them INPUT or PREROUTING. */
bool nft_tables_of_iptables(enum family family, bool *present, struct complaint *why);

/* Whether one of these tables has a set or a map, and which: rules of xtables have none, so there are rules
 * of nft's own, and iptables-nft-save shows them wrongly without a word. */
bool nft_tables_native(enum family family, bool *native, enum table *table, struct complaint *why);

/* The number of the present generation of rules, which every change to any table of the network namespace
 * moves on. False when there is no nf_tables, or no privilege. */
bool nft_generation(uint32_t *generation, struct complaint *why);

#endif
