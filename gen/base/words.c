/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/words.h"

/* Nearly all bytes are above both, which the first comparison tells. */
static bool blank(char c)
{
    return (unsigned char)c <= ' ' && (c == ' ' || c == '\t');
}

static size_t skip_blanks(const char *text, size_t at, size_t n)
{
    while (at < n && blank(text[at]))
        at++;
    return at;
}

static size_t word_end(const char *text, size_t at, size_t n)
{
    while (at < n && !blank(text[at]))
        at++;
    return at;
}

static bool separates(char c)
{
    return (unsigned char)c <= ',' && (c == ',' || blank(c));
}

static size_t item_end(const char *text, size_t at, size_t n)
{
    while (at < n && !separates(text[at]))
        at++;
    return at;
}

bool word_next(const char *text, size_t n, struct word *w)
{
    size_t at = skip_blanks(text, w->at + w->len, n);

    if (at == n)
        return false;
    *w = (struct word){.at = at, .len = word_end(text, at, n) - at};
    return true;
}

bool item_next(const char *text, size_t n, struct word *w)
{
    bool first = w->len == 0 && w->at == 0, comma = false;
    size_t at = skip_blanks(text, w->at + w->len, n);

    if (!first && at < n && text[at] == ',') {
        comma = true;
        at = skip_blanks(text, at + 1, n);
    }
    if (at == n && !comma)
        return false;
    *w = (struct word){.at = at, .len = item_end(text, at, n) - at};
    return true;
}
