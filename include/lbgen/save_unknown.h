/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a rule that was not understood, so that equal ones are known to be equal. */
#ifndef LBGEN_SAVE_UNKNOWN_H
#define LBGEN_SAVE_UNKNOWN_H

#include "lbgen/arena.h"
#include "lbgen/rule_set.h"

/* Sets rule->matches, ->target and ->steady from ->text and ->rule; strings live in mem. */
void save_unknown_words(struct set_rule *rule, struct arena *mem);

#endif
