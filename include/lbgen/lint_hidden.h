/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a service whose packets others mark alike (lint_overlap.c finds them). */
#ifndef LBGEN_LINT_HIDDEN_H
#define LBGEN_LINT_HIDDEN_H

#include "lbgen/diag.h"
#include "lbgen/service.h"

/* The first MAC address that `other` excludes and `s` does not; NULL when there is none. */
const struct mac *mac_not_excluded(const struct service *s, const struct service *other);

/* Warns that `by` (NULL: several together) marks all that `s` marks, and says what else `s` may be needed
 * for.
 */
void lint_hidden(const struct service *s, const struct service *by, struct diag *diag);

/* Warns that `s` marks packets that `excluder`, of the same mark, leaves to a peer director. */
void lint_defied(const struct service *s, const struct service *excluder, struct diag *diag);

#endif
