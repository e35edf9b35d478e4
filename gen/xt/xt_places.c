/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netinet/in.h>
#include <string.h>

#include "lbgen/xt_names.h"
#include "lbgen/xt_places.h"

enum { ESP = IPPROTO_ESP, AH = IPPROTO_AH, TCP = IPPROTO_TCP, DCCP = 33, IPCOMP = 108, SCTP = 132, MH = 135 };
enum { PRE = XT_PREROUTING, IN = XT_INPUT, FWD = XT_FORWARD, OUT = XT_OUTPUT, POST = XT_POSTROUTING };

struct limits {
    const char *name, *tables; /* the tables' names, each with a blank behind; NULL: any */
    unsigned hooks, proto;     /* 0: any */
    const char *proto_name;
    int family; /* 0: these hold for both */
};

static const struct limits matches[] = {
    {"ah", NULL, 0, AH, "ah", 4},
    {"cgroup", NULL, IN | OUT | POST, 0, NULL, 0},
    {"dccp", NULL, 0, DCCP, "dccp", 0},
    {"esp", NULL, 0, ESP, "esp", 0},
    {"eui64", NULL, PRE | IN | FWD, 0, NULL, 0},
    {"icmp", NULL, 0, IPPROTO_ICMP, "icmp", 0},
    {"icmp6", NULL, 0, IPPROTO_ICMPV6, "icmpv6", 0},
    {"ipcomp", NULL, 0, IPCOMP, "ipcomp", 0},
    {"mac", NULL, PRE | IN | FWD, 0, NULL, 0},
    {"mh", NULL, 0, MH, "mh", 0},
    {"osf", NULL, PRE | IN | FWD, TCP, "tcp", 0},
    {"owner", NULL, OUT | POST, 0, NULL, 0},
    {"realm", NULL, IN | FWD | OUT | POST, 0, NULL, 0},
    {"rpfilter", "raw mangle ", PRE, 0, NULL, 0},
    {"sctp", NULL, 0, SCTP, "sctp", 0},
    {"socket", NULL, PRE | IN, 0, NULL, 0},
    {"tcp", NULL, 0, TCP, "tcp", 0},
    {"tcpmss", NULL, 0, TCP, "tcp", 0},
    {"udp", NULL, 0, IPPROTO_UDP, "udp", 0},
};

static const struct limits targets[] = {
    {"CHECKSUM", "mangle ", 0, 0, NULL, 0},
    {"CLASSIFY", NULL, FWD | OUT | POST, 0, NULL, 0},
    {"CONNSECMARK", "mangle security ", 0, 0, NULL, 0},
    {"CT", "raw ", 0, 0, NULL, 0},
    {"DNAT", "nat ", PRE | OUT, 0, NULL, 0},
    {"DNPT", "mangle ", PRE | OUT, 0, NULL, 0},
    {"DSCP", "mangle ", 0, 0, NULL, 0},
    {"ECN", "mangle ", 0, 0, NULL, 0},
    {"HL", "mangle ", 0, 0, NULL, 0},
    {"MASQUERADE", "nat ", POST, 0, NULL, 0},
    {"NETMAP", "nat ", PRE | IN | OUT | POST, 0, NULL, 0},
    {"NOTRACK", "raw ", 0, 0, NULL, 0},
    {"REDIRECT", "nat ", PRE | OUT, 0, NULL, 0},
    {"REJECT", "filter ", IN | FWD | OUT, 0, NULL, 0},
    {"SECMARK", "mangle security ", 0, 0, NULL, 0},
    {"SNAT", "nat ", IN | POST, 0, NULL, 0},
    {"SNPT", "mangle ", IN | POST, 0, NULL, 0},
    {"SYNPROXY", NULL, IN | FWD, TCP, "tcp", 0},
    {"TCPMSS", NULL, 0, TCP, "tcp", 0},
    {"TCPOPTSTRIP", "mangle ", 0, TCP, "tcp", 0},
    {"TOS", "mangle ", 0, 0, NULL, 0},
    {"TPROXY", "mangle ", PRE, 0, NULL, 0},
    {"TRACE", "raw ", 0, 0, NULL, 0},
    {"TTL", "mangle ", 0, 0, NULL, 0},
};

static const struct limits *look_up(const struct limits *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(table[i].name, name))
            return &table[i];
    return NULL;
}

/* A table's name, whole. */
static bool lists(const char *tables, const char *table)
{
    size_t len = strlen(table);

    for (const char *t = tables; *t; t += strcspn(t, " ") + 1)
        if (strcspn(t, " ") == len && !memcmp(t, table, len))
            return true;
    return false;
}

static bool may_stand(const char *what, const struct limits *l, const struct xt_place *place,
                      struct complaint *why)
{
    unsigned hook = xt_hook(place->chain);

    if (!l || (l->family && l->family != place->family))
        return true;
    if (l->tables && !lists(l->tables, place->table))
        return complain(why, 0, 0, "the %s %s is not for the table %s, but for: %.*s", what, l->name,
                        place->table, (int)strlen(l->tables) - 1, l->tables);
    if (l->hooks && hook && !(l->hooks & hook))
        return complain(why, 0, 0, "the %s %s is not for %s", what, l->name, place->chain);
    if (l->proto && place->proto != l->proto)
        return complain(why, 0, 0, "the %s %s needs -p %s", what, l->name, l->proto_name);
    return true;
}

bool xt_match_may_stand(const char *match, const struct xt_place *place, struct complaint *why)
{
    return may_stand("match", look_up(matches, sizeof matches / sizeof *matches, match), place, why);
}

bool xt_target_may_stand(const char *target, const struct xt_place *place, struct complaint *why)
{
    return may_stand("target", look_up(targets, sizeof targets / sizeof *targets, target), place, why);
}
