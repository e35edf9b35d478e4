/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mark rules as a table of nftables: maps of disjoint elements, and the chains that some of them lead to.
 * What a map can say, a whole mark for all packets to a destination and port, stands in it; a mark with a
 * mask, and services that ask for interfaces, sources or MAC addresses, are chains that a verdict map goes
 * to. Where the input's own policy drops on input, what `accept = yes` lets in stands in sets of such keys.
 */
#ifndef LBGEN_NFT_MODEL_H
#define LBGEN_NFT_MODEL_H

#include "lbgen/claim_cells.h"
#include "lbgen/name_index.h"

#define NFT_TABLE "lbgen" /* of family inet */

/* What an element leads to. */
enum nft_value { NFT_MARK, NFT_CHAIN, NFT_ACCEPT, NFT_VALUES };

/* In the place of a cell's protocol, beside enum proto: the family's ICMP. */
enum { CELL_ICMP = PROTOS };

struct nft_element {
    const struct claim_cell *cell;
    uint32_t mark;     /* NFT_MARK */
    const char *chain; /* NFT_CHAIN */
};

struct nft_map {
    struct nft_element *at;
    size_t n, cap;
};

/* What happens one after the other: a mark is set, or a service's chain is asked. */
struct nft_step {
    struct mark mark;
    const struct service *asked; /* NULL: the mark is set */
};

struct nft_own_chain {
    const char *name;
    const struct service *service; /* its conditions and its mark; NULL: the steps */
    const struct nft_step *steps;
    uint32_t n_steps;
};

struct nft_model {
    const struct config *config;
    bool wants[FAMILIES];
    struct claim_cells cells[FAMILIES];
    struct {
        struct service
            *at; /* copies: services whose traffic is accepted, whatever interface and source it has */
        struct claim_cells cells, icmp;
    } accepts[FAMILIES];
    struct nft_map maps[FAMILIES][CELL_LAYERS][NFT_VALUES]; /* empty ones are left out of the table */
    struct {
        struct nft_own_chain *at;
        size_t n, cap;
        struct name_index names;
    } chains; /* by name */
    struct arena mem;
};

/* nft_model_free when done; the configuration must last as long. */
void nft_model_make(struct nft_model *model, const struct config *config, const bool wants[FAMILIES]);
void nft_model_free(struct nft_model *model);

/* Whether what the service accepts on input can stand in a set. */
bool nft_accept_is_plain(const struct service *s);

/* "exact4", "range6-any-port-chain", "accept-exact4": its name is a map's place. */
void nft_map_name(struct buf *out, enum family family, enum cell_layer layer, enum nft_value value);

#endif
