/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether two rule sets of one family mean the same: for every packet, the mark that it ends with, whether it
 * is let through, and which addresses it is given. */
#ifndef LBGEN_EQUIV_H
#define LBGEN_EQUIV_H

#include "lbgen/difference.h"

enum equiv_verdict { EQUIV_EQUAL, EQUIV_DIFFERENT, EQUIV_UNDECIDED };

struct equiv {
    enum equiv_verdict verdict;
    struct example example; /* EQUIV_DIFFERENT: a packet, and what becomes of it */
    struct result old, new;
    char why[256]; /* EQUIV_UNDECIDED: the reason */
};

/* Both sets must be linked (rule_set.h). */
void equiv(const struct rule_set *old, const struct rule_set *new, enum family family, enum path path,
           struct equiv *out);

#endif
