/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <string.h>

#include "lbgen/xt_options.h"

const char xt_short_options[] = "-:A:C:D:E:F::I:L::M:N:P:VX::Z::c:d:i:j:o:p:s:t:R:S::W::46bfg:h::m:nvw::x";

struct option xt_base_options[] = {
    {"append", required_argument, NULL, 'A'},
    {"delete", required_argument, NULL, 'D'},
    {"check", required_argument, NULL, 'C'},
    {"insert", required_argument, NULL, 'I'},
    {"replace", required_argument, NULL, 'R'},
    {"list", optional_argument, NULL, 'L'},
    {"list-rules", optional_argument, NULL, 'S'},
    {"flush", optional_argument, NULL, 'F'},
    {"zero", optional_argument, NULL, 'Z'},
    {"new-chain", required_argument, NULL, 'N'},
    {"delete-chain", optional_argument, NULL, 'X'},
    {"rename-chain", required_argument, NULL, 'E'},
    {"policy", required_argument, NULL, 'P'},
    {"source", required_argument, NULL, 's'},
    {"destination", required_argument, NULL, 'd'},
    {"src", required_argument, NULL, 's'},
    {"dst", required_argument, NULL, 'd'},
    {"protocol", required_argument, NULL, 'p'},
    {"in-interface", required_argument, NULL, 'i'},
    {"jump", required_argument, NULL, 'j'},
    {"table", required_argument, NULL, 't'},
    {"match", required_argument, NULL, 'm'},
    {"numeric", no_argument, NULL, 'n'},
    {"out-interface", required_argument, NULL, 'o'},
    {"verbose", no_argument, NULL, 'v'},
    {"wait", optional_argument, NULL, 'w'},
    {"wait-interval", optional_argument, NULL, 'W'},
    {"exact", no_argument, NULL, 'x'},
    {"fragments", no_argument, NULL, 'f'},
    {"version", no_argument, NULL, 'V'},
    {"help", optional_argument, NULL, 'h'},
    {"line-numbers", no_argument, NULL, '0'},
    {"modprobe", required_argument, NULL, 'M'},
    {"set-counters", required_argument, NULL, 'c'},
    {"goto", required_argument, NULL, 'g'},
    {"ipv4", no_argument, NULL, '4'},
    {"ipv6", no_argument, NULL, '6'},
    {NULL, 0, NULL, 0},
};

/* The table's row that `word` spells; *rest is what stands attached, NULL if nothing does. */
static const struct option *look_up(const char *word, const char **rest)
{
    for (const struct option *o = xt_base_options; o->name; o++) {
        size_t len = strlen(o->name);

        if (word[1] == '-' && !strncmp(word + 2, o->name, len) && (!word[len + 2] || word[len + 2] == '=')) {
            *rest = word[len + 2] ? word + len + 3 : NULL;
            return o;
        }
        if (word[1] == o->val && o->val != '0') {
            *rest = word[2] ? word + 2 : NULL;
            return o;
        }
    }
    return NULL;
}

struct xt_plain xt_plain_option(const struct xt_words *words, const char *rule, size_t i)
{
    const char *word = words->at[i].text, *rest = NULL;
    const struct option *o = word[0] == '-' && word[1] ? look_up(word, &rest) : NULL;
    struct xt_plain plain = {.next = i + 1, .value_span = words->at[i].span};

    if (!o)
        return plain;
    plain.letter = o->val;
    if (o->has_arg == no_argument)
        return plain;
    if (rest) {
        plain.value = rest;
        plain.value_span = xt_span_of(rule, plain.value_span, rest, strlen(rest));
    } else if (o->has_arg == required_argument && i + 1 < words->n) {
        plain.value = words->at[i + 1].text;
        plain.value_span = words->at[i + 1].span;
        plain.next = i + 2;
    }
    return plain;
}

bool xt_in_place(int letter, struct xt_span span, struct complaint *why)
{
    if (!letter || strchr("sdpiofmjg46", letter))
        return true;
    if (letter == 't')
        return xt_refuse(why, span, "the table is given already; a rule begins with -A CHAIN and has no -t");
    if (letter == 'c')
        return xt_refuse(why, span, "a rule has no counters of its own");
    if (letter == 'A')
        return xt_refuse(why, span, "-A is given twice");
    if (strchr("CDEFILNPRSXZ", letter))
        return xt_refuse(why, span, "a rule has no other command than -A");
    return xt_refuse(why, span, "this option has no place in a rule");
}
