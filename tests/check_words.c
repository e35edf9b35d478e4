/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/words.h"

#include <stdio.h>

#include "check_util.h"

/* Words and items of a text, in brackets; an empty item is [] and ends the list, as callers do it. */
static const struct {
    const char *text, *words, *items;
} cases[] = {
    {"", "", ""},
    {"   \t ", "", ""},
    {"a", "[a]", "[a]"},
    {" a\t b ", "[a][b]", "[a][b]"},
    {"a,b", "[a,b]", "[a][b]"},
    {"a, b", "[a,][b]", "[a][b]"},
    {"a ,b", "[a][,b]", "[a][b]"},
    {"a , b", "[a][,][b]", "[a][b]"},
    {"a b, c\td", "[a][b,][c][d]", "[a][b][c][d]"},
    {"80, 443 , 1000:2000", "[80,][443][,][1000:2000]", "[80][443][1000:2000]"},
    {"\xc3\xa4 \xa0", "[\xc3\xa4][\xa0]", "[\xc3\xa4][\xa0]"}, /* only blank and tab separate */
    {"a\nb", "[a\nb]", "[a\nb]"},
    /* A comma with nothing before or behind it. */
    {",", "[,]", "[]"},
    {",a", "[,a]", "[]"},
    {" , a", "[,][a]", "[]"},
    {"a,", "[a,]", "[a][]"},
    {"a, ", "[a,]", "[a][]"},
    {"a,,b", "[a,,b]", "[a][]"},
    {"a, ,b", "[a,][,b]", "[a][]"},
    {"a,b,", "[a,b,]", "[a][b][]"},
    {",,", "[,,]", "[]"},
};

START_TEST(test_words)
{
    size_t n = strlen(cases[_i].text);
    char *text = exact_copy(cases[_i].text, n), words[100] = "", items[100] = "";
    struct word w = {0}, last = {0};

    for (last = w; word_next(text, n, &w); last = w)
        sprintf(words + strlen(words), "[%.*s]", (int)w.len, text + w.at);
    ck_assert_str_eq(words, cases[_i].words);
    ck_assert(w.at == last.at && w.len == last.len); /* at the end *w stays */
    ck_assert(!word_next(text, n, &w));
    w = (struct word){0};
    while (item_next(text, n, &w)) {
        sprintf(items + strlen(items), "[%.*s]", (int)w.len, text + w.at);
        MUST(w.at + w.len <= n);
        if (w.len == 0)
            break;
    }
    ck_assert_str_eq(items, cases[_i].items);
    free(text);
}
END_TEST

static Suite *words_suite(void)
{
    Suite *s = suite_create("words");
    TCase *t = new_case(s, "words");

    tcase_add_loop_test(t, test_words, 0, N_OF(cases));
    return s;
}

int main(void)
{
    return run_suite(words_suite());
}
