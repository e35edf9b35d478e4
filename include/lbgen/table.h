/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of xtables and their built-in chains. */
#ifndef LBGEN_TABLE_H
#define LBGEN_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/* In the order of output. */
enum table { TABLE_RAW, TABLE_MANGLE, TABLE_NAT, TABLE_FILTER, TABLE_SECURITY, TABLES };

/* In the order in which iptables-save lists built-in chains (linux/netfilter.h, enum nf_inet_hooks). */
enum hook { HOOK_PREROUTING, HOOK_INPUT, HOOK_FORWARD, HOOK_OUTPUT, HOOK_POSTROUTING, HOOKS };

/* "filter"; NULL-free. */
extern const char *const table_names[TABLES];
/* "INPUT" */
extern const char *const hook_names[HOOKS];

/* Whether the table has the built-in chain. */
bool table_has_hook(enum table t, enum hook h);

/* By name; false where there is none. */
bool table_find(const char *name, size_t len, enum table *out);
bool hook_find(const char *name, size_t len, enum hook *out);

/* The user chains that [rules] may name begin so. */
#define USER_CHAIN_PREFIX "lbgen.u."
enum { CHAIN_NAME_MAX = 28 }; /* xtables: XT_EXTENSION_MAXNAMELEN - 1, as iptables checks it */

#endif
