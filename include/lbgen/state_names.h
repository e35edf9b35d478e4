/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the things that matches and targets keep from packet to packet a rule has to do with: "set bad",
 * "recent ssh", "hashlimit web", "rateest r", "nfacct n", "helper ftp". */
#ifndef LBGEN_STATE_NAMES_H
#define LBGEN_STATE_NAMES_H

#include "lbgen/rule_set.h"

typedef void state_taker(void *ctx, const char *name, size_t len, bool changes);

/* Those that matches of these words look at or change. */
void state_names_in_matches(const char *words, state_taker *take, void *ctx);

/* Of a target that changes such a thing what stands behind -j, in the rule's text; NULL for others. */
const char *state_target(const struct set_rule *rule, size_t *len);
void state_names_in_target(const char *words, size_t len, state_taker *take, void *ctx);

#endif
