/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the two variants of iptables this host's rules live in. */
#ifndef LBGEN_BACKEND_CHOICE_H
#define LBGEN_BACKEND_CHOICE_H

#include "lbgen/live.h"

/* Where xtables rules, chains or policies other than ACCEPT are; where there are none, what `iptables -V` is;
 * and legacy where there is no iptables. NULL, with the reason, where both hold rules or can't be looked at.
 */
const struct live_backend *backend_find(struct complaint *why);

/* What `iptables -V` is, and legacy where there is no iptables. Needs no privilege. */
const struct live_backend *backend_installed(void);

#endif
