/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with a configuration as a whole, beyond the form of single values. All findings go to diag.
 */
#ifndef LBGEN_LINT_H
#define LBGEN_LINT_H

#include "lbgen/config.h"

/* Each service by itself: missing keys, keys that do not go together, lists that have nothing of a family.
 * Also drops what repeats in a list, and settles what needs the whole input: masks of marks given without
 * one. Templates must have been applied. */
void lint_services(struct config *config, struct diag *diag);

/* Its part for one list that has entries, but none of a family that the service has a VIP of: no rule comes
 * of it there. */
void lint_family_list(const struct service *s, enum service_key key, const bool in_list[FAMILIES],
                      struct diag *d);

/* [vrrp], [expect], and an input that asks for nothing (named in the warning). */
void lint_sections(const struct config *config, const char *input_name, struct diag *diag);

/* Services that share a mark: different schedulers, forwarding, persistence or real servers for it are
 * errors; several ports without persistence, and masks that leave bits to others, warnings where there are
 * real servers; and real servers of another family than a service's VIPs, which no tunnel leads to. Then
 * those that name no real servers get the mark's (their `given` bit stays off). n log n. */
void lint_marks(struct config *config, struct diag *diag);

/* Services that claim the same packet: with different marks an error unless the later one says override, with
 * the same mark a warning where one hides the other. See lint_overlap.c for how, and what it costs. */
void lint_overlap(const struct config *config, struct diag *diag);

#endif
