/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "lbgen/caret.h"
#include "lbgen/utf8.h"

enum { BYTES_MAX = 200, CONTEXT = 80, COLUMNS_MIN = 24, INDENT = 4, DOTS = 3, TAB = 8, UTF8_MAX = 4 };

/* One character of the line: how many bytes it has and how many columns it takes; 0 bytes of text to show
 * means `?`. */
struct glyph {
    size_t bytes;
    int columns;
    bool shown; /* false: a control character, one that turns text, or no UTF-8: printed as `?` */
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
    if (columns < 0 || (n > 1 && utf8_turns_text(p)))
        return (struct glyph){n, 1, false};
    return (struct glyph){n, columns, true};
}

static bool is_utf8_tail(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* What is shown of a line: [from, to). */
struct window {
    size_t from, to;
};

/* Of a very long line, in bytes, cut between characters: the same wherever it is printed. */
static struct window window_of_bytes(const char *line, size_t len, size_t at)
{
    struct window w = {.to = len};

    if (len <= BYTES_MAX)
        return w;
    if (at > CONTEXT)
        w.from = at - CONTEXT;
    if (w.to - w.from > BYTES_MAX)
        w.to = w.from + BYTES_MAX;
    while (w.from < at && is_utf8_tail(line[w.from]))
        ++w.from;
    while (w.to < len && is_utf8_tail(line[w.to]))
        ++w.to;
    return w;
}

/* The last place from which on the characters have room in `columns`, and are in front of `at`. */
static size_t go_back(const char *line, size_t at, int columns)
{
    size_t from = at;

    while (from > 0) {
        size_t before = from - 1;

        while (before > 0 && from - before < UTF8_MAX && is_utf8_tail(line[before]))
            before--;
        struct glyph g = glyph_at(line + before, from - before);
        if (g.bytes != from - before) { /* no UTF-8: a byte is a character */
            before = from - 1;
            g = (struct glyph){1, 1, false};
        }
        columns -= line[before] == '\t' ? TAB : g.columns; /* at most */
        if (columns < 0)
            break;
        from = before;
    }
    return from;
}

/* Behind the last character from `from` on, printed from column `start`, that ends before column `end`. */
static size_t go_on(const char *line, size_t len, size_t from, int start, int end)
{
    for (int column = start; from < len;) {
        struct glyph g = glyph_at(line + from, len - from);

        column += line[from] == '\t' ? TAB - column % TAB : g.columns;
        if (column >= end)
            break;
        from += g.bytes;
    }
    return from;
}

/* Of a line that would not have room in the terminal: what stands around the culprit, more behind it than in
 * front. The last column stays free for a caret behind the end. */
static struct window window_of_columns(const char *line, size_t len, size_t at, unsigned columns)
{
    int end = (int)(columns < COLUMNS_MIN ? COLUMNS_MIN : columns);

    if (go_on(line, len, 0, INDENT, end) == len)
        return (struct window){0, len};
    size_t from = go_back(line, at, (end - INDENT - 2 * DOTS) / 3);
    size_t tail = go_back(line, len, end - INDENT - DOTS - 1); /* what is behind may have room as well */
    if (tail < from)
        return (struct window){tail, len};
    return (struct window){from, go_on(line, len, from, from ? INDENT + DOTS : INDENT, end - DOTS)};
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

void caret_print(struct buf *out, const char *line, size_t len, size_t at, size_t count,
                 struct caret_look look)
{
    locale_t utf8 = utf8_locale(), before = utf8 ? uselocale(utf8) : (locale_t)0;

    if (at > len)
        at = len;
    if (count > len - at)
        count = len - at;
    struct window w =
        look.columns ? window_of_columns(line, len, at, look.columns) : window_of_bytes(line, len, at);
    print_source(out, line, w.from, w.to, len);
    buf_str(out, look.colour ? "\033[1;32m" : "");
    print_marks(out, line, w.from, w.to, at, at + count);
    buf_str(out, look.colour ? "\033[0m\n" : "\n");
    if (utf8)
        uselocale(before);
}
