/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule, one answer. For the child process alone. */
#ifndef LBGEN_XT_ANSWER_H
#define LBGEN_XT_ANSWER_H

#include "lbgen/xt.h"
#include "lbgen/xt_family.h"

/* Fills the outgoing part of *rule; rule->text is not malloc'd but valid until the next call. What iptables-save's form
 * of the rule says was read again and gave the same form and, bit for bit, the same meaning; else it is refused. */
void xt_answer(const struct xt_family *family, struct xt_rule *rule);

/* The same for the rule that xt_answer was at when libxtables called exit() in it. */
void xt_answer_ended(struct xt_rule *rule);

#endif
