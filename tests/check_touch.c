/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/touch.h"

#include "check_util.h"

static const struct {
    const char *words;
    unsigned touch;
} matches[] = {
    {"-m dscp --dscp 3", TOUCH_TOS},
    {"-m ttl ! --ttl-eq 3 -m set --match-set x src", TOUCH_TTL | TOUCH_SET},
    {"-m limit --limit 1/sec", 0},
    {"-m limit --limit 1/sec --match length --length 5", TOUCH_TCP_OPTIONS},
    {"-m helper --helper ftp", TOUCH_CONNECTION},
    {"-m u32 --u32 0", TOUCH_HEADERS},
    {"-m dsc", TOUCH_HEADERS},
    {"-m", TOUCH_HEADERS},
    {"--nosuch", TOUCH_HEADERS},
    {"?", TOUCH_HEADERS},
};

START_TEST(test_matches)
{
    ck_assert_uint_eq(touch_of_matches(matches[_i].words), matches[_i].touch);
}
END_TEST

START_TEST(test_targets)
{
    ck_assert_uint_eq(touch_of_target("DSCP"), TOUCH_TOS);
    ck_assert_uint_eq(touch_of_target("HL"), TOUCH_TTL);
    ck_assert_uint_eq(touch_of_target("SET"), TOUCH_SET);
    ck_assert_uint_eq(touch_of_target("NOTRACK"), TOUCH_CONNECTION);
    ck_assert_uint_eq(touch_of_target("MARK"), 0);
    ck_assert_uint_eq(touch_of_target("LOG"), 0);
    ck_assert_uint_eq(touch_of_target("dscp"), 0);
    ck_assert_uint_eq(touch_of_target(""), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("touch");
    TCase *tcase = new_case(suite, "touch");

    tcase_add_loop_test(tcase, test_matches, 0, N_OF(matches));
    tcase_add_test(tcase, test_targets);
    return run_suite(suite);
}
