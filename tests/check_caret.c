/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/caret.h"

#include "check_util.h"

static const struct {
    const char *line;
    size_t len, at, count;
    const char *printed;
} cases[] = {
    {TEXT("ports = 80, 70000"), 12, 5, "    ports = 80, 70000\n                ^~~~~\n"},
    {TEXT("abc"), 0, 1, "    abc\n    ^\n"},
    {TEXT("abc"), 0, 3, "    abc\n    ^~~\n"},
    {TEXT("abc"), 2, 1, "    abc\n      ^\n"},
    {TEXT("abc"), 1, 0, "    abc\n     ^\n"},   /* at least one column */
    {TEXT("abc"), 1, 99, "    abc\n     ^~\n"}, /* clipped to the line */
    {TEXT("abc"), 3, 0, "    abc\n       ^\n"}, /* behind the end */
    {TEXT("abc"), 3, 5, "    abc\n       ^\n"},
    {TEXT("abc"), 50, 5, "    abc\n       ^\n"},
    {TEXT(""), 0, 0, "    \n    ^\n"},
    {TEXT(""), 0, 3, "    \n    ^\n"},
    /* Tabs stay tabs in both lines. */
    {TEXT("\tk = v"), 1, 1, "    \tk = v\n    \t^\n"},
    {TEXT("k =\tv\tw"), 6, 1, "    k =\tv\tw\n       \t \t^\n"},
    {TEXT("\t\tv"), 2, 1, "    \t\tv\n    \t\t^\n"},
    /* Two columns: CJK, emoji, full width. One: accents, Cyrillic. None: combining. */
    {TEXT("\xe6\xbc\xa2\xe5\xad\x97 v"), 7, 1, "    \xe6\xbc\xa2\xe5\xad\x97 v\n         ^\n"},
    {TEXT("\xe6\xbc\xa2\xe5\xad\x97"), 0, 6, "    \xe6\xbc\xa2\xe5\xad\x97\n    ^~~~\n"},
    {TEXT("\xe6\xbc\xa2\xe5\xad\x97"), 3, 3, "    \xe6\xbc\xa2\xe5\xad\x97\n      ^~\n"},
    {TEXT("\xf0\x9f\x98\x80 v"), 5, 1, "    \xf0\x9f\x98\x80 v\n       ^\n"},
    {TEXT("\xc3\xa4 \xd0\xb6 v"), 6, 1, "    \xc3\xa4 \xd0\xb6 v\n        ^\n"},
    {TEXT("a\xcc\x88 v"), 4, 1, "    a\xcc\x88 v\n      ^\n"},
    {TEXT("a\xcc\x88 v"), 0, 3, "    a\xcc\x88 v\n    ^\n"},
    {TEXT("a\xcc\x88 v"), 1, 2, "    a\xcc\x88 v\n     ^\n"},       /* the culprit has no width */
    {TEXT("e\xe2\x80\x8bz"), 4, 1, "    e\xe2\x80\x8bz\n     ^\n"}, /* zero-width space */
    /* Control bytes and what is no UTF-8: a `?` each, one column. */
    {TEXT("a\1b"), 1, 1, "    a?b\n     ^\n"},
    {TEXT("a\x1b[31mb"), 6, 1, "    a?[31mb\n          ^\n"},
    {TEXT("a\0b"), 2, 1, "    a?b\n      ^\n"},
    {TEXT("a\x7f\rb"), 3, 1, "    a??b\n       ^\n"},
    {TEXT("\xff\xfe v"), 3, 1, "    ?? v\n       ^\n"},
    {TEXT("\xc3"), 0, 1, "    ?\n    ^\n"},
    {TEXT("\xe6\xbc v"), 3, 1, "    ?? v\n       ^\n"},
    {TEXT("\xc0\xaf v"), 3, 1, "    ?? v\n       ^\n"},
    {TEXT("\xc2\x9bz"), 2, 1, "    ?z\n     ^\n"}, /* U+009B, a terminal's CSI */
    /* What turns the text behind it: the same; its neighbours are printed. */
    {TEXT("a\xe2\x80\xae z"), 5, 1, "    a? z\n       ^\n"},
    {TEXT("\xe2\x81\xa6\xe2\x81\xa9z"), 3, 3, "    ??z\n     ^\n"},
    {TEXT("\xe2\x80\xafz"), 3, 1, "    \xe2\x80\xafz\n     ^\n"}, /* U+202F, a narrow blank */
};

