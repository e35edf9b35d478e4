/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What targets that are not judged change for matches that are not understood: such a match may say something
 * else of a packet behind such a target. */
#ifndef LBGEN_TOUCH_H
#define LBGEN_TOUCH_H

#include <stdbool.h>

/* Kinds of it, as bits of a set. */
enum {
    TOUCH_TOS = 1 << 0,         /* DSCP, TOS and ECN bits */
    TOUCH_TTL = 1 << 1,         /* and the hop limit */
    TOUCH_TCP_OPTIONS = 1 << 2, /* and with them the length */
    TOUCH_SET = 1 << 3,         /* what sets hold */
    TOUCH_CONNECTION = 1 << 4,  /* what connection tracking keeps of it, beside its state and mark */
    TOUCH_OLD = 1 << 5,         /* rules elsewhere changed what is kept: those of one of two rule sets, */
    TOUCH_NEW = 1 << 6,         /* and of the other */
    TOUCH_HEADERS = TOUCH_TOS | TOUCH_TTL | TOUCH_TCP_OPTIONS
};

/* What the target of that name changes. */
unsigned touch_of_target(const char *target);

/* What the matches look at, by their words ("-m dscp --dscp 3 -m length --length 5"); of extensions that are
 * not in the list nothing is known: all headers. */
unsigned touch_of_matches(const char *words);

#endif
