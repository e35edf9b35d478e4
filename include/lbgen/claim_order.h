/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What two services do to a packet that both claim, their VIPs apart: whether the order matters, and whether
 * the later one leaves nothing of the earlier one. Both are answered on the safe side. */
#ifndef LBGEN_CLAIM_ORDER_H
#define LBGEN_CLAIM_ORDER_H

#include <stdbool.h>

#include "lbgen/service.h"

/* Whether their marks may change places: no packet can be meant by both, or the marks agree on the bits that
 * both set. */
bool claims_commute(const struct service *a, const struct service *b, enum family family);

/* Whether `later` marks every packet of its VIPs that `earlier` marks, and sets all bits that it sets. */
bool claim_hides(const struct service *later, const struct service *earlier, enum family family);

#endif
