/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of iptables itself, as getopt_long takes them. */
#ifndef LBGEN_XT_OPTIONS_H
#define LBGEN_XT_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include "lbgen/xt_words.h"

extern struct option xt_base_options[];
extern const char xt_short_options[];

/* For passes that can't ask libxtables: the option of iptables itself that word i spells in full, with its
 * value. */
struct xt_plain {
    int letter;        /* as getopt_long returns it, 0: the word is none of them */
    const char *value; /* NULL: it takes none, or none is left */
    struct xt_span value_span;
    size_t next; /* the word behind option and value */
};
struct xt_plain xt_plain_option(const struct xt_words *words, const char *rule, size_t i);

/* Options that a rule does not take get their reason, and false. */
bool xt_in_place(int letter, struct xt_span span, struct complaint *why);

#endif
