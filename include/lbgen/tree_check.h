/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The judge of every dispatch tree that is printed. It does not know how trees are built. */
#ifndef LBGEN_TREE_CHECK_H
#define LBGEN_TREE_CHECK_H

#include "lbgen/dispatch.h"

/* Whether the tree does to every packet what its items do in file order, one behind the other; with the
 * reason in *why when that is not so, or could not be shown in a bounded time. Linear in the tree's size, but
 * for rules of VIPs that are nested in each other and stand in another order than in the file: those are held
 * against each other one by one, a bounded number of times. */
bool tree_check(const struct tree *tree, struct complaint *why);

#endif
