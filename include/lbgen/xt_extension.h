/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of a rule that libxtables' extensions read: -m, -j and their options. */
#ifndef LBGEN_XT_EXTENSION_H
#define LBGEN_XT_EXTENSION_H

#include <stdbool.h>

#include "lbgen/xt_walk.h"

/* -m NAME. */
bool xt_add_match(struct xt_walk *walk, const char *name, struct complaint *why);

/* -j NAME, where NAME is an extension; when it is none it is taken for a chain. */
bool xt_add_target(struct xt_walk *walk, const char *name, struct complaint *why);

/* NAME is ACCEPT, DROP, QUEUE or RETURN. */
bool xt_is_verdict(const char *name);

/* There is a target of that name, so no chain can have it. */
bool xt_is_target(const char *name);

/* An option that getopt_long returned as `letter` and that is none of iptables' own. *again: it was not
 * known, but is now, since -p named a protocol that has a match of its own: getopt_long has to be asked
 * again. */
bool xt_extension_option(struct xt_walk *walk, int letter, bool inverted, bool *again, struct complaint *why);

/* When all options are read: what extensions need all together, and whether they may stand here. */
bool xt_finish_extensions(struct xt_walk *walk, struct complaint *why);

/* Fills walk->extensions. */
void xt_encode_extensions(struct xt_walk *walk);

#endif
