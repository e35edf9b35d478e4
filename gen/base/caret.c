/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "lbgen/caret.h"

enum { COLUMNS_MAX = 200, CONTEXT = 80 };

/* One character of the line: how many bytes it has and how many columns it takes; 0 bytes of text to show
 * means `?`. */
struct glyph {
    size_t bytes;
    int columns;
    bool shown; /* false: a control byte or no UTF-8, printed as `?` */
};

static struct glyph glyph_at(const char *p, size_t left)
{
    wchar_t c;
    mbstate_t state = {0};
    size_t n;

    if (*p == '\t')
        return (struct glyph){1, 1, true};
    n = mbrtowc(&c, p, left, &state);
    if (n == 0 || n > left) /* NUL, invalid (-1) or cut off (-2) */
        return (struct glyph){1, 1, false};
    int columns = wcwidth(c);
    if (columns < 0)
        return (struct glyph){n, 1, false};
    return (struct glyph){n, columns, true};
}

static bool is_utf8_tail(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The part of a very long line that is shown: [*from, *to), cut between characters. */
static void window(const char *line, size_t len, size_t at, size_t *from, size_t *to)
{
    *from = 0;
    *to = len;
    if (len <= COLUMNS_MAX)
        return;
    if (at > CONTEXT)
        *from = at - CONTEXT;
    if (*to - *from > COLUMNS_MAX)
        *to = *from + COLUMNS_MAX;
    while (*from < at && is_utf8_tail(line[*from]))
        ++*from;
    while (*to < len && is_utf8_tail(line[*to]))
        ++*to;
}

static void print_source(struct buf *out, const char *line, size_t from, size_t to, size_t len)
{
    buf_str(out, from ? "    ..." : "    ");
    for (size_t i = from; i < to;) {
        struct glyph g = glyph_at(line + i, to - i);

        if (g.shown)
            buf_add(out, line + i, g.bytes);
        else
            buf_char(out, '?');
        i += g.bytes;
    }
    buf_str(out, to < len ? "...\n" : "\n");
}

static void print_marks(struct buf *out, const char *line, size_t from, size_t to, size_t at, size_t end)
{
    bool begun = false;

    buf_str(out, from ? "       " : "    ");
    for (size_t i = from; i < to && i < end;) {
        struct glyph g = glyph_at(line + i, to - i);

        for (int c = 0; c < g.columns; c++) {
            bool inside = i >= at;
            buf_char(out, !inside ? (line[i] == '\t' ? '\t' : ' ') : begun ? '~' : '^');
            begun = inside;
        }
        i += g.bytes;
    }
    if (!begun) /* the culprit is the end of the line, or has no width */
        buf_char(out, '^');
}

/* Input is UTF-8 whatever the user's locale is. Made once, since it costs the reading of files; where the C
 * library has no C.UTF-8, each byte counts as one column. */
static locale_t utf8_locale(void)
{
    static locale_t utf8;
    static bool tried;

    if (!tried)
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    tried = true;
    return utf8;
}

void caret_print(struct buf *out, const char *line, size_t len, size_t at, size_t count, bool colour)
{
    locale_t utf8 = utf8_locale(), before = utf8 ? uselocale(utf8) : (locale_t)0;
    size_t from, to;

    if (at > len)
        at = len;
    if (count > len - at)
        count = len - at;
    window(line, len, at, &from, &to);
    print_source(out, line, from, to, len);
    buf_str(out, colour ? "\033[1;32m" : "");
    print_marks(out, line, from, to, at, at + count);
    buf_str(out, colour ? "\033[0m\n" : "\n");
    if (utf8)
        uselocale(before);
}
