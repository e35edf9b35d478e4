/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of the dispatch tree's chains, in xtables' 28 bytes. No two prefixes of a family share one.
 *
 *     lbgen-root                      the tree's root, whatever it stands for
 *     lbgen-192.0.2.0/24              an IPv4 prefix
 *     lbgen-IAENuIAAAAAAAAAAAAAAAA    an IPv6 one, 2001:db8::/32: its bits, a closing 1, and 0s up to 132
 *                                     bits, in base64url (RFC 4648, section 5) */
#ifndef LBGEN_TREE_CHAIN_H
#define LBGEN_TREE_CHAIN_H

#include "lbgen/own_chain.h"
#include "lbgen/prefix.h"

#define TREE_PREFIX "lbgen-" /* of the names of all of them, and of no other own chain */
#define TREE_ROOT   TREE_PREFIX "root"

/* Of a prefix that is not the root's. Never of length 0, which only the root can have. */
struct chain_name tree_chain(const struct prefix *p);

#endif
