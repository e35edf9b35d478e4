/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <string.h>
#include <xtables.h>

#include "lbgen/xt_advice.h"

static const struct {
    const char *option, *owner;
} owners[] = {
    {"--clamp-mss-to-pmtu", "-j TCPMSS"},
    {"--comment", "-m comment"},
    {"--ctstate", "-m conntrack"},
    {"--destination-port", "-p tcp (or udp)"},
    {"--destination-ports", "-m multiport"},
    {"--dport", "-p tcp (or udp)"},
    {"--dports", "-m multiport"},
    {"--dst-range", "-m iprange"},
    {"--dst-type", "-m addrtype"},
    {"--gid-owner", "-m owner"},
    {"--limit", "-m limit"},
    {"--limit-burst", "-m limit"},
    {"--log-level", "-j LOG"},
    {"--log-prefix", "-j LOG"},
    {"--mac-source", "-m mac"},
    {"--mark", "-m mark"},
    {"--match-set", "-m set"},
    {"--ports", "-m multiport"},
    {"--reject-with", "-j REJECT"},
    {"--set-mark", "-j MARK (or CONNMARK)"},
    {"--set-mss", "-j TCPMSS"},
    {"--set-xmark", "-j MARK (or CONNMARK)"},
    {"--source-port", "-p tcp (or udp)"},
    {"--source-ports", "-m multiport"},
    {"--sport", "-p tcp (or udp)"},
    {"--sports", "-m multiport"},
    {"--src-range", "-m iprange"},
    {"--src-type", "-m addrtype"},
    {"--state", "-m state"},
    {"--syn", "-p tcp"},
    {"--tcp-flags", "-p tcp"},
    {"--to-destination", "-j DNAT"},
    {"--to-ports", "-j REDIRECT (or MASQUERADE)"},
    {"--to-source", "-j SNAT"},
    {"--uid-owner", "-m owner"},
};

static const char *owner_of(const char *word, size_t len)
{
    for (size_t i = 0; i < sizeof owners / sizeof *owners; i++)
        if (strlen(owners[i].option) == len && !memcmp(owners[i].option, word, len))
            return owners[i].owner;
    return NULL;
}

bool xt_no_such_option(const struct xt_walk *walk, struct complaint *why)
{
    const char *word = walk->rule + walk->option.at;
    struct xt_span name = {walk->option.at, strcspn(word, "= \t")};
    const char *owner = owner_of(word, name.len);

    if (!owner)
        return xt_refuse(why, walk->option, "there is no such option here (or several that begin so)");
    if (owner[1] == 'j')
        return xt_refuse(why, name, "this is an option of %s, which has to stand before it", owner);
    return xt_refuse(why, name, "write %s before it", owner);
}

bool xt_is_one_port(const struct xt_walk *walk, int letter, struct complaint *why)
{
    static const char *const names[] = {"destination-port", "dport", "source-port", "sport"};

    if (!optarg || !strchr(optarg, ','))
        return true;
    for (const struct option *o = xt_params->opts; o->name; o++)
        for (size_t i = 0; i < sizeof names / sizeof *names && o->val == letter; i++)
            if (!strcmp(o->name, names[i]))
                return xt_refuse(why, walk->value, "a list of ports needs -m multiport --%cports", *names[i]);
    return true;
}
