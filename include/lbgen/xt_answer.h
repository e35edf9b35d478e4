/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule, one answer. For the child process alone. */
#ifndef LBGEN_XT_ANSWER_H
#define LBGEN_XT_ANSWER_H

#include "lbgen/xt.h"
#include "lbgen/xt_family.h"

/* Fills the outgoing part of *rule; rule->text is not malloc'd but valid until the next call. A text that is
 * XT_OK was read again and gave the same text, and has every ! that the rule has. */
void xt_answer(const struct xt_family *family, struct xt_rule *rule);

/* The same for the rule that xt_answer was at when libxtables called exit() in it. */
void xt_answer_ended(struct xt_rule *rule);

#endif
