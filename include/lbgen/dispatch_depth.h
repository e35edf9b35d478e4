/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trees that are too deep. dispatch.c's alone. */
#ifndef LBGEN_DISPATCH_DEPTH_H
#define LBGEN_DISPATCH_DEPTH_H

#include "lbgen/dispatch.h"

/* nf_tables follows no more than 15 chains from one to the next (NFT_JUMP_STACK_SIZE of
 * net/netfilter/nf_tables.h; goto counts like jump), and a rule may lead to one more, a service's with
 * exclude-mac. */
enum { TREE_DEPTH_MAX = 14 };

/* Makes a tree of more levels one of TREE_DEPTH_MAX: nodes on long ways take over the steps of nodes below
 * them, evenly along the way. Where VIPs inside each other make the levels, the last one becomes flat. A tree
 * that is not too deep stays as it is. It has a root. */
void tree_shorten(struct tree *tree);

/* Makes the last steps of the tree, from number `first` on, which are all rules, stand in the file's order.
 */
void tree_sort_by_file(struct tree *tree, size_t first);

#endif
