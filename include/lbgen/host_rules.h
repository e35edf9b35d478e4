/* SPDX-License-Identifier: GPL-2.0-or-later */
/* [rules]: from the user's text through libxtables to rules in form, for one or both families. */
#ifndef LBGEN_HOST_RULES_H
#define LBGEN_HOST_RULES_H

#include "lbgen/compile.h"
#include "lbgen/config.h"
#include "lbgen/walk.h"

/* Zero-initialise; host_rules_free when done. */
struct formed_host_rules {
    struct formed_rules of[FAMILIES];
    struct walk_table meant[TABLES][FAMILIES]; /* what they mean */
    struct arena mem;
};

/* Checks every rule with the families that it may go to and fills both lists. What is refused is reported
 * with its place. Returns false when libxtables could not be asked at all (reported as well). */
bool host_rules_form(const struct config *config, struct formed_host_rules *out, struct diag *diag);

void host_rules_free(struct formed_host_rules *rules);

#endif
