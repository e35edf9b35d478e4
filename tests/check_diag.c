/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/diag.h"

#include <stdio.h>

#include "check_util.h"

static const char first_text[] = "[service a]\nvip = x\n\tports = 80, 70000\n";
static const char second_text[] = "k = v\r\nlast";

struct fixture {
    struct sources sources;
    struct diag diag;
    struct buf out;
    srcpos one, two; /* where the texts begin */
};

static void begin(struct fixture *f)
{
    *f = (struct fixture){0};
    sources_add_text(&f->sources, "one.ini", first_text, sizeof first_text - 1);
    sources_add_text(&f->sources, "two.ini", second_text, sizeof second_text - 1);
    f->one = f->sources.at[0].base;
    f->two = f->sources.at[1].base;
}

static void check_printed(struct fixture *f, const char *expected)
{
    diag_print(&f->diag, &f->sources, &f->out, (struct caret_look){0});
    ck_assert_str_eq(buf_text(&f->out), expected);
    buf_free(&f->out);
    diag_free(&f->diag);
    sources_free(&f->sources);
}

START_TEST(test_nothing)
{
    struct fixture f;

    begin(&f);
    ck_assert_uint_eq(diag_errors(&f.diag), 0);
    check_printed(&f, "");
}
END_TEST

/* The form of the specification, with a tab in front. */
START_TEST(test_form)
{
    struct fixture f;

    begin(&f);
    diag_at(&f.diag, SEVERITY_ERROR, f.one + 33, 5, "port %d is not in 1..65535", 70000);
    check_printed(&f, "one.ini:3:14: error: port 70000 is not in 1..65535\n"
                      "    \tports = 80, 70000\n"
                      "    \t            ^~~~~\n");
}
END_TEST

/* What is quoted may hold anything, and is shown on a terminal. */
START_TEST(test_only_text_is_shown)
{
    struct fixture f;

    begin(&f);
    diag_file(&f.diag, SEVERITY_ERROR, "a\x1b[2Jb", "no '%s'", "x\n\xff\xc2\x9b\xc3\xa9");
    check_printed(&f, "a?[2Jb: error: no 'x???\xc3\xa9'\n");
}
END_TEST

/* By position, whatever the order in which they were found; without a place first; notes behind their
 * finding. */
START_TEST(test_order)
{
    struct fixture f;

    begin(&f);
    diag_at(&f.diag, SEVERITY_WARNING, f.two + 4, 1, "sixth");
    diag_note(&f.diag, f.one, "its note");
    diag_note(&f.diag, SRC_NONE, "its second note");
    diag_at(&f.diag, SEVERITY_ERROR, f.one + 18, 1, "fourth");
    diag_at(&f.diag, SEVERITY_ERROR, f.one + 18, 1, "fifth, of the same place");
    diag_file(&f.diag, SEVERITY_ERROR, "three.ini", "first, of a file");
    diag_at(&f.diag, SEVERITY_ERROR, f.one, 3, "third");
    diag_file(&f.diag, SEVERITY_WARNING, NULL, "second, of the run");
    diag_note(&f.diag, f.two, "with a note");
    ck_assert_uint_eq(diag_errors(&f.diag), 4);
    ck_assert_uint_eq(f.diag.count[SEVERITY_WARNING], 2);
    ck_assert_uint_eq(f.diag.count[SEVERITY_NOTE], 3);
    check_printed(&f, "three.ini: error: first, of a file\n"
                      "lbgen: warning: second, of the run\n"
                      "two.ini:1:1: note: with a note\n"
                      "one.ini:1:1: error: third\n    [service a]\n    ^~~\n"
                      "one.ini:2:7: error: fourth\n    vip = x\n          ^\n"
                      "one.ini:2:7: error: fifth, of the same place\n    vip = x\n          ^\n"
                      "two.ini:1:5: warning: sixth\n    k = v\n        ^\n"
                      "one.ini:1:1: note: its note\n"
                      "lbgen: note: its second note\n");
}
END_TEST

/* At the ends of lines and texts: behind the last byte; CR is never shown. */
START_TEST(test_ends)
{
    struct fixture f;

    begin(&f);
    diag_at(&f.diag, SEVERITY_ERROR, f.one + 11, 0, "at a newline");
    diag_at(&f.diag, SEVERITY_ERROR, f.two + 4, 99, "over a line's end");
    diag_at(&f.diag, SEVERITY_ERROR, f.two + 5, 1, "at a CR");
    diag_at(&f.diag, SEVERITY_ERROR, f.two + 11, 1, "at the end");
    check_printed(&f, "one.ini:1:12: error: at a newline\n    [service a]\n               ^\n"
                      "two.ini:1:5: error: over a line's end\n    k = v\n        ^\n"
                      "two.ini:1:6: error: at a CR\n    k = v\n         ^\n"
                      "two.ini:2:5: error: at the end\n    last\n        ^\n");
}
END_TEST

