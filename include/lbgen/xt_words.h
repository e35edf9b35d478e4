/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a rule, split as iptables-restore splits a line: blanks and tabs separate, double quotes
 * group, inside them a backslash takes the next byte as it is. Stricter in what would surprise: an unclosed
 * quote, a byte right behind a closing quote (a shell would join what iptables-restore parts) and control
 * bytes but tab are refused, as is what iptables-restore can't hold: words over 1023 bytes, more than 240
 * words. */
#ifndef LBGEN_XT_WORDS_H
#define LBGEN_XT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/complaint.h"

/* A part of the rule's text. */
struct xt_span {
    size_t at, len;
};

struct xt_word {
    struct xt_span span; /* as written, quotes included */
    char *text;          /* unquoted */
};

/* Zero-initialise; used again for rule after rule, until the process ends. */
struct xt_words {
    struct xt_word *at;
    size_t n, cap;
    char **argv; /* a program name, the n words' texts, NULL: what getopt_long takes; word i is argv[i + 1] */
    char *texts;
    size_t texts_cap;
};

/* What was split before is gone, also when the rule is refused. */
bool xt_words_split(struct xt_words *words, const char *rule, struct complaint *why);

/* Where `text` stands in that part of the rule; the whole part if it isn't there (it was written with
 * escapes). */
struct xt_span xt_span_of(const char *rule, struct xt_span part, const char *text, size_t len);

/* complain() at a span. */
bool xt_refuse(struct complaint *why, struct xt_span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
