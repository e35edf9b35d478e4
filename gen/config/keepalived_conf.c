/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/keepalived_part.h"

enum { NFT_FIRST_MARK = 1000 /* check_nftables.h: DEFAULT_IPVS_NF_START_FWMARK */ };

static void take_global(struct ka_maker *maker, const struct ka_line *line)
{
    struct keepalived *k = maker->k;
    const struct ka_word *word = ka_line_word(line, 1);

    if (ka_line_is(line, "vrrp_version")) {
        if (!ka_take_number(maker, line, 1, &maker->version))
            maker->version = 0;
    } else if (ka_line_is(line, "vrrp_mcast_group4") || ka_line_is(line, "vrrp_mcast_group6")) {
        maker->other_group = true;
    } else if (ka_line_is(line, "nftables_ipvs")) {
        /* A start that was given before this is forgotten. */
        maker->nft = true;
        k->nft_first = NFT_FIRST_MARK;
        k->nft_place = ka_place_of(line, NULL);
    } else if (ka_line_is(line, "nftables_ipvs_start_fwmark")) {
        maker->nft &= ka_take_number(maker, line, 1, &k->nft_first);
        k->nft_place = ka_place_of(line, NULL);
    } else if (ka_line_is(line, "lvs_sync_daemon") && word && !word->unknown) {
        k->sync_interface = word->text;
    }
}

static void take_globals(struct ka_maker *maker, const struct ka_line *block)
{
    for (const struct ka_line *l = block->first; l; l = l->next)
        take_global(maker, l);
}

static void take_block(struct ka_maker *maker, const struct ka_line *line)
{
    if (ka_line_is(line, "virtual_server"))
        ka_take_virtual(maker, line);
    else if (ka_line_is(line, "virtual_server_group"))
        ka_take_group(maker, line);
    else if (ka_line_is(line, "vrrp_instance"))
        ka_take_instance(maker, line);
    else if (line->words[0].unknown)
        maker->k->marks_open = maker->k->addresses_open = maker->groups_open = true;
}

void keepalived_make(const struct ka_tree *tree, srcpos start, struct keepalived *k, struct diag *diag)
{
    struct ka_maker maker = {.k = k, .diag = diag, .version = 2};

    k->start = (struct ka_place){start, 1};
    if (tree->root.first)
        k->start = ka_place_of(tree->root.first, NULL);
    k->marks_open = k->addresses_open = maker.groups_open = tree->incomplete;
    /* Keepalived reads them before everything else. */
    for (const struct ka_line *l = tree->root.first; l; l = l->next)
        if (ka_line_is(l, "global_defs"))
            take_globals(&maker, l);
    for (const struct ka_line *l = tree->root.first; l; l = l->next)
        take_block(&maker, l);
    ka_join_groups(&maker);
    name_index_free(&maker.group_names);
    key_table_free(&maker.handed_out);
}

void keepalived_free(struct keepalived *k)
{
    arena_free(&k->mem);
    *k = (struct keepalived){0};
}
