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
};

START_TEST(test_print)
{
    char *line = exact_copy(cases[_i].line, cases[_i].len);
    struct buf out = {0};

    caret_print(&out, line, cases[_i].len, cases[_i].at, cases[_i].count, false);
    ck_assert_str_eq(buf_text(&out), cases[_i].printed);
    buf_free(&out);
    free(line);
}
END_TEST

START_TEST(test_colour)
{
    struct buf out = {0};

    caret_print(&out, TEXT("abc"), 1, 1, true);
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
            caret_print(&out, line, len, at, 3, false);
            const char *printed = buf_text(&out);
            size_t shown = strcspn(printed, "\n");

            MUST(above_the_caret(printed) == 'C');
            MUST(len > 200 ? shown <= 4 + 3 + 200 + 3 : shown == 4 + len);
            MUST((strstr(printed, "...\n") != NULL || strstr(printed, "    ...x") != NULL ||
                  strstr(printed, "    ...C") != NULL) == (len > 200));
            line[at] = 'x';
        }
    caret_print(&out, line, sizeof line, sizeof line, 0, false); /* behind the end */
    out.len = 0;
    caret_print(&out, line, sizeof line, 10, 2900, false); /* a culprit longer than the window */
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
        caret_print(&out, line, sizeof line, at, 3, false);
        const char *printed = buf_text(&out);

        MUST(strchr(printed, '?') == NULL);
        MUST(strstr(printed, "^~\n"));
    }
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
    return s;
}

int main(void)
{
    return run_suite(caret_suite());
}
