/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/seen_target.h"

/* Targets behind which the walk goes on. */
static const char *const going_on[] = {
    "AUDIT", "CHECKSUM",  "CLASSIFY",    "CONNMARK", "CONNSECMARK", "CT",    "DSCP",    "ECN",     "HL",
    "HMARK", "IDLETIMER", "LED",         "LOG",      "MARK",        "NFLOG", "NOTRACK", "RATEEST", "SECMARK",
    "SET",   "TCPMSS",    "TCPOPTSTRIP", "TEE",      "TOS",         "TRACE", "TTL",     "ULOG"};

enum seen_action seen_target_action(const char *target, bool is_goto)
{
    if (!*target)
        return SEEN_GO_ON;
    for (size_t i = 0; i < sizeof going_on / sizeof *going_on; i++)
        if (strcmp(going_on[i], target) == 0)
            return SEEN_GO_ON;
    if (strcmp(target, "ACCEPT") == 0)
        return SEEN_ACCEPT;
    if (strcmp(target, "DROP") == 0 || strcmp(target, "REJECT") == 0)
        return SEEN_DROP;
    if (strcmp(target, "RETURN") == 0)
        return SEEN_RETURN;
    if (is_goto)
        return SEEN_GOTO;
    /* Other targets of extensions are written in capitals (DNAT, NFQUEUE, ...). */
    return strspn(target, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen(target) ? SEEN_UNKNOWN
                                                                                    : SEEN_JUMP;
}
