/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/look_alike.h"

#include <stdlib.h>

#include "check_util.h"

static const struct {
    const char *text;
    size_t len, at, found; /* 0: none is there */
    const char *said;
} cases[] = {
    {TEXT(""), 0, 0, ""},
    {TEXT("plain - \"'=: "), 0, 0, ""},
    {TEXT("\xc2\xa0"), 0, 2, "here stands a no-break space (U+00A0): write a blank"},
    {TEXT("80\xe2\x80\x93"
          "90"),
     2, 3, "here stands an en dash (U+2013): write -"},
    {TEXT("\xe2\x80\x94\xe2\x80\x93"), 0, 3,
     "here stands an em dash (U+2014): write - or --"}, /* the first */
    {TEXT("\xef\xbb\xbf[a]"), 0, 3, "here stands a byte order mark (U+FEFF): take it out"},
    {TEXT("\xe2\x80\x9cx\xe2\x80\x9d"), 0, 3,
     "here stands a typographic quote (U+201C): write \" or nothing"},
    {TEXT("a\xe2\x80\xae"), 1, 3, "here stands a character that turns text (U+202E): take it out"},
    /* Letters and signs that are nothing but themselves; what is no character; a long one cut off. */
    {TEXT("\xc3\xa9\xce\xb1\xe6\xbc\xa2\xf0\x9f\x98\x80\xe2\x82\xac"), 0, 0, ""},
    {TEXT("\xe2\x80"), 0, 0, ""},
    {TEXT("\xc2\xff\xa0"), 0, 0, ""},
    {TEXT("\xff\xc2\xa0"), 1, 2, "here stands a no-break space (U+00A0): write a blank"},
    {TEXT("a\xef\xbc\x9d"), 1, 3, "here stands a wide = (U+FF1D): write ="},
    {TEXT("\xef\xbd\x9e\xef\xbc\x81"), 0, 3, "here stands a wide ~ (U+FF5E): write ~"},
    /* Just beside one. */
    {TEXT("\xef\xbd\x9f\xef\xbc\x80"), 0, 0, ""},
    {TEXT("\xc2\xa1\xe2\x80\xa0\xef\xbb\xbe"), 0, 0, ""},
};

START_TEST(test_find)
{
    char *text = exact_copy(cases[_i].text, cases[_i].len);
    struct look_alike found = {0};

    ck_assert_int_eq(look_alike_find(text, cases[_i].len, &found), cases[_i].found > 0);
    ck_assert_uint_eq(found.at, cases[_i].at);
    ck_assert_uint_eq(found.len, cases[_i].found);
    ck_assert_str_eq(found.text, cases[_i].said);
    ck_assert_int_eq(found.unseen, strstr(found.text, "a blank") || strstr(found.text, "take it out"));
    free(text);
}
END_TEST

static Suite *look_alike_suite(void)
{
    Suite *s = suite_create("look_alike");
    TCase *t = new_case(s, "look_alike");

    tcase_add_loop_test(t, test_find, 0, N_OF(cases));
    return s;
}

int main(void)
{
    return run_suite(look_alike_suite());
}
