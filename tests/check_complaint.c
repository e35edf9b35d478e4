/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/complaint.h"

#include "check_util.h"

START_TEST(test_filled)
{
    struct complaint why;

    memset(&why, 'x', sizeof why);
    ck_assert(!complain(&why, 3, 5, "port %d of '%.*s'", 70000, 2, "web"));
    ck_assert_uint_eq(why.at, 3);
    ck_assert_uint_eq(why.len, 5);
    ck_assert_str_eq(why.text, "port 70000 of 'we'");
    ck_assert(!complain(&why, 0, 0, "%s", ""));
    ck_assert_str_eq(why.text, "");
}
END_TEST

/* Cut at its size, always closed. */
START_TEST(test_cut)
{
    struct complaint why;
    char text[600];

    memset(text, 'a', sizeof text);
    for (int n = 250; n < 600; n++) {
        memset(&why, 'x', sizeof why);
        MUST(!complain(&why, 1, 2, "%.*s", n, text));
        MUST(strnlen(why.text, sizeof why.text) == (n < 255 ? (size_t)n : 255));
    }
}
END_TEST

static Suite *complaint_suite(void)
{
    Suite *s = suite_create("complaint");
    TCase *t = new_case(s, "complaint");

    tcase_add_test(t, test_filled);
    tcase_add_test(t, test_cut);
    return s;
}

int main(void)
{
    return run_suite(complaint_suite());
}
