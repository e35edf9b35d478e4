/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/persist_plan.h"

#include <stdio.h>

#include "check_util.h"

static struct persist_file p;

static struct persist_file example(void)
{
    struct persist_file example = {
        .folder_path = "/etc/sys config/100%/\xc3\xa4\n\x7f",
        .name = "ip tables\t",
        .keep_old = true,
        .before = {true, 0xfd00, UINT64_MAX, {1234, 0x0123456789abcdef}},
        .after = {true, 1, 2, {0, 0}},
        .folder = 7,
    };
    return example;
}

static const char printed[] = "persist /etc/sys%20config/100%25/%c3%a4%0a%7f ip%20tables%09\n"
                              "keep-old 1 made-folder 0\n"
                              "before 1 fd00 ffffffffffffffff 4d2 123456789abcdef\n"
                              "after 1 1 2 0 0\n";

START_TEST(test_there_and_back)
{
    struct persist_file from = example();
    struct buf text = {0};

    persist_plan_print(&from, &text);
    ck_assert_str_eq(buf_text(&text), printed);
    buf_str(&text, "after 1\n");
    ck_assert_uint_eq(persist_plan_read(&p, text.at, text.len), sizeof printed - 1);
    buf_free(&text);
    ck_assert_str_eq(p.folder_path, from.folder_path);
    ck_assert_str_eq(p.name, from.name);
    ck_assert(p.keep_old && !p.made_folder && p.folder == -1);
    ck_assert(file_version_equal(&p.before, &from.before) && file_version_equal(&p.after, &from.after));
}
END_TEST

/* Cut anywhere, it is no plan. */
START_TEST(test_cut)
{
    for (size_t len = 0; len < sizeof printed - 1; len++) {
        char *cut = exact_copy(printed, len);

        ck_assert_uint_eq(persist_plan_read(&p, cut, len), 0);
        free(cut);
    }
}
END_TEST

/* Changed anywhere, it is another plan or none, and nothing is read or written out of bounds. */
START_TEST(test_changed)
{
    char text[sizeof printed];

    for (size_t i = 0; i < sizeof printed - 1; i++)
        for (int c = 0; c < 256; c++) {
            memcpy(text, printed, sizeof text);
            text[i] = (char)c;
            size_t len = persist_plan_read(&p, text, sizeof text - 1);
            MUST(len == 0 || (p.folder_path[0] == '/' && !strchr(p.name, '/') && *p.name));
        }
}
END_TEST

static void check_bad(const char *from, const char *to)
{
    char text[sizeof printed + 100];
    const char *at = strstr(printed, from);

    ck_assert_ptr_nonnull(at);
    size_t len =
        (size_t)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - printed), printed, to, at + strlen(from));
    ck_assert_msg(persist_plan_read(&p, text, len) == 0, "%s for %s", to, from);
}

START_TEST(test_bad)
{
    check_bad("/etc", "etc");
    check_bad("/etc", "%2");
    check_bad("%20", "%00");
    check_bad("%20", "%2G");
    check_bad("%20", "%C3");
    check_bad("%20", "\t");
    check_bad("ip%20tables%09", "");
    check_bad("%09", "%2f");
    check_bad("keep-old 1", "keep-old 2");
    check_bad("keep-old 1", "keep-old");
    check_bad("fd00", "0x1");
    check_bad("ffffffffffffffff", "1ffffffffffffffff");
    check_bad("fd00", "");
    check_bad("fd00", "-1");
    check_bad("before", "Before");
}
END_TEST

/* As long as can be, and longer. */
START_TEST(test_long)
{
    struct buf text = {0};
    struct persist_file from = example();

    memset(from.folder_path, 'f', sizeof from.folder_path - 1);
    memset(from.name, '\n', sizeof from.name - 1);
    from.folder_path[0] = '/';
    from.folder_path[sizeof from.folder_path - 1] = from.name[sizeof from.name - 1] = '\0';
    persist_plan_print(&from, &text);
    ck_assert_uint_eq(persist_plan_read(&p, text.at, text.len), text.len);
    ck_assert_str_eq(p.folder_path, from.folder_path);
    ck_assert_str_eq(p.name, from.name);
    buf_free(&text);
    buf_str(&text, "persist /");
    for (int i = 0; i < 10000; i++)
        buf_char(&text, 'f');
    buf_str(&text, printed + sizeof "persist /etc" - 1);
    ck_assert_uint_eq(persist_plan_read(&p, text.at, text.len), 0);
    buf_free(&text);
}
END_TEST

/* Of a folder that is gone there is nothing to settle. */
START_TEST(test_no_folder)
{
    static const char text[] =
        "persist /run/none/none f\nkeep-old 0 made-folder 0\nbefore 1 1 2 3 4\nafter 1 1 2 0 0\n";

    ck_assert_uint_eq(persist_plan_read(&p, text, sizeof text - 1), sizeof text - 1);
    persist_settle(&p);
    ck_assert_int_eq(p.folder, -1);
    persist_close(&p);
}
END_TEST

static Suite *persist_plan_suite(void)
{
    Suite *s = suite_create("persist_plan");
    TCase *t = new_case(s, "persist_plan");

    tcase_add_test(t, test_there_and_back);
    tcase_add_test(t, test_cut);
    tcase_add_test(t, test_changed);
    tcase_add_test(t, test_bad);
    tcase_add_test(t, test_long);
    tcase_add_test(t, test_no_folder);
    return s;
}

int main(void)
{
    return run_suite(persist_plan_suite());
}
