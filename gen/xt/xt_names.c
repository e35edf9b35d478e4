/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <net/if.h>
#include <string.h>

#include "lbgen/xt_names.h"

enum { CHAIN_MAX = 28 };

unsigned xt_hook(const char *chain)
{
    static const char names[][12] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"};

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], chain))
            return 1u << i;
    return 0;
}

static bool is_bare(const char *what, const char *name, struct xt_span span, struct complaint *why)
{
    if (strpbrk(name, " \t"))
        return xt_refuse(why, span, "%s has no blanks in its name", what);
    if (strchr(name, '"'))
        return xt_refuse(why, span, "%s has no quotes in its name", what);
    return true;
}

static bool has_chain_form(const char *what, const char *name, struct xt_span span, struct complaint *why)
{
    if (!*name)
        return xt_refuse(why, span, "the name of %s is empty", what);
    if (strlen(name) > CHAIN_MAX)
        return xt_refuse(why, span, "the name of %s has at most %d bytes", what, CHAIN_MAX);
    if (*name == '-' || *name == '!')
        return xt_refuse(why, span, "the name of %s can't begin with %c", what, *name);
    return is_bare(what, name, span, why);
}

bool xt_chain_name(const char *name, struct xt_span span, struct complaint *why)
{
    return has_chain_form("a chain", name, span, why);
}

bool xt_jump_name(const char *table, const char *name, struct xt_span span, struct complaint *why)
{
    if (!has_chain_form("a chain or target", name, span, why))
        return false;
    if (xt_hook(name))
        return xt_refuse(why, span, "a built-in chain can't be jumped to");
    if (!strcmp(table, "nat") && !strcmp(name, "DROP"))
        return xt_refuse(why, span, "the table nat is not for filtering: it has no DROP");
    return true;
}

bool xt_interface_name(const char *name, struct xt_span span, struct complaint *why)
{
    if (!*name)
        return xt_refuse(why, span, "the name of an interface is empty");
    if (strlen(name) >= IFNAMSIZ)
        return xt_refuse(why, span, "the name of an interface has at most %d bytes", IFNAMSIZ - 1);
    return is_bare("an interface", name, span, why);
}

bool xt_is_bare(const char *name)
{
    for (; *name; name++)
        if ((unsigned char)*name <= ' ' || *name == '"' || *name == 0x7f)
            return false;
    return true;
}
