/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule as iptables-save prints it, without counters. */
#ifndef LBGEN_XT_PRINT_H
#define LBGEN_XT_PRINT_H

#include "lbgen/buf.h"
#include "lbgen/xt_walk.h"

/* Puts the rule into `out`, emptied first, closed with a NUL that does not count; *head_len is the length of
 * what stands before the matches. To be called inside xt_guard, after xt_walk_end: extensions are looked up
 * anew, as iptables-save does. */
void xt_print(const struct xt_walk *walk, struct buf *out, size_t *head_len);

#endif
