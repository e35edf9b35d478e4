/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the importer of iptables-save files.
 *
 * The rules that set marks are walked to from mangle's PREROUTING, through chains of any kind, and become
 * atoms: one rule each, with the conditions of all jumps that lead to it. Atoms of one name and mark are
 * gathered where the order allows it, and joined to products of lists, which are services. */
#ifndef LBGEN_IMPORT_RULES_H
#define LBGEN_IMPORT_RULES_H

#include "lbgen/draft.h"
#include "lbgen/key_table.h"
#include "lbgen/proto.h"
#include "lbgen/rule_set.h"
#include "lbgen/save_file.h"

/* What a rule claims, each axis a list with a number (axis_list). */
enum axis { AXIS_PORTS, AXIS_INTERFACES, AXIS_SOURCES, AXIS_VIPS, AXIS_PROTOCOLS, AXES };

struct product {
    uint32_t axis[AXES];
};

/* Numbers for lists: of port_range, interface, prefix, prefix, uint8_t (enum proto). An empty list is 0, and
 * stands for everything. */
struct axis_lists {
    struct key_table of[AXES];
};

void axis_lists_init(struct axis_lists *lists);
void axis_lists_free(struct axis_lists *lists);
uint32_t axis_enter(struct axis_lists *lists, enum axis axis, const void *items, size_t bytes);
/* A prefix of a list, all bytes that say nothing being 0. */
struct prefix plain_prefix(const struct prefix *p);
/* The list's items and how many they are. */
const void *axis_list(const struct axis_lists *lists, enum axis axis, uint32_t number, size_t *n);

/* Joins products whose union is one, as far as lists of one axis after the other allow it; *n goes down. The
 * order of the first ones stays, also inside of lists. */
void products_join(struct axis_lists *lists, struct product *products, size_t *n);

struct mark_atom {
    struct product claim; /* one item in each axis but ports */
    struct mark mark;
    const char *name; /* its tag, or its comment; "" */
    uint32_t macs;    /* number in rules_import.macs; of an empty list: none */
    bool any_protocol;
    srcpos at;
};

/* What becomes of a rule. */
enum fate { FATE_LEFT, FATE_CARRIED, FATE_TOLD };

/* Services of one tag, in order. */
struct tagged {
    struct draft_service *service;
    uint32_t next;  /* number + 1; 0: none */
    uint32_t count; /* of the first one: how many there are */
    uint32_t protocols;
};

struct rules_import {
    struct draft *draft;
    const struct source *source;
    enum family family;
    struct save_file file;
    struct rule_set set;
    uint8_t *fate[TABLES];     /* enum fate by fate_base + the rule's number in its chain */
    size_t *fate_base[TABLES]; /* by chain */
    struct axis_lists lists;
    struct key_table macs; /* lists of struct mac */
    bool nameless;         /* marks in lbgen's own chains without a word of whose they are */
    struct {
        struct mark_atom *at;
        size_t n, cap;
    } atoms;
    struct key_table tags; /* names of atoms */
    struct {
        struct tagged *at;
        size_t n, cap;
    } tagged;
    struct {
        uint32_t *at; /* by tag: the first and the last one of tagged, + 1 */
        size_t n, cap;
    } first, last;
};

/* mangle's PREROUTING: to atoms. */
void import_rules_walk(struct rules_import *import);

/* Atoms to services of the draft, and to tags. */
void import_rules_group(struct rules_import *import);

/* Which atoms must stay in their order: those that claim the same packet and give it different marks. */
struct atom_order {
    struct {
        struct {
            uint32_t earlier, next; /* next: of the same later atom, number + 1; 0: none */
        } * at;
        size_t n, cap;
    } pairs;
    uint32_t *first; /* by later atom: number + 1 in pairs; 0: none */
    /* Where very many stand in one place they are not looked at one by one: all of a crowd keep their order.
     * By atom: the crowd's number + 1; 0: none. */
    uint32_t *crowd;
    uint32_t n_crowds;
};

void atom_order_make(const struct rules_import *import, struct atom_order *order);
void atom_order_free(struct atom_order *order);

/* filter and nat: VRRP, and what belongs to the services of tags. */
void import_rules_vrrp(struct rules_import *import);
void import_rules_accepts(struct rules_import *import);
void import_rules_masquerade(struct rules_import *import);

/* The services of a tag: number + 1 in tagged; 0: none. */
uint32_t import_rules_tagged(const struct rules_import *import, const char *tag);

void import_rules_carry(struct rules_import *import, enum table table, uint32_t chain, size_t rule);

/* Whether all that the rule asks for can be an axis of a product, and no more; NULL, or what can't. Only
 * `side` may be asked of ports. */
const char *import_rules_hitch(const struct set_rule *rule, bool source_ports);

/* Whether these are all ports there are, 0 too. */
bool import_rules_any_port(const struct seen_ports *ports);

#endif
