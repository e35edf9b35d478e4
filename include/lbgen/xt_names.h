/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be the name of a chain, of a target and of an interface: what iptables takes and an iptables-save
 * file can carry. Quotes are refused everywhere: iptables-save prints these names bare. */
#ifndef LBGEN_XT_NAMES_H
#define LBGEN_XT_NAMES_H

#include <stdbool.h>

#include "lbgen/xt_words.h"

/* One of the five hooks, by its bit (XT_PREROUTING and so on); 0: the name is no built-in chain's. */
enum {
    XT_PREROUTING = 1 << 0,
    XT_INPUT = 1 << 1,
    XT_FORWARD = 1 << 2,
    XT_OUTPUT = 1 << 3,
    XT_POSTROUTING = 1 << 4
};
unsigned xt_hook(const char *chain);

/* A chain that -A names: 1 to 28 bytes, no blank or quote, not beginning with - or !. */
bool xt_chain_name(const char *name, struct xt_span span, struct complaint *why);

/* The chain or target of -j or -g; a built-in chain can be neither, and nat has no DROP. */
bool xt_jump_name(const char *table, const char *name, struct xt_span span, struct complaint *why);

/* 1 to 15 bytes, no blank or quote. */
bool xt_interface_name(const char *name, struct xt_span span, struct complaint *why);

/* It can stand in a line of iptables-save as it is: no blanks, quotes or control bytes. */
bool xt_is_bare(const char *name);

#endif
