/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the rules let in the VRRP packets that keepalived.conf speaks of. */
#ifndef LBGEN_AUDIT_KEEPALIVED_H
#define LBGEN_AUDIT_KEEPALIVED_H

#include "lbgen/config.h"
#include "lbgen/keepalived_conf.h"
#include "lbgen/walk.h"

/* Errors where a vrrp_instance's peers, interface or authentication header are accepted by neither [vrrp] nor
 * [rules]. A policy of ACCEPT counts only where [rules] gives it: without one, others' rules are not known.
 * filter: what [rules] filter means. */
void audit_keepalived(const struct config *config, const struct keepalived *k,
                      struct walk_table filter[FAMILIES], struct diag *diag);

#endif
