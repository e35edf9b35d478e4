/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "lbgen/seen_target.h"
#include "check_util.h"

static const struct {
    const char *target;
    bool is_goto;
    enum seen_action action;
} cases[] = {
    {"", false, SEEN_GO_ON},          {"ACCEPT", false, SEEN_ACCEPT},    {"DROP", false, SEEN_DROP},
    {"REJECT", false, SEEN_DROP},     {"RETURN", false, SEEN_RETURN},    {"MARK", false, SEEN_GO_ON},
    {"AUDIT", false, SEEN_GO_ON},     {"ULOG", false, SEEN_GO_ON},       {"DNAT", false, SEEN_UNKNOWN},
    {"NFQUEUE", false, SEEN_UNKNOWN}, {"QUEUE", false, SEEN_UNKNOWN},    {"lbgen.web", false, SEEN_JUMP},
    {"DOCKER", false, SEEN_UNKNOWN},  {"DOCKER-USER", false, SEEN_JUMP}, {"accept", false, SEEN_JUMP},
    {"lbgen.u.x", true, SEEN_GOTO},   {"DOCKER", true, SEEN_GOTO},
};

START_TEST(test_action)
{
    ck_assert_msg(seen_target_action(cases[_i].target, cases[_i].is_goto) == cases[_i].action, "%s",
                  cases[_i].target);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("seen_target");

    tcase_add_loop_test(new_case(suite, "action"), test_action, 0, N_OF(cases));
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
