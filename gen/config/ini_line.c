/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/ini_line.h"
#include "lbgen/look_alike.h"
#include "lbgen/utf8.h"

enum { KEY_MAX = 49 /* inih: MAX_NAME - 1 */ };

/* Nearly all bytes are above both, which the first comparison tells. */
static bool blank(char c)
{
    return (unsigned char)c <= ' ' && (c == ' ' || c == '\t');
}

static size_t skip_blanks(const char *line, size_t at, size_t end)
{
    while (at < end && blank(line[at]))
        at++;
    return at;
}

static size_t trim_end(const char *line, size_t from, size_t end)
{
    while (end > from && blank(line[end - 1]))
        end--;
    return end;
}

bool ini_key_has_quotes(const char *name, size_t len)
{
    return len >= 4 && memcmp(name, "rule", 4) == 0 &&
           (len == 4 || (len == 5 && (name[4] == '4' || name[4] == '6')));
}

/* Where the comment of a value begins (its `;`), or len. `from` is where the value may begin, behind `=` or a
 * `]`. */
static size_t comment_start(const char *line, size_t from, size_t len, struct ini_line_state *state)
{
    for (size_t i = from; i < len; i++) {
        if (state->quotes_count && line[i] == '"')
            state->in_quotes = !state->in_quotes;
        else if (state->quotes_count && state->in_quotes && line[i] == '\\' && i + 1 < len)
            i++;
        else if (line[i] == ';' && !state->in_quotes && i > 0 && blank(line[i - 1]))
            return i;
    }
    return len;
}

/* The same where quotes mean nothing. */
static size_t plain_comment_start(const char *line, size_t from, size_t len,
                                  const struct ini_line_state *state)
{
    struct ini_line_state plain = {.semicolon = state->semicolon};

    return plain.semicolon ? comment_start(line, from, len, &plain) : len;
}

/* Finds the value that begins behind line[from]. */
static void take_value(const char *line, size_t from, size_t len, struct ini_line_state *state,
                       struct ini_line *out)
{
    size_t end = len;

    if (state->semicolon || state->quotes_count)
        end = comment_start(line, from, len, state);
    out->body_at = skip_blanks(line, from, end);
    out->body_len = trim_end(line, out->body_at, end) - out->body_at;
}

static bool is_letter(char c)
{
    return (unsigned char)(c - 'a') < 26;
}

static bool is_digit_or_dash(char c)
{
    return (unsigned char)(c - '0') < 10 || c == '-';
}

/* The length of a key at line[at..end), by the form [a-z][a-z0-9-]*; 0 when there is none. */
static size_t key_length(const char *line, size_t at, size_t end)
{
    size_t i = at;

    while (i < end && (is_letter(line[i]) || (i > at && is_digit_or_dash(line[i]))))
        i++;
    return i - at;
}

static void sort_header(const char *line, size_t at, size_t len, const struct ini_line_state *state,
                        struct ini_line *out, struct complaint *why)
{
    size_t end = trim_end(line, at, plain_comment_start(line, at, len, state));
    const char *close = memchr(line + at, ']', end - at);
    size_t close_at = close ? (size_t)(close - line) : end;

    *out = (struct ini_line){.kind = LINE_BAD_HEADER, .bracket = at};
    out->body_at = skip_blanks(line, at + 1, close_at);
    out->body_len = trim_end(line, out->body_at, close_at) - out->body_at;
    if (!close) {
        complain(why, at, end - at, "the section's header has no closing ]");
        return;
    }
    if (close_at + 1 < end) {
        size_t junk = skip_blanks(line, close_at + 1, end);

        complain(why, junk, end - junk, "nothing but a comment may stand behind a section's ]");
        return;
    }
    out->kind = LINE_HEADER;
}

static void sort_key(const char *line, size_t at, size_t name_len, size_t equals, size_t len,
                     struct ini_line_state *state, struct ini_line *out)
{
    state->quotes_count = ini_key_has_quotes(line + at, name_len);
    state->in_quotes = false;
    out->kind = LINE_KEY;
    out->name_at = at;
    out->name_len = name_len;
    take_value(line, equals + 1, len, state, out);
}

/* Whether a character that looks like another stands where the key, or what was meant as one, ends. */
static bool key_ends_oddly(const char *line, size_t end, struct complaint *why)
{
    struct look_alike found;
    size_t at = skip_blanks(line, key_length(line, 0, end), end);

    if (at == end || !look_alike_find(line + at, end - at, &found) || found.at > 0)
        return false;
    complain(why, at, found.len, "%s", found.text);
    return true;
}

