/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that keepalived_conf is made of, and what they share. */
#ifndef LBGEN_KEEPALIVED_PART_H
#define LBGEN_KEEPALIVED_PART_H

#include "lbgen/keepalived_conf.h"
#include "lbgen/key_table.h"
#include "lbgen/name_index.h"

/* A mark of a virtual_server_group; families 0: its virtual server's. */
struct ka_group_mark {
    uint32_t mark;
    unsigned families;
    struct ka_place place;
};

struct ka_group {
    const char *name; /* NULL: open */
    struct ka_place place;
    const struct ka_group_mark *marks;
    uint32_t n_marks, cap_marks;
    bool has_addresses, open;
};

struct ka_maker {
    struct keepalived *k;
    struct diag *diag;
    const struct ka_group *groups;
    const struct ka_virtual *const *servers; /* those that have a group */
    uint32_t n_groups, cap_groups, n_servers, cap_servers;
    struct name_index group_names; /* the first group of each name */
    struct key_table handed_out;   /* group and protocol of marks that nftables_ipvs makes */
    uint32_t version;              /* vrrp_version; 0: open */
    bool groups_open;              /* there may be more of them */
    bool nft;                      /* nftables_ipvs is on */
    bool other_group;              /* adverts go to another group than VRRP's own */
    unsigned notes;
};

/* virtual_server, virtual_server_group: to maker->k->marks, and to the lists above. */
void ka_take_virtual(struct ka_maker *maker, const struct ka_line *line);
void ka_take_group(struct ka_maker *maker, const struct ka_line *line);
/* When all of them were taken: groups' marks to maker->k->marks, and what nftables_ipvs hands out. */
void ka_join_groups(struct ka_maker *maker);

/* vrrp_instance: to maker->k->instances and addresses. */
void ka_take_instance(struct ka_maker *maker, const struct ka_line *line);

/* The place of a word, or of the line's first one where `word` is NULL. */
struct ka_place ka_place_of(const struct ka_line *line, const struct ka_word *word);

/* Notes that what stands there is left open. Returns false. */
bool ka_leave_open(struct ka_maker *maker, const struct ka_line *line, const struct ka_word *word,
                   const char *what);

/* The line's word number i: a decimal number, an address without its length. False where it is neither, or
 * only known to Keepalived (noted). */
bool ka_take_number(struct ka_maker *maker, const struct ka_line *line, uint32_t i, uint32_t *out);
bool ka_take_address(struct ka_maker *maker, const struct ka_line *line, uint32_t i, struct prefix *out);

/* "inet" or "inet6" as FAMILY_BIT_*; both, noted, for anything else. */
unsigned ka_take_family(struct ka_maker *maker, const struct ka_line *line, uint32_t i);

#endif
