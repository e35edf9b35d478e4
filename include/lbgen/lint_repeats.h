/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists in which something stands twice, which would make its rules twice. */
#ifndef LBGEN_LINT_REPEATS_H
#define LBGEN_LINT_REPEATS_H

#include "lbgen/config.h"

/* Drops what repeats from the lists of addresses, interfaces and MAC addresses of services, templates and
 * [vrrp], with a warning where the list was written. n log n. */
void lint_repeats(struct config *config, struct diag *diag);

#endif
