/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks for what --compare tells. */
#ifndef LBGEN_COMPARE_FIND_H
#define LBGEN_COMPARE_FIND_H

#include "lbgen/compare_report.h"

/* Adds all that changes for packets of the family. Both sets must be linked. */
void compare_find(const struct rule_set *old, const struct rule_set *new, enum family family,
                  struct compare_report *report);

#endif
