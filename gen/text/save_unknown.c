/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/buf.h"
#include "lbgen/save_lex.h"
#include "lbgen/save_read.h"
#include "lbgen/save_test.h"
#include "lbgen/save_unknown.h"
#include "lbgen/touch.h"

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

static void add_text(struct buf *out, const char *text, size_t len)
{
    while (len && text[len - 1] == ' ')
        len--;
    if (out->len && len)
        buf_char(out, ' ');
    buf_add(out, text, len);
}

/* A match and its options, or one of the options without a match (-s, -p, ...), by itself. */
static bool is_unknown(const char *text, size_t len, struct arena *mem)
{
    struct seen_rule rule;
    struct buf line = {0};

    buf_str(&line, "-A x ");
    buf_add(&line, text, len);
    save_read_rule(line.at, line.len, mem, &rule);
    buf_free(&line);
    return rule.unknown;
}

static bool begins_piece(const char *word)
{
    static const char *const options[] = {"-s", "-d", "-i", "-o", "-p", "-m", "-f", "--match"};

    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(options[i], word) == 0)
            return true;
    return false;
}

static bool is_target(const char *word)
{
    return is_word(word, "-j", "--jump") || is_word(word, "-g", "--goto");
}

struct piece {
    size_t begin, end;
    const char *match; /* NULL: none */
};

/* The piece that begins at the lexer; false where the target does. */
static bool next_piece(struct save_lexer *lexer, struct arena *mem, struct piece *out)
{
    bool begun = false, negated = false;

    *out = (struct piece){.begin = lexer->at};
    for (;;) {
        struct save_lexer before = *lexer;
        const char *word = save_next_word(lexer, mem);
        bool bang = word && strcmp(word, "!") == 0;

        if (!word || is_target(word) || (begun && begins_piece(word))) {
            *lexer = before;
            if (negated) /* the `!` before it belongs to it */
                lexer->at = out->end;
            else
                out->end = before.at;
            return begun;
        }
        if (bang)
            out->end = before.at;
        negated = bang;
        begun = begun || !bang;
        if (is_word(word, "-m", "--match"))
            out->match = save_next_word(lexer, mem);
    }
}

static void sort_words(struct set_rule *rule, struct arena *mem, struct buf *matches, struct buf *target)
{
    struct save_lexer lexer = {.text = rule->text, .len = rule->text_len};
    const char *word = save_next_word(&lexer, mem);
    struct piece piece;

    if (word && word[0] == '[')
        save_next_word(&lexer, mem);
    save_next_word(&lexer, mem); /* the chain */
    while (next_piece(&lexer, mem, &piece))
        if (is_unknown(rule->text + piece.begin, piece.end - piece.begin, mem)) {
            const char *text = rule->text + piece.begin;

            while (*text == ' ')
                text++;
            add_text(matches, text, (size_t)(rule->text + piece.end - text));
            rule->steady = rule->steady && (!piece.match || is_steady(piece.match));
        }
    const char *text = rule->text + lexer.at, *end = rule->text + rule->text_len;
    while (text < end && *text == ' ')
        text++;
    add_text(target, text, (size_t)(end - text));
}

/* Whether the effect, or what it leaves for such matches to see, is told by the target's words alone. */
static bool is_told_by_words(const struct seen_rule *r)
{
    switch (r->effect) {
    case EFFECT_ANY_MARK:
    case EFFECT_ANY_CONNMARK:
    case EFFECT_TEMPLATE:
    case EFFECT_NEW_DESTINATION:
    case EFFECT_NEW_SOURCE:
    case EFFECT_UNKNOWN: return true;
    default: return r->action == SEEN_UNKNOWN || touch_of_target(r->jump);
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
    if (rule->rule->unknown && matches.len) /* without words it is unknown as a whole */
        rule->matches = arena_text(mem, matches.at, matches.len);
    else if (rule->rule->unknown)
        rule->matches = arena_text(mem, rule->text, rule->text_len);
    if (told)
        rule->target = arena_text(mem, target.len ? target.at : "", target.len);
    buf_free(&matches);
    buf_free(&target);
}
