/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule of any origin, as far as it was understood: what it asks of a packet, what it does to it, and where
 * the walk goes on. A rule matches when every one of its tests holds; where `unknown` is set it has further
 * ones of which nothing is known, so that "matches" becomes "may match", while "does not" stays. */
#ifndef LBGEN_SEEN_RULE_H
#define LBGEN_SEEN_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/device.h"
#include "lbgen/ports.h"
#include "lbgen/prefix.h"
#include "lbgen/seen_types.h"

enum truth { NO, MAYBE, YES };

enum seen_action {
    SEEN_ACCEPT,
    SEEN_DROP, /* REJECT too */
    SEEN_RETURN,
    SEEN_GO_ON, /* no target, or one after which the walk goes on (LOG, MARK, ...) */
    SEEN_JUMP,
    SEEN_GOTO,
    SEEN_UNKNOWN /* may end the walk in any way */
};

/* What the target does to a packet, beside its action. */
enum seen_effect {
    EFFECT_NONE,
    EFFECT_MARK,            /* mark = (mark & ~mask) ^ value */
    EFFECT_CONNMARK,        /* connmark = (connmark & ~mask) ^ value */
    EFFECT_SAVE_MARK,       /* connmark = (connmark & ~connmark_mask) ^ (mark & mask) */
    EFFECT_RESTORE_MARK,    /* mark = (mark & ~mask) ^ (connmark & connmark_mask) */
    EFFECT_ANY_MARK,        /* sets the mark to something that is not known (HMARK, TPROXY, ...) */
    EFFECT_ANY_CONNMARK,    /* the same of the connmark */
    EFFECT_UNTRACK,         /* NOTRACK, CT --notrack */
    EFFECT_TEMPLATE,        /* CT otherwise: something stands for the connection before there is one */
    EFFECT_NEW_DESTINATION, /* DNAT, REDIRECT, NETMAP: action SEEN_ACCEPT */
    EFFECT_NEW_SOURCE,      /* SNAT, MASQUERADE: action SEEN_ACCEPT */
    EFFECT_UNKNOWN          /* may change anything */
};

enum { SEEN_PORT_TESTS = 3 };

struct seen_prefix {
    struct prefix prefix;
    bool given, negated;
};

struct seen_interface {
    struct interface interface;
    bool given, negated;
};

struct seen_ports {
    const struct port_range *at; /* sets of ports; 0 is a port here */
    uint32_t n;
    bool source, destination; /* both: either of them will do */
    bool negated;
};

/* Further tests; a rule may have several of a kind. */
enum seen_field {
    TEST_MARK,        /* (mark & mask) == value; the value may lie outside of the mask */
    TEST_CONNMARK,    /* the same; false, negated or not, where there is no connection */
    TEST_MAC,         /* of the source; false, negated or not, where the frame has none */
    TEST_ICMP,        /* type and code, of the family's ICMP */
    TEST_SRC_RANGE,   /* iprange */
    TEST_DST_RANGE,   /**/
    TEST_SRC_TYPE,    /* addrtype */
    TEST_DST_TYPE,    /**/
    TEST_PACKET_TYPE, /* pkttype */
    TEST_TCP_FLAGS,   /* (flags & mask) == value, bits as in the TCP header */
    TEST_FRAGMENT     /* second and further fragments */
};

struct seen_test {
    uint8_t field; /* enum seen_field */
    bool negated;
    union {
        struct {
            uint32_t value, mask;
        } bits; /* TEST_MARK, TEST_CONNMARK, TEST_TCP_FLAGS */
        struct mac mac;
        struct {
            bool any; /* any type */
            uint8_t type, code_low, code_high;
        } icmp;
        struct {
            struct address low, high; /* both belong to it */
            uint8_t family;
        } range;
        unsigned types; /* TEST_*_TYPE: 1 << one of seen_types.h */
    };
};

struct seen_rule {
    const char *chain, *jump; /* jump: the word behind -j or -g, "" without one */
    struct seen_prefix src, dst;
    struct seen_interface in, out;
    bool protocol_given, protocol_negated;
    uint8_t protocol;
    struct seen_ports ports[SEEN_PORT_TESTS];
    unsigned n_ports;
    bool states_given, states_negated;
    unsigned states; /* 1 << enum packet_state */
    bool syn_only;   /* packets that open a TCP connection; a TEST_TCP_FLAGS says the same */
    bool unknown;    /* it has matches that were not understood */
    bool has_match;  /* any but a comment */
    const struct seen_test *tests;
    uint32_t n_tests;
    const char *tag; /* its comment "lbgen:TAG": the TAG; NULL without such */
    enum seen_action action;
    enum seen_effect effect;
    uint32_t value, mask, connmark_mask; /* of the effects on marks */
};

#endif
