/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the two variants of iptables this host's rules live in. */
#ifndef LBGEN_BACKEND_CHOICE_H
#define LBGEN_BACKEND_CHOICE_H

#include "lbgen/live.h"

/* Where xtables rules, chains or policies other than ACCEPT are; where there are none, what `iptables -V` is;
 * where there is no iptables, legacy, or nftables where the kernel has no ip_tables. NULL, with the reason,
 * where both hold rules or can't be looked at.
 */
const struct live_backend *backend_find(struct complaint *why);

/* The same without a look at rules. Needs no privilege, but to tell whether the kernel has ip_tables. */
const struct live_backend *backend_installed(void);

#endif
