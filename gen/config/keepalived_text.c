/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/keepalived_text.h"
#include "lbgen/xalloc.h"

static void make_room(struct ka_text *text, size_t more)
{
    if (text->at && text->n + more + 1 <= text->cap)
        return;
    text->cap = text->n + more + 1 + text->cap / 2;
    text->at = xrealloc(text->at, text->cap, 1);
    text->from = xrealloc(text->from, text->cap, sizeof *text->from);
}

static void add(struct ka_text *text, const char *bytes, size_t n)
{
    make_room(text, n);
    if (n)
        memcpy(text->at + text->n, bytes, n);
    text->at[text->n + n] = '\0';
}

void ka_text_add(struct ka_text *text, const char *bytes, size_t n, srcpos from)
{
    add(text, bytes, n);
    for (size_t i = 0; i < n; i++)
        text->from[text->n++] = from + (srcpos)i;
}

void ka_text_add_for(struct ka_text *text, const char *bytes, size_t n, srcpos from, size_t span)
{
    add(text, bytes, n);
    for (size_t i = 0; i < n; i++)
        text->from[text->n++] = from + (srcpos)((i && i + 1 == n) || i >= span ? span - 1 : i);
}

void ka_text_add_part(struct ka_text *text, const struct ka_text *other, size_t first, size_t n)
{
    add(text, n ? other->at + first : "", n);
    if (n)
        memcpy(text->from + text->n, other->from + first, n * sizeof *text->from);
    text->n += n;
}

void ka_text_cut(struct ka_text *text, size_t first, size_t n)
{
    if (n == 0)
        return;
    memmove(text->at + first, text->at + first + n, text->n - first - n + 1);
    memmove(text->from + first, text->from + first + n, (text->n - first - n) * sizeof *text->from);
    text->n -= n;
}

static void cut_behind(struct ka_text *text, size_t n)
{
    if (n < text->n)
        ka_text_cut(text, n, text->n - n);
}

void ka_text_trim(struct ka_text *text)
{
    size_t first = 0, end = text->n;

    while (end && ka_blank(text->at[end - 1]))
        end--;
    cut_behind(text, end);
    while (first < end && ka_blank(text->at[first]))
        first++;
    ka_text_cut(text, 0, first);
}

static void move(struct ka_text *text, size_t to, size_t from)
{
    text->at[to] = text->at[from];
    text->from[to] = text->from[from];
}

void ka_text_decomment(struct ka_text *text)
{
    bool quoted = false;
    size_t i, kept = 0;

    for (i = 0; i < text->n; i++) {
        char c = text->at[i];

        if (!quoted && (c == '#' || c == '!'))
            break;
        if (c == '"')
            quoted = !quoted;
        if (c == '\\' && i + 1 < text->n) {
            char next = text->at[i + 1];

            if (quoted || (next != '#' && next != '!'))
                move(text, kept++, i);
            i++;
        }
        move(text, kept++, i);
    }
    cut_behind(text, kept);
    ka_text_trim(text);
    if (text->n == 0 || text->at[text->n - 1] != '\\')
        return;
    for (i = text->n - 1; i > 0 && ka_blank(text->at[i - 1]);)
        i--;
    ka_text_cut(text, i, text->n - 1 - i);
}

void ka_text_free(struct ka_text *text)
{
    free(text->at);
    free(text->from);
    *text = (struct ka_text){0};
}
