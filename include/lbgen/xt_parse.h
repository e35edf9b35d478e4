/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iptables' own walk over a rule's arguments, which libxtables does not export. */
#ifndef LBGEN_XT_PARSE_H
#define LBGEN_XT_PARSE_H

#include <stdbool.h>

#include "lbgen/xt_walk.h"

/* Reads walk->rule, whose words are split already, inside xt_guard. Whatever comes of it, xt_walk_end has to
 * follow. */
bool xt_parse(struct xt_walk *walk, struct complaint *why);

#endif
