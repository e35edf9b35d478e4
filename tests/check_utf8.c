/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/utf8.h"

#include <stdlib.h>

#include "check_util.h"

#define FFFD "\xef\xbf\xbd"

static const struct {
    const char *text;
    size_t length; /* of its first character */
} characters[] = {
    {"a", 1},
    {"\x7f", 1},
    {"\xc2\x80", 2},
    {"\xdf\xbf", 2},
    {"\xe0\xa0\x80", 3},
    {"\xed\x9f\xbf", 3},
    {"\xee\x80\x80", 3},
    {"\xef\xbf\xbf", 3},
    {"\xf0\x90\x80\x80", 4},
    {"\xf4\x8f\xbf\xbf", 4},
    /* no characters: a tail, a head too short, overlong, surrogates, beyond U+10FFFF, cut off */
    {"\x80", 0},
    {"\xbf", 0},
    {"\xc0\xaf", 0},
    {"\xc1\xbf", 0},
    {"\xe0\x9f\xbf", 0},
    {"\xed\xa0\x80", 0},
    {"\xf0\x8f\xbf\xbf", 0},
    {"\xf4\x90\x80\x80", 0},
    {"\xf5\x80\x80\x80", 0},
    {"\xff", 0},
    {"\xc2", 0},
    {"\xe2\x82", 0},
    {"\xf0\x9d\x84", 0},
    {"\xc2"
     "a",
     0},
    {"\xe2\x82"
     "a",
     0},
};

START_TEST(test_length)
{
    size_t n = strlen(characters[_i].text);
    char *text = exact_copy(characters[_i].text, n);

    ck_assert_uint_eq(utf8_length(text, n), characters[_i].length);
    free(text);
}
END_TEST

static void check_mended(const char *text, size_t len, const char *expected)
{
    char *copy = exact_copy(text, len);
    struct buf out = {0};

    utf8_mend(&out, copy, len);
    ck_assert_str_eq(buf_text(&out), expected);
    buf_free(&out);
    free(copy);
}

START_TEST(test_mend)
{
    check_mended("", 0, "");
    check_mended("plain", 5, "plain");
    check_mended("\xff", 1, FFFD);
    check_mended("a\xff\xfe"
                 "b",
                 4, "a" FFFD FFFD "b");
    check_mended("\xc3\xa9\xc3", 3, "\xc3\xa9" FFFD);
    check_mended("\xed\xa0\x80", 3, FFFD FFFD FFFD);
    check_mended("\xf0\x9d\x84\xe2\x82\xac", 6, FFFD FFFD FFFD "\xe2\x82\xac");
}
END_TEST

/* Whatever it is made of, it is mended once and for all. */
START_TEST(test_chance)
{
    struct chance c = {(uint64_t)_i + 1};
    struct buf once = {0}, twice = {0};
    char text[64];

    for (int round = 0; round < 2000; round++) {
        size_t n = chance_below(&c, sizeof text);

        for (size_t i = 0; i < n; i++)
            text[i] = (char)(chance_one_in(&c, 2) ? chance_bits(&c) : 0x80 | chance_below(&c, 0x80));
        once.len = twice.len = 0;
        utf8_mend(&once, text, n);
        for (size_t i = 0, k; i < once.len; i += k) {
            k = utf8_length(once.at + i, once.len - i);
            MUST(k > 0);
        }
        utf8_mend(&twice, once.at, once.len);
        MUST(twice.len == once.len && (once.len == 0 || memcmp(once.at, twice.at, once.len) == 0));
    }
    buf_free(&once);
    buf_free(&twice);
}
END_TEST

static void check_shown(const char *text, size_t len, const char *expected)
{
    char *copy = exact_copy(text, len);
    struct buf out = {0};

    utf8_show(&out, copy, len);
    ck_assert_str_eq(buf_text(&out), expected);
    buf_free(&out);
    free(copy);
}

START_TEST(test_show)
{
    check_shown(TEXT(""), "");
    check_shown(TEXT("plain ~ \xc3\xa9\xe2\x82\xac"), "plain ~ \xc3\xa9\xe2\x82\xac");
    check_shown(TEXT("a\0b\t\n\x1b[31m\x7f"), "a?b???[31m?");
    check_shown(TEXT("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0"), "???\xc2\xa0");
    check_shown(TEXT("\xff\xc2"), "??");
    check_shown(TEXT("a\xe2\x80\xaa\xe2\x80\xae\xe2\x81\xa6\xe2\x81\xa9z"), "a????z");
    check_shown(TEXT("\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa"),
                "\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa");
    check_shown(TEXT("\xe2\x80"), "??");
}
END_TEST

static Suite *utf8_suite(void)
{
    Suite *s = suite_create("utf8");
    TCase *t = new_case(s, "utf8");

    tcase_add_loop_test(t, test_length, 0, N_OF(characters));
    tcase_add_test(t, test_mend);
    tcase_add_test(t, test_show);
    tcase_add_loop_test(t, test_chance, 0, 5);
    return s;
}

int main(void)
{
    return run_suite(utf8_suite());
}
