/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chains that are lbgen's own. */
#ifndef LBGEN_OWN_CHAIN_H
#define LBGEN_OWN_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/config.h"
#include "lbgen/diag.h"

struct chain_name {
    char text[CHAIN_NAME_MAX + 1];
};

/* Whether a chain of this name is lbgen's, with all that is in it: lbgen-... or lbgen.... */
bool chain_is_own(const char *name, size_t len);

/* The chain of a service with exclude-mac: "lbgen." and its name; where that is too long, or begins like the
 * chains of [rules], the name's head, a dash and nine characters of its hash. */
struct chain_name exclusion_chain(const struct service *s);

/* Names that would come out the same (about one in 2^45 for long names) are errors. n log n. */
void lint_chains(const struct config *config, struct diag *diag);

#endif
