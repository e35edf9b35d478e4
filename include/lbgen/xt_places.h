/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of where an extension may stand, and iptables only hears when it loads the rule: in
 * which tables, under which hooks, beside which -p. Extensions that are not listed may stand anywhere. */
#ifndef LBGEN_XT_PLACES_H
#define LBGEN_XT_PLACES_H

#include <stdbool.h>

#include "lbgen/complaint.h"

struct xt_place {
    int family;
    const char *table, *chain;
    unsigned proto; /* of -p, 0 without one and when it is inverted */
    bool syn;       /* only TCP packets with SYN come as far as the target */
};

/* *why gets no place of its own: the culprit is the extension's name. */
bool xt_match_may_stand(const char *match, const struct xt_place *place, struct complaint *why);
bool xt_target_may_stand(const char *target, const struct xt_place *place, struct complaint *why);

#endif
