/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of matches in iptables-save text that become tests of a rule's list (seen_rule.h). */
#ifndef LBGEN_SAVE_TEST_H
#define LBGEN_SAVE_TEST_H

#include "lbgen/save_lex.h"
#include "lbgen/seen_rule.h"

/* Whether all that `-m NAME` can say without options, and the options that are read, is known. */
bool save_match_is_known(const char *name);

/* Reads an option of the match named last ("" without one) and its values. False, with the lexer where it
 * was, when it is not known or not understood. */
bool save_read_test(const char *match, const char *option, struct save_lexer *lexer, struct arena *mem,
                    struct seen_test *out);

#endif
