/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of every length come through inih byte for byte, and every byte knows its place. */
#include "lbgen/ini_reader.h"

#include "check_ini_reader.h"

enum { LONGEST = 64 * 1024 };

/* What inih trims, cuts or takes for a comment, among harmless bytes. */
static char any_byte(struct chance *c)
{
    static const char bytes[] = "  \t\t;;##[]=:\"'\\,-xyz0123456789";

    return bytes[chance_below(c, sizeof bytes - 1)];
}

/* A value as it can stand in one line: no blank at its ends, no `;` behind a blank. Returns its length, at
 * most n. */
static size_t random_value(struct chance *c, char *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = any_byte(c);
        if (out[i] == ';' && (i == 0 || out[i - 1] == ' ' || out[i - 1] == '\t'))
            out[i] = '#';
    }
    if (n && (out[0] == ' ' || out[0] == '\t'))
        out[0] = 'f';
    if (n && (out[n - 1] == ' ' || out[n - 1] == '\t'))
        out[n - 1] = 'l';
    return n;
}

/* One text with one key; its value must be `value`, nothing may be said. */
static void check_value(const struct buf *text, const char *value, size_t len)
{
    struct record r;
    const char *said = record_read(&r, text->at, text->len);

    if (*said || r.keys != 1)
        ck_abort_msg("%zu bytes, %zu keys: %.300s", len, r.keys, said);
    if (r.value.len != len || memcmp(r.value.at, value, len) != 0)
        ck_abort_msg("%zu bytes went in, %zu came out:\n%.*s\n%.*s", len, r.value.len, (int)len, value,
                     (int)r.value.len, r.value.at);
    MUST(r.places == len);
    record_free(&r);
}

static void check_line(const char *before, const char *value, size_t len, const char *behind)
{
    struct buf text = {0};

    buf_str(&text, before);
    buf_add(&text, value, len);
    buf_str(&text, behind);
    check_value(&text, value, len);
    buf_free(&text);
}

/* Every length around inih's buffers; then some of all up to the longest line. */
START_TEST(test_lengths)
{
    static char value[LONGEST];
    struct chance c = {.state = 0x1e46714ULL + (unsigned)_i};

    for (size_t i = 0; i < 60; i++) {
        size_t n = _i < 20 ? 1 + (size_t)_i * 60 + i : 1 + chance_below(&c, LONGEST - 2);

        if (_i >= 20 && i > 4)
            break;
        random_value(&c, value, n);
        check_line("[a]\nk=", value, n, "\n");
        check_line("k0123456789-1234567890123456789012345678901234567  =\t ", value,
                   n > LONGEST - 60 ? 5
                   : n > 5          ? n
                                    : 1,
                   "\r\n; c\n");
    }
}
END_TEST

/* A line of 65,536 bytes may be, one of 65,537 may not, whatever is in it; CRLF does not count. */
START_TEST(test_longest_line)
{
    static const char *const beginnings[] = {"k=", "k =   ", "; ", "k = v ;", "[a] ; "};
    const char *beginning = beginnings[_i / 4];
    size_t over = (size_t)_i % 2, fill = LONGEST + over - strlen(beginning);
    struct buf text = {0};
    struct record r;

    buf_str(&text, beginning);
    for (size_t i = 0; i < fill; i++)
        buf_char(&text, 'x');
    buf_str(&text, _i % 4 < 2 ? "\n" : "\r\n");
    buf_str(&text, "l = w\n");
    const char *said = record_read(&r, text.at, text.len);
    ck_assert_uint_eq(diag_errors(&r.diag), over);
    if (over)
        ck_assert_msg(strstr(said, "65537 bytes") != NULL, "%s", said);
    ck_assert(memcmp(r.value.at, "w", 1) == 0); /* what follows is read in any case */
    record_free(&r);
    buf_free(&text);
}
END_TEST

/* Runs of blanks, `;` and `#` at each place around the ends of pieces. */
START_TEST(test_piece_ends)
{
    static const char *const runs[] = {" ",   "  ",   "\t",         " \t ", ";", "#",   ";;#", " #",
                                       " # ", "\t#;", "          ", "[x]",  "=", " = ", ":"};
    const char *run = runs[_i];
    size_t n = strlen(run);
    char value[420];

    for (size_t at = 1; at + n < sizeof value; at++) {
        memset(value, 'x', sizeof value);
        memcpy(value + at, run, n);
        check_line("[a]\nk = ", value, sizeof value, "\n");
        if (at + n < 205)
            check_line("[a]\nk = ", value, at + n + 1, " ; comment\n");
    }
}
END_TEST

