/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/ini_line.h"

#include "check_util.h"

/* One line, alone or below a value with open quotes; name and body as they are found. */
static const struct {
    const char *line;
    size_t len;
    bool quotes_count, in_quotes;
    enum line_kind kind;
    const char *name, *body;
    bool open; /* in quotes at its end */
} cases[] = {
    {TEXT(""), false, false, LINE_EMPTY, "", "", false},
    {TEXT(" \t "), false, false, LINE_EMPTY, "", "", false},
    {TEXT("; c"), false, false, LINE_EMPTY, "", "", false},
    {TEXT("  # c"), false, false, LINE_EMPTY, "", "", false},
    {TEXT(";"), true, true, LINE_EMPTY, "", "", true}, /* at column 1 a comment in any case */
    {TEXT("  ; x"), true, true, LINE_CONTINUATION, "", "; x", true},
    {TEXT("[a]"), false, false, LINE_HEADER, "", "a", false},
    {TEXT("  [ a b ] ; c"), false, false, LINE_HEADER, "", "a b", false},
    {TEXT("[]"), false, false, LINE_HEADER, "", "", false},
    {TEXT("  [a]b"), false, false, LINE_CONTINUATION, "", "[a]b", false},
    {TEXT("[a]b"), false, false, LINE_BAD_HEADER, "", "", false},
    {TEXT("[a"), false, false, LINE_BAD_HEADER, "", "", false},
    {TEXT("  [a"), false, false, LINE_BAD_HEADER, "", "", false},
    {TEXT("[a ;]"), false, false, LINE_BAD_HEADER, "", "", false},
    {TEXT("k=v"), false, false, LINE_KEY, "k", "v", false},
    {TEXT("  key-2 \t=\t v w ; c"), false, false, LINE_KEY, "key-2", "v w", false},
    {TEXT("k="), false, false, LINE_KEY, "k", "", false},
    {TEXT("k= ;c"), false, false, LINE_KEY, "k", "", false},
    {TEXT("k=;c"), false, false, LINE_KEY, "k", ";c", false},
    {TEXT("k=a:b=c"), false, false, LINE_KEY, "k", "a:b=c", false},
    {TEXT("k=v"), true, true, LINE_KEY, "k", "v", false}, /* a new key closes what was open */
    {TEXT("rule=\"a ; b"), false, false, LINE_KEY, "rule", "\"a ; b", true},
    {TEXT("rule=\"a\" ; b"), false, false, LINE_KEY, "rule", "\"a\"", false},
    {TEXT("k=\"a ; b"), false, false, LINE_KEY, "k", "\"a", false},
    {TEXT("rule=\"a \\\" ; b\""), false, false, LINE_KEY, "rule", "\"a \\\" ; b\"", false},
    {TEXT("rule=\\\" ; b\""), false, false, LINE_KEY, "rule", "\\\" ; b\"", false},
    {TEXT("rule=\"\\"), false, false, LINE_KEY, "rule", "\"\\", true},
    {TEXT("  b\" ; c"), true, true, LINE_CONTINUATION, "", "b\"", false},
    {TEXT("  Key = v"), false, false, LINE_CONTINUATION, "", "Key = v", false},
    {TEXT("  v ; c"), false, false, LINE_CONTINUATION, "", "v", false},
    {TEXT("Key = v"), false, false, LINE_BAD, "", "", false},
    {TEXT("word"), false, false, LINE_BAD, "", "", false},
    {TEXT("a:b=c"), false, false, LINE_BAD, "", "", false},
    {TEXT("=v"), false, false, LINE_BAD, "", "", false},
    {TEXT(" = v"), false, false, LINE_CONTINUATION, "", "= v", false},
    {TEXT("k ; = v"), false, false, LINE_BAD, "", "", false},
    {TEXT("-k = v"), false, false, LINE_BAD, "", "", false},
    {TEXT("]"), false, false, LINE_BAD, "", "", false},
};

