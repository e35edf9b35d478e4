/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An edit carried out in a libiptc handle; nothing reaches the kernel before the handle is committed. */
#ifndef LBGEN_LEGACY_EDIT_H
#define LBGEN_LEGACY_EDIT_H

#include <stdbool.h>

#include "lbgen/complaint.h"
#include "lbgen/delta.h"
#include "lbgen/legacy_tc.h"

/* The handle must hold what the edit was made for. Policies' counters are kept, as far as they were counted
 * when the handle was made. */
bool legacy_edit_apply(const struct legacy_tc *tc, struct xtc_handle *h, const struct edit *edit,
                       struct complaint *why);

/* Whether the table is what the handle holds: chains, policies and rules, counters aside. */
bool legacy_holds(const struct legacy_tc *tc, enum family family, struct xtc_handle *h,
                  const struct image_table *table);

/* Whether the handle holds nothing but built-in chains with policies of ACCEPT. */
bool legacy_is_empty(const struct legacy_tc *tc, struct xtc_handle *h);

#endif
