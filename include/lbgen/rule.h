/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule as lbgen makes it, and where rules go. Pointers in a rule belong to whoever made it and are valid
 * during the call that hands it over. */
#ifndef LBGEN_RULE_H
#define LBGEN_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/device.h"
#include "lbgen/mark.h"
#include "lbgen/ports.h"
#include "lbgen/prefix.h"
#include "lbgen/table.h"

enum target {
    TARGET_ACCEPT,
    TARGET_RETURN,
    TARGET_MARK,
    TARGET_MASQUERADE,
    TARGET_SNAT,
    TARGET_JUMP,
    TARGET_GOTO
};

enum port_side { PORTS_DESTINATION, PORTS_SOURCE };

struct rule {
    const char *chain;

    /* matches; a NULL, a count of 0, an "" matches everything */
    const struct prefix *src, *dst;
    const struct interface *in, *out;
    const char *protocol; /* iptables-save's name */
    bool port_match;      /* `-m PROTOCOL --dport` exists */
    enum port_side side;
    const struct port_range *ports; /* any number; lower.h cuts them to what a rule can carry */
    uint32_t n_ports;
    int icmp_type; /* -1: any */
    const struct mac *mac;

    enum target target;
    struct mark mark; /* TARGET_MARK */
    struct prefix to; /* TARGET_SNAT */
    const char *jump; /* TARGET_JUMP, TARGET_GOTO */

    /* whose it is: "web" of "lbgen:web"; not NUL-terminated. NULL: it goes without saying (in_own_chain). */
    const char *tag;
    size_t tag_len;
    bool in_own_chain; /* the tag goes above the rule instead of into it */

    /* A host's own rule: its text, put in form by libxtables, and nothing of the above but chain and tag. */
    const char *text;
    size_t text_len, head_len; /* a comment match goes behind text[0..head_len) */
};

/* Where rules go, one by one in iptables-save's order: table, its chains, its rules, end of table, next
 * table. */
struct rule_sink {
    void *ctx;
    void (*table)(void *ctx, enum table table);
    /* policy: "ACCEPT", "DROP", or "-" for a user chain */
    void (*chain)(void *ctx, const char *name, const char *policy);
    void (*rule)(void *ctx, const struct rule *rule);
    /* Something a reader of the text should know of what follows; NULL: nobody reads it. */
    void (*note)(void *ctx, const char *text);
    void (*end)(void *ctx);
};

#endif
