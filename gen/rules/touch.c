/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <string.h>

#include "lbgen/touch.h"
#include "lbgen/words.h"

struct named {
    const char *name;
    unsigned touch;
};

static const struct named targets[] = {{"CHECKSUM", TOUCH_HEADERS},
                                       {"CT", TOUCH_CONNECTION},
                                       {"DSCP", TOUCH_TOS},
                                       {"ECN", TOUCH_HEADERS},
                                       {"HL", TOUCH_TTL},
                                       {"NOTRACK", TOUCH_CONNECTION},
                                       {"SET", TOUCH_SET},
                                       {"TCPMSS", TOUCH_TCP_OPTIONS},
                                       {"TCPOPTSTRIP", TOUCH_TCP_OPTIONS},
                                       {"TOS", TOUCH_TOS},
                                       {"TTL", TOUCH_TTL}};

static const struct named matches[] = {{"addrtype", 0},
                                       {"ah", 0},
                                       {"cgroup", 0},
                                       {"cluster", TOUCH_CONNECTION},
                                       {"comment", 0},
                                       {"connbytes", TOUCH_CONNECTION},
                                       {"connlabel", TOUCH_CONNECTION},
                                       {"connlimit", TOUCH_CONNECTION},
                                       {"connmark", 0},
                                       {"conntrack", TOUCH_CONNECTION},
                                       {"cpu", 0},
                                       {"dccp", 0},
                                       {"devgroup", 0},
                                       {"dscp", TOUCH_TOS},
                                       {"dst", 0},
                                       {"ecn", TOUCH_HEADERS},
                                       {"esp", 0},
                                       {"eui64", 0},
                                       {"frag", 0},
                                       {"hashlimit", 0},
                                       {"hbh", 0},
                                       {"helper", TOUCH_CONNECTION},
                                       {"hl", TOUCH_TTL},
                                       {"icmp", 0},
                                       {"icmp6", 0},
                                       {"iprange", 0},
                                       {"ipv6header", 0},
                                       {"ipvs", TOUCH_CONNECTION},
                                       {"length", TOUCH_TCP_OPTIONS},
                                       {"limit", 0},
                                       {"mac", 0},
                                       {"mark", 0},
                                       {"mh", 0},
                                       {"multiport", 0},
                                       {"nfacct", 0},
                                       {"owner", 0},
                                       {"physdev", 0},
                                       {"pkttype", 0},
                                       {"policy", 0},
                                       {"quota", 0},
                                       {"rateest", 0},
                                       {"realm", 0},
                                       {"recent", TOUCH_TTL},
                                       {"rpfilter", TOUCH_TOS},
                                       {"rt", 0},
                                       {"sctp", 0},
                                       {"set", TOUCH_SET},
                                       {"socket", 0},
                                       {"state", TOUCH_CONNECTION},
                                       {"statistic", 0},
                                       {"tcp", TOUCH_TCP_OPTIONS},
                                       {"tcpmss", TOUCH_TCP_OPTIONS},
                                       {"time", 0},
                                       {"tos", TOUCH_TOS},
                                       {"ttl", TOUCH_TTL},
                                       {"udp", 0},
                                       {"udplite", 0}};

#define N_OF(list) (sizeof(list) / sizeof *(list))

static unsigned find(const struct named *list, size_t n, const char *name, size_t len, unsigned otherwise)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(list[i].name) == len && memcmp(list[i].name, name, len) == 0)
            return list[i].touch;
    return otherwise;
}

unsigned touch_of_target(const char *target)
{
    return find(targets, N_OF(targets), target, strlen(target), 0);
}

static bool is(const char *words, struct word w, const char *text)
{
    return strlen(text) == w.len && memcmp(words + w.at, text, w.len) == 0;
}

unsigned touch_of_matches(const char *words)
{
    size_t n = strlen(words);
    struct word w = {0};
    unsigned touch = 0;
    bool named = false;

    while (word_next(words, n, &w)) {
        if (!is(words, w, "-m") && !is(words, w, "--match"))
            continue;
        if (!word_next(words, n, &w))
            break;
        touch |= find(matches, N_OF(matches), words + w.at, w.len, TOUCH_HEADERS);
        named = true;
    }
    return named ? touch : TOUCH_HEADERS;
}