START_TEST(test_warnings_as_errors)
{
    struct fixture f;

    begin(&f);
    f.diag.warnings_are_errors = true;
    diag_at(&f.diag, SEVERITY_WARNING, f.one, 1, "w");
    diag_note(&f.diag, f.one, "n"); /* notes stay notes */
    diag_file(&f.diag, SEVERITY_WARNING, NULL, "x");
    ck_assert_uint_eq(diag_errors(&f.diag), 2);
    ck_assert_uint_eq(f.diag.count[SEVERITY_WARNING], 0);
    check_printed(&f,
                  "lbgen: error: x\none.ini:1:1: error: w\n    [service a]\n    ^\none.ini:1:1: note: n\n");
}
END_TEST

START_TEST(test_warnings_are_no_errors)
{
    struct fixture f;

    begin(&f);
    diag_at(&f.diag, SEVERITY_WARNING, f.one, 1, "w");
    diag_note(&f.diag, f.one, "n");
    ck_assert_uint_eq(diag_errors(&f.diag), 0);
    check_printed(&f, "one.ini:1:1: warning: w\n    [service a]\n    ^\none.ini:1:1: note: n\n");
}
END_TEST

/* What was said is kept, the caller's texts may go. */
START_TEST(test_texts_are_kept)
{
    char name[] = "gone.ini", word[] = "word";
    struct fixture f;
    struct buf expected = {0};

    begin(&f);
    diag_file(&f.diag, SEVERITY_ERROR, name, "a %s", word);
    memset(name, '!', sizeof name - 1);
    memset(word, '!', sizeof word - 1);
    buf_str(&expected, "gone.ini: error: a word\ngone.ini: error: ");
    struct buf big = {0};
    for (int i = 0; i < 1000; i++)
        buf_str(&big, "very long ");
    diag_file(&f.diag, SEVERITY_ERROR, "gone.ini", "%s", buf_text(&big));
    buf_str(&expected, buf_text(&big));
    buf_char(&expected, '\n');
    check_printed(&f, buf_text(&expected));
    buf_free(&expected);
    buf_free(&big);
}
END_TEST

/* A note without a finding before it is printed all the same. */
START_TEST(test_lone_note)
{
    struct fixture f;

    begin(&f);
    diag_note(&f.diag, f.one, "alone");
    check_printed(&f, "one.ini:1:1: note: alone\n");
}
END_TEST

START_TEST(test_colour)
{
    struct fixture f;

    begin(&f);
    diag_at(&f.diag, SEVERITY_ERROR, f.two, 1, "e");
    diag_print(&f.diag, &f.sources, &f.out, (struct caret_look){.colour = true});
    ck_assert_str_eq(buf_text(&f.out),
                     "two.ini:1:1: \033[1;31merror:\033[0m e\n    k = v\n\033[1;32m    ^\033[0m\n");
    f.out.len = 0;
    check_printed(&f, "two.ini:1:1: error: e\n    k = v\n    ^\n"); /* and again without */
}
END_TEST

/* Many findings in any order come out in the order of the text. */
START_TEST(test_many)
{
    struct chance c = {.state = 0xd1a6};
    struct fixture f;

    begin(&f);
    for (int i = 0; i < 2000; i++) {
        diag_at(&f.diag, SEVERITY_ERROR, f.one + chance_below(&c, sizeof first_text), 1, "%d", i);
        if (i % 3 == 0)
            diag_note(&f.diag, f.two, "of %d", i);
    }
    diag_print(&f.diag, &f.sources, &f.out, (struct caret_look){0});
    size_t before = 0;
    int number = -1, findings = 0;
    for (const char *p = buf_text(&f.out); p && *p; p = strchr(p, '\n'), p += p != NULL) {
        unsigned line, column;
        int this_one;

        if (sscanf(p, "one.ini:%u:%u: error: %d", &line, &column, &this_one) == 3) {
            size_t place = line * 1000 + column;

            MUST(place > before || (place == before && this_one > number));
            before = place;
            number = this_one;
            findings++;
        } else if (sscanf(p, "two.ini:1:1: note: of %d", &this_one) == 1) {
            MUST(this_one == number && number % 3 == 0);
        }
    }
    MUST(findings == 2000);
    buf_free(&f.out);
    diag_free(&f.diag);
    sources_free(&f.sources);
}
END_TEST

static Suite *diag_suite(void)
{
    Suite *s = suite_create("diag");
    TCase *t = new_case(s, "diag");

    tcase_add_test(t, test_nothing);
    tcase_add_test(t, test_form);
    tcase_add_test(t, test_only_text_is_shown);
    tcase_add_test(t, test_order);
    tcase_add_test(t, test_ends);
    tcase_add_test(t, test_warnings_as_errors);
    tcase_add_test(t, test_warnings_are_no_errors);
    tcase_add_test(t, test_texts_are_kept);
    tcase_add_test(t, test_lone_note);
    tcase_add_test(t, test_colour);
    tcase_add_test(t, test_many);
    return s;
}

int main(void)
{
    return run_suite(diag_suite());
}