static void sort_no_key(const char *line, size_t len, const struct ini_line_state *state,
                        struct ini_line *out, struct complaint *why)
{
    size_t end = trim_end(line, 0, plain_comment_start(line, 0, len, state));
    const char *equals = memchr(line, '=', end);
    size_t name_len = equals ? trim_end(line, 0, (size_t)(equals - line)) : 0;

    *out = (struct ini_line){.kind = LINE_BAD, .name_len = key_length(line, 0, end)};
    if (key_ends_oddly(line, end, why))
        return;
    if (!equals)
        complain(why, 0, end, "a line is `key = value`, a [section] or a comment; this one has no =");
    else if (name_len == 0)
        complain(why, (size_t)(equals - line), 1, "there is no key before the =");
    else if (name_len > KEY_MAX)
        complain(why, 0, name_len, "this key has %zu bytes; no key has more than %d", name_len, KEY_MAX);
    else
        complain(why, 0, name_len, "unknown key '%.*s': keys are made of a-z, 0-9 and -", (int)name_len,
                 line);
}

/* A line that begins with what looks like a blank or like nothing, such as the byte order mark of a file that
 * was joined to another; it is looked at behind that, too. */
static bool sort_unseen(const char *line, size_t len, const struct ini_line_state *state,
                        struct ini_line *out, struct complaint *why)
{
    struct look_alike found;
    size_t at = 0;

    while (at < len && look_alike_find(line + at, len - at, &found) && found.at == 0 && found.unseen)
        at = skip_blanks(line, at + found.len, len);
    if (at == 0)
        return false;
    if (at < len && line[at] == '[')
        sort_header(line, at, len, state, out, why);
    else
        *out = (struct ini_line){.name_at = at, .name_len = key_length(line, at, len)};
    out->kind = at < len && line[at] == '[' ? LINE_BAD_HEADER : LINE_BAD;
    look_alike_find(line, len, &found);
    complain(why, 0, found.len, "%s", found.text);
    return true;
}

static void sort_continuation(const char *line, size_t at, size_t len, struct ini_line_state *state,
                              struct ini_line *out)
{
    *out = (struct ini_line){.kind = LINE_CONTINUATION};
    take_value(line, at, len, state, out);
}

/* An indented `[...]` is a header, unless more stands close behind the bracket, as in `[2001:db8::1]:443`. */
static bool looks_like_header(const char *line, size_t at, size_t len)
{
    const char *close = memchr(line + at, ']', len - at);

    return !close || close + 1 == line + len || blank(close[1]);
}

/* Apart, so that keys, which most lines are, have a short way. */
__attribute__((noinline)) static void sort_other(const char *line, size_t at, size_t len,
                                                 struct ini_line_state *state, struct ini_line *out,
                                                 struct complaint *why)
{
    if (at == len || ((line[at] == ';' || line[at] == '#') && (at == 0 || !state->in_quotes)))
        *out = (struct ini_line){.kind = LINE_EMPTY};
    else if (line[at] == '[' && (at == 0 || looks_like_header(line, at, len)))
        sort_header(line, at, len, state, out, why);
    else if (at == 0 && sort_unseen(line, len, state, out, why))
        return;
    else if (at == 0)
        sort_no_key(line, len, state, out, why);
    else
        sort_continuation(line, at, len, state, out);
}

void ini_line_sort(const char *line, size_t len, struct ini_line_state *state, struct ini_line *out,
                   struct complaint *why)
{
    size_t at = skip_blanks(line, 0, len);
    size_t name_len = key_length(line, at, len);
    size_t equals = skip_blanks(line, at + name_len, len);

    if (name_len && name_len <= KEY_MAX && equals < len && line[equals] == '=')
        sort_key(line, at, name_len, equals, len, state, out);
    else
        sort_other(line, at, len, state, out, why);
}

bool ini_line_bytes_good(const char *line, size_t len, size_t comment_from, struct complaint *why)
{
    const unsigned char *p = (const unsigned char *)line;

    for (size_t i = 0; i < len;) {
        size_t n = 1;

        if ((p[i] < 0x20 && p[i] != '\t') || p[i] == 0x7f)
            return complain(why, i, 1, "control byte 0x%02x; of those only tab is allowed", p[i]);
        if (i < comment_from && p[i] >= 0x80 && (n = utf8_length(line + i, len - i)) == 0)
            return complain(why, i, 1, "byte 0x%02x is no UTF-8: save the file as UTF-8", p[i]);
        i += n;
    }
    return true;
}
