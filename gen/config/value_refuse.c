/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a value that is refused: the reason, at the line that makes it wrong, and what was meant
 * where that can be seen. */
#include <string.h>

#include "lbgen/look_alike.h"
#include "lbgen/value.h"

/* The part of a value that stands in one physical line. */
struct part {
    size_t from, to;
    bool continues; /* the line is not the key's own */
};

/* Pieces of one line stand behind each other. */
static bool begins_line(const struct ini_value *v, size_t run)
{
    return v->runs[run].at != v->runs[run - 1].at + (srcpos)(v->runs[run].offset - v->runs[run - 1].offset);
}

/* The part that holds the byte, or the blank behind it that joins the next line. */
static struct part part_of(const struct ini_value *v, size_t offset)
{
    struct part part = {.to = v->len};

    for (size_t run = 1; run < v->n_runs; run++) {
        if (!begins_line(v, run))
            continue;
        if (v->runs[run].offset > offset) {
            part.to = v->runs[run].offset - 1;
            break;
        }
        part.from = v->runs[run].offset;
        part.continues = true;
    }
    return part;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_letter(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

static bool is_of_a_key(char c)
{
    return is_letter(c) || (unsigned char)(c - '0') < 10 || c == '-' || c == '_';
}

/* The length of the key that the text may have been meant to begin with, as in `accept: yes` or
 * `Accept = yes`; 0 when it was not. Written well, it would have been one. */
static size_t meant_as_key(const char *text, size_t n, char *separator)
{
    size_t len = 0;

    if (n == 0 || !is_letter(text[0]))
        return 0;
    while (len < n && is_of_a_key(text[len]))
        len++;
    size_t at = len;
    while (at < n && blank(text[at]))
        at++;
    if (at == n || (text[at] != '=' && (text[at] != ':' || (at + 1 < n && !blank(text[at + 1])))))
        return 0;
    *separator = text[at];
    return len;
}

/* Whether the line that continues the value was meant as one of its own; says so then. */
static bool note_of_key(const struct value *v, struct part part)
{
    const char *text = v->ini->text + part.from;
    char separator;
    size_t len = part.continues ? meant_as_key(text, part.to - part.from, &separator) : 0;

    if (len == 0)
        return false;
    diag_note(v->diag, ini_value_place(v->ini, part.from),
              "an indented line continues the value above it, unless it is `key = value`: %s",
              separator == ':' ? "only = separates the two, never :" : "keys are made of a-z, 0-9 and -");
    return true;
}

/* Where a `#` stands in text[at..end) as if it began a comment; `end` when none does. */
static size_t meant_as_comment(const char *text, size_t at, size_t end)
{
    for (; at < end; at++)
        if (text[at] == '#' && at > 0 && blank(text[at - 1]))
            break;
    return at;
}

static bool note_of_comment(const struct value *v, size_t at, size_t end)
{
    size_t mark = meant_as_comment(v->ini->text, at, end);

    if (mark == end)
        return false;
    diag_note(v->diag, ini_value_place(v->ini, mark),
              "a comment behind a value begins with ` ;`; # begins one on a line of its own");
    return true;
}

/* Of the culprit, bytes at..end, there may be the first byte of a character alone. */
static void note_of_look_alike(const struct value *v, size_t at, size_t end, size_t line_end)
{
    struct look_alike found;

    if (look_alike_find(v->ini->text + at, line_end - at, &found) && at + found.at < end)
        diag_note(v->diag, ini_value_place(v->ini, at + found.at), "%s", found.text);
}

/* Reports bytes at..end of the value, and what was meant. True when that tells what is wrong with all up to
 * the end of *part, the line that it was reported at. */
static bool refuse(const struct value *v, size_t at, size_t end, const char *text, struct part *part)
{
    bool reaches_on;

    *part = part_of(v->ini, at);
    reaches_on = part->to < v->ini->len && (end > part->to || at >= part->to);
    if (reaches_on) {
        *part = part_of(v->ini, part->to + 1);
        at = part->from;
    }
    if (end > part->to)
        end = part->to;
    if (reaches_on)
        diag_at(v->diag, SEVERITY_ERROR, ini_value_place(v->ini, at), part->to - at,
                "this line continues the value of '%s' above it: %s", v->key, text);
    else
        diag_at(v->diag, SEVERITY_ERROR, ini_value_place(v->ini, at), end - at, "%s", text);
    note_of_look_alike(v, at, end, part->to);
    return (at == part->from && note_of_key(v, *part)) || note_of_comment(v, at, end);
}

bool value_refuse(const struct value *v, size_t offset, const struct complaint *why)
{
    struct part part;

    refuse(v, offset + why->at, offset + why->at + why->len, why->text, &part);
    return false;
}

void value_refuse_item(const struct value *v, struct word *w, const struct complaint *why)
{
    struct part part;

    if (refuse(v, w->at + why->at, w->at + why->at + why->len, why->text, &part))
        *w = (struct word){.at = part.from, .len = part.to - part.from};
}