START_TEST(test_sort)
{
    char *line = exact_copy(cases[_i].line, cases[_i].len);
    struct ini_line_state state = {.semicolon = memchr(line, ';', cases[_i].len) != NULL,
                                   .quotes_count = cases[_i].quotes_count,
                                   .in_quotes = cases[_i].in_quotes};
    struct ini_line l = {0};
    struct complaint why = {0};

    ini_line_sort(line, cases[_i].len, &state, &l, &why);
    ck_assert_int_eq((int)l.kind, (int)cases[_i].kind);
    if (l.kind == LINE_KEY)
        ck_assert(l.name_len == strlen(cases[_i].name) &&
                  memcmp(line + l.name_at, cases[_i].name, l.name_len) == 0);
    if (l.kind == LINE_KEY || l.kind == LINE_CONTINUATION || l.kind == LINE_HEADER)
        ck_assert(l.body_len == strlen(cases[_i].body) &&
                  memcmp(line + l.body_at, cases[_i].body, l.body_len) == 0);
    if (l.kind == LINE_KEY || l.kind == LINE_CONTINUATION)
        ck_assert_int_eq(state.in_quotes, cases[_i].open);
    if (l.kind == LINE_HEADER)
        ck_assert_int_eq(line[l.bracket], '[');
    if (l.kind == LINE_BAD || l.kind == LINE_BAD_HEADER)
        ck_assert(why.text[0] && why.at + why.len <= cases[_i].len);
    free(line);
}
END_TEST

/* Bytes: the place of the first bad one, or -1; with a comment from byte `comment` on. */
static const struct {
    const char *line;
    size_t len, comment;
    int bad;
} bytes[] = {
    {TEXT("plain \t text"), 99, -1},
    {TEXT("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), 99, -1},
    {TEXT("\xef\xbf\xbf\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80"), 99, -1},
    {TEXT("a\0"), 0, 1},
    {TEXT("a\r"), 0, 1},
    {TEXT("a\n"), 0, 1},
    {TEXT("\x1f"), 0, 0},
    {TEXT("\x7f"), 0, 0},
    {TEXT("ab\xff"), 99, 2},
    {TEXT("ab\xff"), 2, -1},
    {TEXT("ab\xff"), 3, 2},
    {TEXT("\xc3"), 99, 0},
    {TEXT("\xc3("), 99, 0},
    {TEXT("\xc1\xbf"), 99, 0},
    {TEXT("\xe0\x9f\xbf"), 99, 0},
    {TEXT("\xed\xa0\x80"), 99, 0},
    {TEXT("\xf0\x8f\xbf\xbf"), 99, 0},
    {TEXT("\xf4\x90\x80\x80"), 99, 0},
    {TEXT("\xf5\x80\x80\x80"), 99, 0},
    {TEXT("\xe2\x82"), 99, 0},
    {TEXT("\xa4\xc3"), 99, 0},
};

START_TEST(test_bytes)
{
    char *line = exact_copy(bytes[_i].line, bytes[_i].len);
    size_t comment = bytes[_i].comment < bytes[_i].len ? bytes[_i].comment : bytes[_i].len;
    struct complaint why;

    ck_assert_int_eq(ini_line_bytes_good(line, bytes[_i].len, comment, &why), bytes[_i].bad < 0);
    if (bytes[_i].bad >= 0)
        ck_assert_int_eq((int)why.at, bytes[_i].bad);
    free(line);
}
END_TEST

START_TEST(test_quotes)
{
    static const char *const with[] = {"rule", "rule4", "rule6"}, *const without[] = {
                                                                      "",       "rul",    "rule5", "rules",
                                                                      "rule46", "policy", "xrule"};

    for (int i = 0; i < N_OF(with); i++)
        ck_assert(ini_key_has_quotes(with[i], strlen(with[i])));
    for (int i = 0; i < N_OF(without); i++)
        ck_assert(!ini_key_has_quotes(without[i], strlen(without[i])));
}
END_TEST

static Suite *ini_line_suite(void)
{
    Suite *s = suite_create("ini_line");
    TCase *t = new_case(s, "ini_line");

    tcase_add_loop_test(t, test_sort, 0, N_OF(cases));
    tcase_add_loop_test(t, test_bytes, 0, N_OF(bytes));
    tcase_add_test(t, test_quotes);
    return s;
}

int main(void)
{
    return run_suite(ini_line_suite());
}
