/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of the dispatch tree's chains, in xtables' 28 bytes. No two prefixes of a family share one.
 *
 *     lbgen-root                      everything
 *     lbgen-192.0.2.0/24              an IPv4 prefix
 *     lbgen-IAENuIAAAAAAAAAAAAAAAA    an IPv6 one, 2001:db8::/32: its bits, a closing 1, and 0s up to 132
 *                                     bits, in base64url (RFC 4648, section 5) */
#ifndef LBGEN_TREE_CHAIN_H
#define LBGEN_TREE_CHAIN_H

#include "lbgen/own_chain.h"
#include "lbgen/prefix.h"

#define TREE_ROOT "lbgen-root"

/* A prefix of length 0 is the root. */
struct chain_name tree_chain(const struct prefix *p);

#endif
