/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings that need a walk over the host's own rules. */
#ifndef LBGEN_AUDIT_H
#define LBGEN_AUDIT_H

#include "lbgen/compile.h"
#include "lbgen/config.h"

/* Warns where a policy of DROP in INPUT, FORWARD or OUTPUT is known to swallow a VIP's packets, VRRP, or what IPVS
 * forwards: no rule of lbgen's and none of `host` accepts them. What can't be judged is not warned of. */
void audit_policies(const struct config *config, const struct formed_rules host[FAMILIES], struct diag *diag);

#endif
