/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nft's own words for what lbgen knows: addresses, elements, rules. */
#ifndef LBGEN_NFT_TEXT_H
#define LBGEN_NFT_TEXT_H

#include "lbgen/nft_model.h"
#include "lbgen/rule.h"

/* An empty line in front of each block of a table but the first. *any: whether one is there; false at first.
 */
void nft_begin_block(struct buf *out, bool *any);

/* `192.0.2.10 . tcp . 80`: an element's key. */
void nft_key_print(struct buf *out, enum family family, enum cell_layer layer, const struct claim_cell *cell);

/* The key, a comment that names the services, and what it leads to, if anything: `... comment "web" : 0x50`.
 */
void nft_element_print(struct buf *out, const struct nft_model *model, enum family family,
                       enum cell_layer layer, enum nft_value value, const struct nft_element *element);

/* `meta mark set 0x50`. */
void nft_mark_print(struct buf *out, struct mark mark);

/* `iifname "eth*" `; nothing for any interface. */
void nft_interface_print(struct buf *out, const char *key, const struct interface *interface);

/* `ip saddr 198.51.100.0/24 `; nothing for any address. */
void nft_address_match_print(struct buf *out, const char *key, const struct prefix *prefix);

/* A rule of filter or nat, without the chain. */
void nft_rule_print(struct buf *out, const struct rule *rule, enum family family);

/* Ports that overlap or touch become one, ascending: a set of nft's takes no other. Returns how many are
 * left. */
uint32_t port_ranges_merge(struct port_range *at, uint32_t n);

#endif
