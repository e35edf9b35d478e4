/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chains of [rules] that jump in a circle, which the kernel refuses. */
#ifndef LBGEN_CHAIN_LOOP_H
#define LBGEN_CHAIN_LOOP_H

#include "lbgen/buf.h"
#include "lbgen/compile.h"

/* A rule of the table whose jump closes a circle, the last one in the input of those that make it up; the
 * chains on the circle are printed to `chains`. NULL when there is none. Linear in the number of rules. */
const struct formed_rule *chain_loop_find(const struct formed_rules *host, enum table table,
                                          struct buf *chains);

#endif
