/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/words.h"

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

bool word_next(const char *text, size_t n, struct word *w)
{
    size_t at = w->at + w->len;

    while (at < n && blank(text[at]))
        at++;
    if (at == n)
        return false;
    w->at = at;
    while (at < n && !blank(text[at]))
        at++;
    w->len = at - w->at;
    return true;
}

bool item_next(const char *text, size_t n, struct word *w)
{
    size_t at = w->at + w->len;
    bool first = w->len == 0 && w->at == 0, comma = false;

    while (at < n && blank(text[at]))
        at++;
    if (!first && at < n && text[at] == ',') {
        comma = true;
        for (at++; at < n && blank(text[at]);)
            at++;
    }
    if (at == n && !comma)
        return false;
    w->at = at;
    while (at < n && !blank(text[at]) && text[at] != ',')
        at++;
    w->len = at - w->at;
    return true;
}
