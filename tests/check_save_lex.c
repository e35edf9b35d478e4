/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/save_lex.h"

#include "check_util.h"

/* A line, and its words. */
static const struct {
    const char *line;
    size_t len;
    const char *words[6];
} lines[] = {
    {TEXT(""), {NULL}},
    {TEXT(" \t "), {NULL}},
    {TEXT("-A INPUT"), {"-A", "INPUT"}},
    {TEXT("\t -A\t\tINPUT  "), {"-A", "INPUT"}},
    {TEXT("--comment \"two words\" -j x"), {"--comment", "two words", "-j", "x"}},
    {TEXT("--comment \"\" x"), {"--comment", "", "x"}},
    {TEXT("a\"b c\"d e"), {"ab cd", "e"}},
    {TEXT("\"a\"\"b\""), {"ab"}},
    {TEXT("\"a \\\" b\" c"), {"a \" b", "c"}},
    {TEXT("\"a \\\\\" c"), {"a \\", "c"}},
    {TEXT("\"\\'\" c"), {"'", "c"}},
    /* outside of quotes a backslash is a byte like others */
    {TEXT("a\\b \\ c"), {"a\\b", "\\", "c"}},
    {TEXT("\"never closed -j"), {"never closed -j"}},
    {TEXT("'a b'"), {"'a", "b'"}},
    {TEXT("# x"), {"#", "x"}},
};

START_TEST(test_words)
{
    char *line = exact_copy(lines[_i].line, lines[_i].len);
    struct save_lexer lexer = {.text = line, .len = lines[_i].len};
    struct arena mem = {0};
    const char *word;
    int n = 0;

    while ((word = save_next_word(&lexer, &mem))) {
        ck_assert_ptr_nonnull(lines[_i].words[n]);
        ck_assert_str_eq(word, lines[_i].words[n++]);
    }
    ck_assert_ptr_null(lines[_i].words[n]);
    ck_assert_ptr_null(save_next_word(&lexer, &mem));
    arena_free(&mem);
    free(line);
}
END_TEST

/* Any bytes at all: it ends, and never leaves the text. */
START_TEST(test_chance)
{
    static const char bytes[] = " \t\"\"\\\\ab-!\n\r\xff";
    struct chance chance = {20261123};

    for (int i = 0; i < 20000; i++) {
        char text[24];
        size_t len = chance_below(&chance, sizeof text);

        for (size_t k = 0; k < len; k++)
            text[k] = bytes[chance_below(&chance, sizeof bytes - 1)];
        char *line = exact_copy(text, len);
        struct save_lexer lexer = {.text = line, .len = len};
        struct arena mem = {0};
        int n = 0;
        for (const char *word; (word = save_next_word(&lexer, &mem)); n++)
            MUST(strlen(word) <= len);
        MUST(lexer.at == len && n <= (int)len);
        arena_free(&mem);
        free(line);
    }
}
END_TEST

static Suite *save_lex_suite(void)
{
    Suite *s = suite_create("save_lex");
    TCase *t = new_case(s, "save_lex");

    tcase_add_loop_test(t, test_words, 0, N_OF(lines));
    tcase_add_test(t, test_chance);
    return s;
}

int main(void)
{
    return run_suite(save_lex_suite());
}