START_TEST(test_print)
{
    char *line = exact_copy(cases[_i].line, cases[_i].len);
    struct buf out = {0};

    caret_print(&out, line, cases[_i].len, cases[_i].at, cases[_i].count, (struct caret_look){0});
    ck_assert_str_eq(buf_text(&out), cases[_i].printed);
    buf_free(&out);
    free(line);
}
END_TEST

START_TEST(test_colour)
{
    struct buf out = {0};

    caret_print(&out, TEXT("abc"), 1, 1, (struct caret_look){.colour = true});
    ck_assert_str_eq(buf_text(&out), "    abc\n\033[1;32m     ^\033[0m\n");
    buf_free(&out);
}
END_TEST

/* The column of the caret and of the byte of the shown line that stands above it; ASCII only. */
static char above_the_caret(const char *printed)
{
    const char *newline = strchr(printed, '\n');
    const char *caret = strchr(newline + 1, '^');

    MUST(caret);
    size_t column = (size_t)(caret - newline - 1);
    MUST(column < (size_t)(newline - printed));
    return printed[column];
}

/* A long line is cut around the culprit, whichever that is; a line of 200 columns is not. */
START_TEST(test_long_lines)
{
    char line[3000];
    struct buf out = {0};

    memset(line, 'x', sizeof line);
    for (size_t len = 195; len <= sizeof line; len += len < 210 ? 1 : 311)
        for (size_t at = 0; at < len; at += at < 300 || at + 100 > len ? 1 : 97) {
            line[at] = 'C';
            out.len = 0;
            caret_print(&out, line, len, at, 3, (struct caret_look){0});
            const char *printed = buf_text(&out);
            size_t shown = strcspn(printed, "\n");

            MUST(above_the_caret(printed) == 'C');
            MUST(len > 200 ? shown <= 4 + 3 + 200 + 3 : shown == 4 + len);
            MUST((strstr(printed, "...\n") != NULL || strstr(printed, "    ...x") != NULL ||
                  strstr(printed, "    ...C") != NULL) == (len > 200));
            line[at] = 'x';
        }
    caret_print(&out, line, sizeof line, sizeof line, 0, (struct caret_look){0}); /* behind the end */
    out.len = 0;
    caret_print(&out, line, sizeof line, 10, 2900,
                (struct caret_look){0}); /* a culprit longer than the window */
    MUST(strlen(buf_text(&out)) < 2 * (4 + 3 + 200 + 4));
    buf_free(&out);
}
END_TEST

/* Wide characters are cut between, not within. */
START_TEST(test_long_utf8)
{
    char line[900];
    struct buf out = {0};

    for (size_t i = 0; i + 3 <= sizeof line; i += 3)
        memcpy(line + i, "\xe6\xbc\xa2", 3);
    for (size_t at = 0; at < sizeof line; at += 3) {
        out.len = 0;
        caret_print(&out, line, sizeof line, at, 3, (struct caret_look){0});
        const char *printed = buf_text(&out);

        MUST(strchr(printed, '?') == NULL);
        MUST(strstr(printed, "^~\n"));
    }
    buf_free(&out);
}
END_TEST

/* The column behind the text, which begins in one: ASCII, tabs, and wide characters of three bytes. */
static int column_behind(int column, const char *text, const char *end)
{
    while (text < end) {
        column += *text == '\t' ? 8 - column % 8 : *text & 0x80 ? 2 : 1;
        text += *text & 0x80 ? 3 : 1;
    }
    return column;
}

