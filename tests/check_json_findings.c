/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/json_findings.h"

#include "check_util.h"

static const char text[] = "[service a]\nports = 80, 70000\n";

struct fixture {
    struct sources sources;
    struct diag diag;
    srcpos base;
};

static void begin(struct fixture *f, const char *name)
{
    *f = (struct fixture){0};
    sources_add_text(&f->sources, name, text, sizeof text - 1);
    f->base = f->sources.at[0].base;
}

/* The findings as they stand in the document. */
static void check_told(struct fixture *f, const char *expected)
{
    struct json_stream s;
    struct buf out = {0};
    json_error_t error;

    json_begin(&s, &out, "test");
    json_open_array(&s, "findings");
    json_findings(&s, &f->diag, &f->sources);
    json_close(&s);
    json_end(&s);
    json_t *document = json_loadb(out.at, out.len, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(document != NULL, "%s", error.text);
    char *told = json_dumps(json_object_get(document, "findings"), 0);
    ck_assert_str_eq(told, expected);
    free(told);
    json_decref(document);
    buf_free(&out);
    diag_free(&f->diag);
    sources_free(&f->sources);
}

START_TEST(test_none)
{
    struct fixture f;

    begin(&f, "one.ini");
    check_told(&f, "[]");
}
END_TEST

START_TEST(test_place)
{
    struct fixture f;

    begin(&f, "one.ini");
    diag_at(&f.diag, SEVERITY_ERROR, f.base + 24, 5, "port %d", 70000);
    diag_at(&f.diag, SEVERITY_WARNING, f.base, 0, "a \"service\"");
    check_told(
        &f, "[{\"severity\": \"warning\", \"file\": \"one.ini\", \"line\": 1, \"column\": 1, \"length\": 1, "
            "\"text\": \"a \\\"service\\\"\", \"notes\": []}, "
            "{\"severity\": \"error\", \"file\": \"one.ini\", \"line\": 2, \"column\": 13, \"length\": 5, "
            "\"text\": \"port 70000\", \"notes\": []}]");
}
END_TEST

/* About a file, or about the run: no place, and no file where there is none. */
START_TEST(test_no_place)
{
    struct fixture f;

    begin(&f, "one.ini");
    diag_file(&f.diag, SEVERITY_ERROR, "other\xff.ini", "can't be opened");
    diag_file(&f.diag, SEVERITY_NOTE, NULL, "of the run");
    check_told(
        &f, "[{\"severity\": \"error\", \"file\": \"other\xef\xbf\xbd.ini\", \"text\": \"can't be opened\", "
            "\"notes\": []}, {\"severity\": \"note\", \"text\": \"of the run\", \"notes\": []}]");
}
END_TEST

START_TEST(test_notes)
{
    struct fixture f;

    begin(&f, "one\x01.ini");
    diag_at(&f.diag, SEVERITY_ERROR, f.base + 12, 5, "overlaps");
    diag_note(&f.diag, f.base, "is here");
    diag_note(&f.diag, f.base + 12, "and there");
    diag_at(&f.diag, SEVERITY_NOTE, f.base, 1, "alone");
    check_told(
        &f,
        "[{\"severity\": \"note\", \"file\": \"one\\u0001.ini\", \"line\": 1, \"column\": 1, \"length\": 1, "
        "\"text\": \"alone\", \"notes\": []}, "
        "{\"severity\": \"error\", \"file\": \"one\\u0001.ini\", \"line\": 2, \"column\": 1, \"length\": 5, "
        "\"text\": \"overlaps\", \"notes\": ["
        "{\"severity\": \"note\", \"file\": \"one\\u0001.ini\", \"line\": 1, \"column\": 1, \"text\": \"is "
        "here\"}, "
        "{\"severity\": \"note\", \"file\": \"one\\u0001.ini\", \"line\": 2, \"column\": 1, \"text\": \"and "
        "there\"}"
        "]}]");
}
END_TEST

/* What is printed once is told once. */
START_TEST(test_twice)
{
    struct fixture f;

    begin(&f, "one.ini");
    for (int i = 0; i < 3; i++)
        diag_at(&f.diag, SEVERITY_ERROR, f.base, 1, "same");
    check_told(&f,
               "[{\"severity\": \"error\", \"file\": \"one.ini\", \"line\": 1, \"column\": 1, \"length\": 1, "
               "\"text\": \"same\", \"notes\": []}]");
}
END_TEST

START_TEST(test_warnings_are_errors)
{
    struct fixture f;

    begin(&f, "one.ini");
    f.diag.warnings_are_errors = true;
    diag_at(&f.diag, SEVERITY_WARNING, f.base, 1, "x");
    check_told(&f,
               "[{\"severity\": \"error\", \"file\": \"one.ini\", \"line\": 1, \"column\": 1, \"length\": 1, "
               "\"text\": \"x\", \"notes\": []}]");
}
END_TEST

static Suite *json_findings_suite(void)
{
    Suite *s = suite_create("json_findings");
    TCase *t = new_case(s, "json_findings");

    tcase_add_test(t, test_none);
    tcase_add_test(t, test_place);
    tcase_add_test(t, test_no_place);
    tcase_add_test(t, test_notes);
    tcase_add_test(t, test_twice);
    tcase_add_test(t, test_warnings_are_errors);
    return s;
}

int main(void)
{
    return run_suite(json_findings_suite());
}
