/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rules of an old list can stay when it becomes a new one, in their order: as many as possible. */
#ifndef LBGEN_COMMON_RULES_H
#define LBGEN_COMMON_RULES_H

#include "lbgen/image.h"

/* stays[i], for each old rule, becomes the number of the new rule that it is, or SIZE_MAX where it goes; the
 * numbers ascend. skip (may be NULL): new rules that none may stay for. */
void common_rules(const struct image_rule *old, size_t n_old, const struct image_rule *new, size_t n_new,
                  const bool *skip, size_t *stays);

#endif
