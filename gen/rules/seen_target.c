/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/seen_target.h"

static const struct known_target {
    const char *name;
    enum seen_action action;
    enum seen_effect effect;
} known[] = {
    {"ACCEPT", SEEN_ACCEPT, EFFECT_NONE},
    {"DROP", SEEN_DROP, EFFECT_NONE},
    {"REJECT", SEEN_DROP, EFFECT_NONE},
    {"RETURN", SEEN_RETURN, EFFECT_NONE},
    {"MARK", SEEN_GO_ON, EFFECT_ANY_MARK},
    {"HMARK", SEEN_GO_ON, EFFECT_ANY_MARK},
    {"CONNMARK", SEEN_GO_ON, EFFECT_UNKNOWN}, /* it may save or restore */
    {"NOTRACK", SEEN_GO_ON, EFFECT_UNTRACK},
    {"CT", SEEN_GO_ON, EFFECT_TEMPLATE},
    {"DNAT", SEEN_ACCEPT, EFFECT_NEW_DESTINATION},
    {"REDIRECT", SEEN_ACCEPT, EFFECT_NEW_DESTINATION},
    {"NETMAP", SEEN_ACCEPT, EFFECT_NEW_DESTINATION},
    {"SNAT", SEEN_ACCEPT, EFFECT_NEW_SOURCE},
    {"MASQUERADE", SEEN_ACCEPT, EFFECT_NEW_SOURCE},
    {"AUDIT", SEEN_GO_ON, EFFECT_NONE},
    {"CHECKSUM", SEEN_GO_ON, EFFECT_NONE},
    {"CLASSIFY", SEEN_GO_ON, EFFECT_NONE},
    {"CONNSECMARK", SEEN_GO_ON, EFFECT_NONE},
    {"DSCP", SEEN_GO_ON, EFFECT_NONE},
    {"ECN", SEEN_GO_ON, EFFECT_NONE},
    {"HL", SEEN_GO_ON, EFFECT_NONE},
    {"IDLETIMER", SEEN_GO_ON, EFFECT_NONE},
    {"LED", SEEN_GO_ON, EFFECT_NONE},
    {"LOG", SEEN_GO_ON, EFFECT_NONE},
    {"NFLOG", SEEN_GO_ON, EFFECT_NONE},
    {"RATEEST", SEEN_GO_ON, EFFECT_NONE},
    {"SECMARK", SEEN_GO_ON, EFFECT_NONE},
    {"SET", SEEN_GO_ON, EFFECT_NONE},
    {"TCPMSS", SEEN_GO_ON, EFFECT_NONE},
    {"TCPOPTSTRIP", SEEN_GO_ON, EFFECT_NONE},
    {"TEE", SEEN_GO_ON, EFFECT_NONE},
    {"TOS", SEEN_GO_ON, EFFECT_NONE},
    {"TRACE", SEEN_GO_ON, EFFECT_NONE},
    {"TTL", SEEN_GO_ON, EFFECT_NONE},
    {"ULOG", SEEN_GO_ON, EFFECT_NONE},
};

static const struct known_target *find(const char *target)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, target) == 0)
            return &known[i];
    return NULL;
}

enum seen_action seen_target_action(const char *target, bool is_goto)
{
    const struct known_target *t = find(target);

    if (t)
        return t->action;
    if (!*target)
        return SEEN_GO_ON;
    if (is_goto)
        return SEEN_GOTO;
    /* Other targets of extensions are written in capitals (NFQUEUE, TPROXY, ...). */
    return strspn(target, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen(target) ? SEEN_UNKNOWN
                                                                                    : SEEN_JUMP;
}

enum seen_effect seen_target_effect(const char *target, bool is_goto)
{
    const struct known_target *t = find(target);

    if (t)
        return t->effect;
    return seen_target_action(target, is_goto) == SEEN_UNKNOWN ? EFFECT_UNKNOWN : EFFECT_NONE;
}
