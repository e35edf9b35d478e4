/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of targets in iptables-save text, as far as they say what becomes of a packet. */
#ifndef LBGEN_SAVE_TARGET_H
#define LBGEN_SAVE_TARGET_H

#include "lbgen/save_lex.h"
#include "lbgen/seen_rule.h"

/* Reads the option `word` that stands behind rule->jump, and its value from the lexer. Options that say
 * nothing of the kind are passed by; what is not understood leaves rule->effect as vague as it must be. */
void save_read_target_option(const char *word, struct save_lexer *lexer, struct arena *mem,
                             struct seen_rule *rule);

#endif
