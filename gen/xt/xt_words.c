/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lbgen/vec.h"
#include "lbgen/xalloc.h"
#include "lbgen/xt_words.h"

enum { WORD_MAX = 1023, WORDS_MAX = 240 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool no_control_bytes(const char *rule, struct complaint *why)
{
    for (const char *c = rule; *c; c++) {
        unsigned char byte = (unsigned char)*c;

        if ((byte < ' ' && byte != '\t') || byte == 0x7f)
            return complain(why, (size_t)(c - rule), 1, "a control byte (0x%02x) has no place in a rule",
                            byte);
    }
    return true;
}

/* Unquotes the word at *at into `out`; *at is moved behind it. Returns the end of what was put out, NULL if
 * refused. */
static char *unquote(const char *rule, size_t *at, char *out, struct complaint *why)
{
    const char *c = rule + *at, *quote = NULL;

    for (; *c && (quote || !is_blank(*c)); c++) {
        if (*c == '"' && quote) {
            quote = NULL;
            c++;
            break;
        }
        if (*c == '"') {
            quote = c;
            continue;
        }
        if (quote && *c == '\\' && !*++c)
            break;
        *out++ = *c;
    }
    *at = (size_t)(c - rule);
    *out = '\0';
    if (quote)
        complain(why, (size_t)(quote - rule), strlen(quote), "this quote is not closed");
    else if (*c && !is_blank(*c))
        complain(why, *at, 1, "a blank is missing behind the quote");
    else
        return out;
    return NULL;
}

static bool can_hold(size_t n, struct xt_span span, size_t len, struct complaint *why)
{
    if (len > WORD_MAX)
        return xt_refuse(why, span, "a word of %zu bytes; iptables-restore takes up to %d", len, WORD_MAX);
    if (n > WORDS_MAX)
        return xt_refuse(why, span, "more than %d words; iptables-restore can't take them", WORDS_MAX);
    return true;
}

/* Room for texts and argv of any rule of that length. */
static void make_room(struct xt_words *words, size_t len)
{
    if (len + 1 > words->texts_cap) {
        words->texts_cap = 2 * len + 256;
        words->texts = xrealloc(words->texts, words->texts_cap, 1);
    }
    if (!words->argv)
        words->argv = xcalloc(WORDS_MAX + 2, sizeof *words->argv);
}

bool xt_words_split(struct xt_words *words, const char *rule, struct complaint *why)
{
    static char program[] = "lbgen";

    words->n = 0;
    make_room(words, strlen(rule));
    if (!no_control_bytes(rule, why))
        return false;
    char *out = words->texts;
    for (size_t at = 0;;) {
        while (is_blank(rule[at]))
            at++;
        if (!rule[at])
            break;
        struct xt_span span = {at, 0};
        char *end = unquote(rule, &at, out, why);
        if (!end)
            return false;
        span.len = at - span.at;
        if (!can_hold(words->n + 1, span, (size_t)(end - out), why))
            return false;
        *VEC_ADD(words) = (struct xt_word){span, out};
        words->argv[words->n] = out;
        out = end + 1;
    }
    words->argv[0] = program;
    words->argv[words->n + 1] = NULL;
    return true;
}

struct xt_span xt_span_of(const char *rule, struct xt_span part, const char *text, size_t len)
{
    const char *found = len ? memmem(rule + part.at, part.len, text, len) : NULL;

    return found ? (struct xt_span){(size_t)(found - rule), len} : part;
}

bool xt_refuse(struct complaint *why, struct xt_span span, const char *format, ...)
{
    va_list args;

    why->at = span.at;
    why->len = span.len;
    va_start(args, format);
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    return false;
}