/* A value over several lines, each with an indent, trailing blanks and perhaps a comment. */
START_TEST(test_continued)
{
    struct chance c = {.state = 0xc047ULL + (unsigned)_i * 77};
    static char line[600];

    for (int round = 0; round < 100; round++) {
        struct buf text = {0}, value = {0};
        uint32_t lines = 1 + chance_below(&c, 6);

        buf_str(&text, chance_one_in(&c, 2) ? "[a]\nk = " : "\xef\xbb\xbf[a]\r\n k=");
        for (uint32_t i = 0; i < lines; i++) {
            size_t n = random_value(&c, line, 1 + chance_below(&c, chance_one_in(&c, 3) ? 599 : 30));

            if (i) {
                line[0] = 'c'; /* no [ or ; and no key either: = has no word before it */
                line[n > 1] = '.';
                buf_str(&text, chance_one_in(&c, 4)   ? "\n; comment\n\n   # k = v\n"
                               : chance_one_in(&c, 2) ? "\r\n"
                                                      : "\n");
                buf_str(&text, chance_one_in(&c, 2) ? "\t" : "    ");
                buf_char(&value, ' ');
                n = n > 1 ? n : 2;
                if (line[n - 1] == ' ' || line[n - 1] == '\t')
                    line[n - 1] = 'l';
            }
            buf_add(&text, line, n);
            buf_add(&value, line, n);
            buf_str(&text, chance_one_in(&c, 3) ? " ; comment = [x]" : chance_one_in(&c, 2) ? "  \t" : "");
        }
        if (chance_one_in(&c, 2))
            buf_char(&text, '\n');
        check_value(&text, buf_text(&value), value.len);
        buf_free(&text);
        buf_free(&value);
    }
}
END_TEST

/* Lines of 65,536 bytes may go on and on: nothing is cut. */
START_TEST(test_long_and_continued)
{
    static char line[LONGEST];
    struct chance c = {.state = 0x10c9};
    struct buf text = {0}, value = {0};

    buf_str(&text, "[a]\nk =");
    for (int i = 0; i < 5; i++) {
        size_t n = random_value(&c, line, LONGEST - 4);

        line[0] = 'c';
        line[1] = '.';
        buf_str(&text, "\n    ");
        buf_add(&text, line, n);
        buf_str(&value, i ? " " : "");
        buf_add(&value, line, n);
    }
    struct record r;
    ck_assert_str_eq(record_read(&r, text.at, text.len), "");
    /* Whether the empty first line adds a blank is not the question here. */
    size_t extra = r.value.len - value.len;
    ck_assert_uint_le(extra, 1);
    ck_assert(memcmp(r.value.at + extra, value.at, value.len) == 0);
    record_free(&r);
    buf_free(&text);
    buf_free(&value);
}
END_TEST

/* A rule in quotes over pieces and lines keeps its `;`. */
START_TEST(test_quoted_rule)
{
    struct buf text = {0}, value = {0};

    for (size_t at = 0; at < 250; at++) {
        text.len = value.len = 0;
        buf_str(&text, "[a]\nrule6 = ");
        buf_str(&value, "-m comment --comment \"");
        for (size_t i = 0; i < at; i++)
            buf_char(&value, 'x');
        buf_str(&value, " ; # \\\" ; \" -j ACCEPT");
        buf_add(&text, value.at, value.len);
        buf_str(&text, " ; \" comment\n");
        check_value(&text, value.at, value.len);
    }
    buf_free(&text);
    buf_free(&value);
}
END_TEST

/* Any bytes at all: an end, no crash, findings inside the text, keys and places as they stand there. */
START_TEST(test_garbage)
{
    struct chance c = {.state = 0x6a4bULL + (unsigned)_i * 1299709U};
    static const char *const bits[] = {"[",
                                       "]",
                                       "=",
                                       "\n",
                                       "\r\n",
                                       " ",
                                       "\t",
                                       ";",
                                       "#",
                                       "\"",
                                       "k",
                                       "rule",
                                       "[a]\n",
                                       "\nk = ",
                                       "\n  ",
                                       "\xef\xbb\xbf",
                                       "\xc3\xa4",
                                       "\xe4",
                                       "\1",
                                       "\\",
                                       "0123456789012345678901234567890123456789"};

    for (int round = 0; round < 200; round++) {
        struct buf text = {0};
        struct record r;

        for (uint32_t n = chance_below(&c, 60); n--;)
            if (chance_one_in(&c, 20))
                buf_char(&text, (char)chance_bits(&c));
            else
                buf_str(&text, bits[chance_below(&c, N_OF(bits))]);
        char *copy = exact_copy(text.at, text.len);
        record_read(&r, copy, text.len);
        for (size_t i = 0; i < r.diag.n; i++)
            MUST(r.diag.at[i].at <= text.len);
        record_free(&r);
        free(copy);
        buf_free(&text);
    }
}
END_TEST

/* Several sources: places count on, and nothing is carried from one to the next. */
START_TEST(test_two_sources)
{
    struct record first, second;

    ck_assert_str_eq(record_read(&first, TEXT("[a]\nrule = \"x ;")), "");
    ck_assert_str_eq(buf_text(&first.events), "[a]\nrule=\"x ;\n");
    record_read(&second, TEXT("  y\n"));
    ck_assert_uint_eq(diag_errors(&second.diag), 1);
    record_free(&first);
    record_free(&second);
}
END_TEST

static Suite *values_suite(void)
{
    Suite *s = suite_create("ini_reader_values");
    TCase *t = new_case(s, "values");

    tcase_add_loop_test(t, test_lengths, 0, 40);
    tcase_add_loop_test(t, test_longest_line, 0, 20);
    tcase_add_loop_test(t, test_piece_ends, 0, 15);
    tcase_add_loop_test(t, test_continued, 0, 20);
    tcase_add_test(t, test_long_and_continued);
    tcase_add_test(t, test_quoted_rule);
    tcase_add_loop_test(t, test_garbage, 0, 20);
    tcase_add_test(t, test_two_sources);
    return s;
}

int main(void)
{
    return run_suite(values_suite());
}
