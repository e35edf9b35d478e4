/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a list of rules hangs in a dispatch tree, and its chains. */
#ifndef LBGEN_LAYOUT_H
#define LBGEN_LAYOUT_H

#include <stdbool.h>

#include "lbgen/dispatch.h"
#include "lbgen/service_rules.h"
#include "lbgen/tree_chain.h"

/* The lists that a tree can stand for. */
enum layout_list {
    LIST_MARKS,   /* mangle PREROUTING */
    LIST_ACCEPTS, /* filter INPUT, of the services with accept = yes */
    LAYOUT_LISTS
};

struct list_layout {
    bool is_tree;
    bool unproven; /* a tree was wanted, and was not found to be right: a bug, but the flat list is good */
    struct tree tree;
};

/* Decides by the input's `layout` and the number of services, builds the tree and has it proven
 * (tree_check.h). layout_free when done. */
void layout_make(struct list_layout *layout, const struct config *config, enum family family,
                 enum layout_list list);
void layout_free(struct list_layout *layout);

/* The rule of the built-in chain that leads packets to the root's region there. */
void layout_emit_jump(const struct rule_target *t, const struct list_layout *layout, const char *chain);

/* The name of a node's chain. */
struct chain_name layout_chain(const struct list_layout *layout, uint32_t node);

/* The rules of all of the tree's nodes, for chains layout_chain(node), in the order given (of as many numbers
 * as there are nodes). */
void layout_emit_nodes(const struct rule_target *t, const struct list_layout *layout, enum layout_list list,
                       const uint32_t *order);

/* Numbers of the tree's nodes in the order of their chains' names, which is the order that iptables-save
 * prints user chains in; the caller frees it. */
uint32_t *layout_nodes_by_name(const struct list_layout *layout);

#endif
