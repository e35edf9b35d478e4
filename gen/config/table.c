/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/table.h"

const char *const table_names[TABLES] = {"raw", "mangle", "nat", "filter", "security"};
const char *const hook_names[HOOKS] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"};

#define BIT(hook) (1U << (hook))

static const unsigned hooks_of[TABLES] = {
    [TABLE_RAW] = BIT(HOOK_PREROUTING) | BIT(HOOK_OUTPUT),
    [TABLE_MANGLE] = BIT(HOOKS) - 1,
    [TABLE_NAT] = BIT(HOOK_PREROUTING) | BIT(HOOK_INPUT) | BIT(HOOK_OUTPUT) | BIT(HOOK_POSTROUTING),
    [TABLE_FILTER] = BIT(HOOK_INPUT) | BIT(HOOK_FORWARD) | BIT(HOOK_OUTPUT),
    [TABLE_SECURITY] = BIT(HOOK_INPUT) | BIT(HOOK_FORWARD) | BIT(HOOK_OUTPUT),
};

bool table_has_hook(enum table t, enum hook h)
{
    return hooks_of[t] & BIT(h);
}

static int find(const char *const *names, int n, const char *name, size_t len)
{
    for (int i = 0; i < n; i++)
        if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
            return i;
    return -1;
}

bool table_find(const char *name, size_t len, enum table *out)
{
    int i = find(table_names, TABLES, name, len);

    *out = (enum table)(i < 0 ? 0 : i);
    return i >= 0;
}

bool hook_find(const char *name, size_t len, enum hook *out)
{
    int i = find(hook_names, HOOKS, name, len);

    *out = (enum hook)(i < 0 ? 0 : i);
    return i >= 0;
}
