/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of firewalld's two languages says a service's marks, and in which order firewalld is to walk them.
 *
 * A rich rule can't name interfaces or MAC addresses, nor UDP-Lite's ports, and a mask in it is read the
 * other way round by one of firewalld's two backends. Direct rules can say all that, and come before all
 * rich rules, in both backends. Where services overlap, the later one must come later: each service that
 * overrides has a rank, by which firewalld sorts, and one that overrides by direct rules takes the earlier
 * services that may overlap with it among the direct ones. */
#ifndef LBGEN_FIREWALL_CMD_PLAN_H
#define LBGEN_FIREWALL_CMD_PLAN_H

#include "lbgen/config.h"

enum { CMD_RANK_MAX = INT16_MAX /* firewall/core/rich.py: priority_max */ };

/* For each service of the configuration. */
struct cmd_plan {
    bool *direct;
    uint32_t *rank; /* 0: overrides nothing; else ascending in file order */
};

/* n log n. cmd_plan_free when done. */
void cmd_plan_make(struct cmd_plan *plan, const struct config *config);
void cmd_plan_free(struct cmd_plan *plan);

#endif
