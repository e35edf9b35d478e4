/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/json_stream.h"

#include "check_util.h"

#define HEAD                                                                                                 \
    "{\n  \"schema\": \"" JSON_SCHEMA "\",\n  \"version\": \"" LBGEN_VERSION "\",\n  \"kind\": \"test\""

struct fixture {
    struct buf out;
    struct json_stream s;
};

static void begin(struct fixture *f)
{
    *f = (struct fixture){0};
    json_begin(&f->s, &f->out, "test");
}

/* The document, which libjansson must be able to read. */
static json_t *end(struct fixture *f, const char *expected)
{
    json_error_t error;

    json_end(&f->s);
    ck_assert_str_eq(buf_text(&f->out), expected);
    json_t *document = json_loadb(f->out.at, f->out.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    ck_assert_msg(document != NULL, "%s", error.text);
    buf_free(&f->out);
    return document;
}

START_TEST(test_nothing)
{
    struct fixture f;

    begin(&f);
    json_decref(end(&f, HEAD "\n}\n"));
}
END_TEST

START_TEST(test_nested)
{
    struct fixture f;

    begin(&f);
    json_put(&f.s, "n", json_number(UINT32_MAX));
    json_open_array(&f.s, "none");
    json_close(&f.s);
    json_open_array(&f.s, "list");
    json_put(&f.s, NULL, json_words("a"));
    json_open_object(&f.s, NULL);
    json_close(&f.s);
    json_open_object(&f.s, NULL);
    json_put(&f.s, "x", json_true());
    json_close(&f.s);
    json_put(&f.s, NULL, json_words(NULL));
    json_close(&f.s);
    json_put(&f.s, "last", json_array());
    json_decref(end(&f, HEAD ",\n"
                             "  \"n\": 4294967295,\n"
                             "  \"none\": [],\n"
                             "  \"list\": [\n"
                             "    \"a\",\n"
                             "    {},\n"
                             "    {\n"
                             "      \"x\": true\n"
                             "    },\n"
                             "    null\n"
                             "  ],\n"
                             "  \"last\": []\n"
                             "}\n"));
}
END_TEST

/* A value's members stand in the order in which they were set, on one line. */
START_TEST(test_value)
{
    struct fixture f;
    json_t *value, *list;

    begin(&f);
    value = json_object();
    list = json_array();
    json_add(list, json_number(2));
    json_add(list, json_number(1));
    json_set(value, "z", list);
    json_set(value, "a", json_words("\"\\\n"));
    json_put(&f.s, "value", value);
    json_decref(end(&f, HEAD ",\n  \"value\": {\"z\": [2, 1], \"a\": \"\\\"\\\\\\n\"}\n}\n"));
}
END_TEST

static const struct {
    const char *text;
    size_t len;
    const char *shown;
} texts[] = {
    {"", 0, "\"\""},
    {"\"", 1, "\"\\\"\""},
    {"\\", 1, "\"\\\\\""},
    {"a\0b", 3, "\"a\\u0000b\""},
    {"\x01\x10\t", 3, "\"\\u0001\\u0010\\t\""},
    {"\xc3\xa9", 2, "\"\xc3\xa9\""},
    {"\xff", 1, "\"\xef\xbf\xbd\""},
    {"\xff\0\"", 3, "\"\xef\xbf\xbd\\u0000\\\"\""},
    {"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    {"cut\xe2\x82", 5, "\"cut\xef\xbf\xbd\xef\xbf\xbd\""},
    {"</script>", 9, "\"</script>\""},
};

START_TEST(test_text)
{
    char *text = exact_copy(texts[_i].text, texts[_i].len);
    struct buf expected = {0};
    struct fixture f;

    begin(&f);
    json_put(&f.s, "text", json_text(text, texts[_i].len));
    buf_printf(&expected, HEAD ",\n  \"text\": %s\n}\n", texts[_i].shown);
    json_decref(end(&f, buf_text(&expected)));
    buf_free(&expected);
    free(text);
}
END_TEST

START_TEST(test_taken)
{
    struct buf text = {0};
    json_t *value;

    buf_str(&text, "x\xfe");
    value = json_taken(&text);
    ck_assert_str_eq(json_string_value(value), "x\xef\xbf\xbd");
    ck_assert(text.at == NULL && text.len == 0);
    json_decref(value);
    value = json_taken(&text);
    ck_assert_str_eq(json_string_value(value), "");
    json_decref(value);
    buf_free(&text);
}
END_TEST

/* Any bytes make a document that can be read. */
START_TEST(test_chance)
{
    struct chance c = {(uint64_t)_i + 1};
    char text[40];

    for (int round = 0; round < 500; round++) {
        struct fixture f;
        size_t n = chance_below(&c, sizeof text);

        for (size_t i = 0; i < n; i++)
            text[i] = (char)chance_bits(&c);
        begin(&f);
        json_put(&f.s, "text", json_text(text, n));
        json_end(&f.s);
        json_t *document = json_loadb(f.out.at, f.out.len, JSON_ALLOW_NUL, NULL);
        MUST(document);
        json_decref(document);
        buf_free(&f.out);
    }
}
END_TEST

static int refuse(void *ctx, const char *data, size_t len)
{
    (void)data;
    (void)len;
    ++*(int *)ctx;
    return 28;
}

/* What can't be written is the buffer's to remember. */
START_TEST(test_full_disk)
{
    int calls = 0;
    struct buf out = {.flush = refuse, .ctx = &calls};
    struct json_stream s;

    json_begin(&s, &out, "test");
    json_open_array(&s, "many");
    for (int i = 0; i < 100000; i++)
        json_put(&s, NULL, json_number(1));
    json_close(&s);
    json_end(&s);
    ck_assert_int_eq(buf_finish(&out), 28);
    ck_assert_int_eq(calls, 1);
    buf_free(&out);
}
END_TEST

static Suite *json_stream_suite(void)
{
    Suite *s = suite_create("json_stream");
    TCase *t = new_case(s, "json_stream");

    tcase_add_test(t, test_nothing);
    tcase_add_test(t, test_nested);
    tcase_add_test(t, test_value);
    tcase_add_loop_test(t, test_text, 0, N_OF(texts));
    tcase_add_test(t, test_taken);
    tcase_add_loop_test(t, test_chance, 0, 4);
    tcase_add_test(t, test_full_disk);
    return s;
}

int main(void)
{
    return run_suite(json_stream_suite());
}