/* On a terminal neither line is wrapped, the caret stands under the culprit, and a line that has room is
 * whole. Characters of a line are n of ones[], again and again. */
static void check_terminal(const char *const *ones, int n, int length, unsigned columns)
{
    struct buf line = {0}, out = {0};

    for (int culprit = 0; culprit < length; culprit++) {
        size_t at = 0;

        line.len = out.len = 0;
        for (int i = 0; i < length; i++) {
            if (i == culprit)
                at = line.len;
            buf_str(&line, i == culprit ? "C" : ones[i % n]);
        }
        caret_print(&out, buf_text(&line), line.len, at, 1, (struct caret_look){.columns = columns});
        const char *shown = buf_text(&out), *end = strchr(shown, '\n');
        MUST(end);
        const char *caret = strchr(end, '^');
        const char *found = memchr(shown, 'C', (size_t)(end - shown));

        MUST(found && caret);
        MUST(column_behind(0, shown, end) < (int)columns);
        ck_assert_int_eq(column_behind(0, end + 1, caret), column_behind(0, shown, found));
        ck_assert_str_eq(caret, "^\n");
        bool whole = (size_t)(end - shown) == 4 + line.len && memcmp(shown + 4, line.at, line.len) == 0;
        ck_assert_int_eq(whole, column_behind(4, line.at, line.at + line.len) < (int)columns);
    }
    buf_free(&line);
    buf_free(&out);
}

START_TEST(test_terminal)
{
    static const char *const plain[] = {"x"}, *const wide[] = {"\xe6\xbc\xa2"},
                             *const mixed[] = {"x", "\t", "\xe6\xbc\xa2", "y", "z"};

    for (unsigned columns = 24; columns < 130; columns += columns < 44 ? 1 : 12)
        for (int length = 1; length < 150; length += length < 45 ? 1 : 20) {
            check_terminal(plain, 1, length, columns);
            check_terminal(wide, 1, length, columns);
            check_terminal(mixed, 5, length, columns);
        }
}
END_TEST

/* What is behind the culprit, and before it where that leaves room, fills the line. */
START_TEST(test_terminal_is_used)
{
    static const char line[] = "vip = 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5";
    static const struct {
        size_t at;
        const char *printed;
    } shown[] = {
        {0, "    vip = 192.0.2.1, 192.0.2.2, 192....\n    ^~~~~~~~~\n"},
        {28, "    ...92.0.2.2, 192.0.2.3, 192.0.2....\n                 ^~~~~~~~~\n"},
        {50, "    ... 192.0.2.3, 192.0.2.4, 192.0.2.5\n                              ^~~~~~~~~\n"},
        {sizeof line - 1,
         "    ... 192.0.2.3, 192.0.2.4, 192.0.2.5\n                                       ^\n"},
    };
    struct buf out = {0};

    for (int i = 0; i < N_OF(shown); i++) {
        out.len = 0;
        caret_print(&out, line, sizeof line - 1, shown[i].at, 9, (struct caret_look){.columns = 40});
        ck_assert_str_eq(buf_text(&out), shown[i].printed);
    }
    out.len = 0; /* no narrower than 24 columns */
    caret_print(&out, line, sizeof line - 1, 0, 9, (struct caret_look){.columns = 1});
    ck_assert_str_eq(buf_text(&out), "    vip = 192.0.2.1,...\n    ^~~~~~~~~\n");
    buf_free(&out);
}
END_TEST

static Suite *caret_suite(void)
{
    Suite *s = suite_create("caret");
    TCase *t = new_case(s, "caret");

    tcase_add_loop_test(t, test_print, 0, N_OF(cases));
    tcase_add_test(t, test_colour);
    tcase_add_test(t, test_long_lines);
    tcase_add_test(t, test_long_utf8);
    tcase_add_test(t, test_terminal);
    tcase_add_test(t, test_terminal_is_used);
    return s;
}

int main(void)
{
    return run_suite(caret_suite());
}
