/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gotos between chains of others, while these are walked.
 *
 * What a goto takes gets nothing from the rules behind it in its chain. Services have no such thing: of those
 * that claim a packet, the last one wins. So a mark behind a goto is carried over where what the goto leads
 * to overwrites it on each packet that both have, and then these stand behind it. */
#ifndef LBGEN_IMPORT_GOTO_H
#define LBGEN_IMPORT_GOTO_H

#include "lbgen/import_rules.h"

/* What a rule, and the jumps on the way to it, ask for. */
struct condition {
    struct prefix dst, src; /* length 0: any */
    struct interface in;    /* "": any */
    int protocol;           /* -1: any */
    const struct seen_ports *ports;
    const char *tag; /* of the last jump that has one; NULL */
};

struct passed_goto {
    struct condition takes;
    srcpos at;
    size_t first, end; /* the atoms that it led to */
    size_t next;       /* the first one of them to look at */
    bool overwrites;   /* atoms behind the goto, so that its own have to stand behind them */
};

/* Those that were passed in the chains that are being walked. Zero-initialise; free at. */
struct passed_gotos {
    struct passed_goto *at;
    size_t n, cap;
    size_t looks; /* at one atom or goto each */
};

enum goto_answer {
    GOTO_APART,  /* the mark can be carried over */
    GOTO_ALWAYS, /* no packet gets there */
    GOTO_TAKES,  /* not: a goto takes some of its packets, and what it leads to does not mark them all */
    GOTO_UNKNOWN /* too many to look at */
};

/* Of a mark that is set under this condition. *which: the goto of GOTO_TAKES. */
enum goto_answer gotos_ask(const struct rules_import *import, struct passed_gotos *gotos,
                           const struct condition *c, struct mark mark, const struct passed_goto **which);

/* A goto was followed; its atoms are those from `first` on. */
void gotos_pass(const struct rules_import *import, struct passed_gotos *gotos, const struct condition *takes,
                srcpos at, size_t first);

/* A chain has been walked, whose atoms are those from `first` on and whose gotos those from number `base` on:
 * these are forgotten, and what they lead to gets its place. */
void gotos_leave(struct rules_import *import, struct passed_gotos *gotos, size_t base, size_t first);

#endif
