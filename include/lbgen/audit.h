/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings that need a walk over rules that are not lbgen's. */
#ifndef LBGEN_AUDIT_H
#define LBGEN_AUDIT_H

#include "lbgen/config.h"
#include "lbgen/walk.h"

/* Warns where a policy of DROP is known to swallow a VIP's packets, VRRP, or what IPVS forwards: none of the
 * host's own rules in its table accepts them, and lbgen, which accepts in table filter alone, was not asked
 * to. What can't be judged is not warned of. rules: the host's own. */
void audit_policies(const struct config *config, struct walk_table rules[TABLES][FAMILIES],
                    struct diag *diag);

/* A rule that stands in front of lbgen's in mangle PREROUTING (`marking`) or filter INPUT (otherwise) and can
 * end the walk of a service's packet: the first such service, with an example packet printed to `example`;
 * NULL when there is none. rules: its table, for jumps. */
const struct service *audit_foreign_rule(const struct config *config, const struct seen_rule *rule,
                                         struct walk_table *rules, enum family family, bool marking,
                                         struct buf *example);

#endif
