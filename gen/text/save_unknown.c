/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/buf.h"
#include "lbgen/save_lex.h"
#include "lbgen/save_test.h"
#include "lbgen/save_unknown.h"

/* Matches that are not understood, but look at the packet and its surroundings alone: no counters, no dice,
 * no lists that change from packet to packet. */
static const char *const steady_matches[] = {
    "ah",     "bpf",    "cgroup", "cluster", "cpu",    "devgroup", "dscp",     "dst",
    "ecn",    "esp",    "eui64",  "frag",    "hbh",    "helper",   "hl",       "ipv6header",
    "length", "mh",     "owner",  "physdev", "policy", "realm",    "rpfilter", "rt",
    "set",    "socket", "string", "tcpmss",  "time",   "tos",      "ttl",      "u32"};

static bool is_steady(const char *match)
{
    for (size_t i = 0; i < sizeof steady_matches / sizeof *steady_matches; i++)
        if (strcmp(steady_matches[i], match) == 0)
            return true;
    return save_match_is_known(match);
}

static bool is_word(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

static void add_word(struct buf *out, const char *word)
{
    if (out->len)
        buf_char(out, ' ');
    buf_str(out, word);
}

/* All words up to -j or -g but comments; those behind it go to *target. */
static void sort_words(struct set_rule *rule, struct arena *mem, struct buf *matches, struct buf *target)
{
    struct save_lexer lexer = {.text = rule->text, .len = rule->text_len};
    struct buf *out = matches;
    const char *word = save_next_word(&lexer, mem);

    if (word && word[0] == '[')
        word = save_next_word(&lexer, mem);
    save_next_word(&lexer, mem); /* the chain */
    while ((word = save_next_word(&lexer, mem))) {
        if (out == matches && is_word(word, "-m", "--match")) {
            const char *match = save_next_word(&lexer, mem);

            if (!match || strcmp(match, "comment") == 0)
                continue;
            rule->steady = rule->steady && is_steady(match);
            add_word(out, word);
            add_word(out, match);
        } else if (out == matches && strcmp(word, "--comment") == 0) {
            save_next_word(&lexer, mem);
        } else {
            if (is_word(word, "-j", "--jump") || is_word(word, "-g", "--goto"))
                out = target;
            add_word(out, word);
        }
    }
}

/* Whether the effect is told by the target's words alone. */
static bool is_told_by_words(const struct seen_rule *r)
{
    switch (r->effect) {
    case EFFECT_ANY_MARK:
    case EFFECT_ANY_CONNMARK:
    case EFFECT_TEMPLATE:
    case EFFECT_NEW_DESTINATION:
    case EFFECT_NEW_SOURCE:
    case EFFECT_UNKNOWN: return true;
    default: return r->action == SEEN_UNKNOWN;
    }
}

void save_unknown_words(struct set_rule *rule, struct arena *mem)
{
    bool told = is_told_by_words(rule->rule);
    struct buf matches = {0}, target = {0};

    if (!rule->rule->unknown && !told)
        return;
    rule->steady = true;
    sort_words(rule, mem, &matches, &target);
    if (rule->rule->unknown)
        rule->matches = arena_text(mem, matches.at, matches.len);
    if (told)
        rule->target = arena_text(mem, target.at, target.len);
    buf_free(&matches);
    buf_free(&target);
}
