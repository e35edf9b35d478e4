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
    {"AUDIT", false, SEEN_GO_ON},     {"ULOG", false, SEEN_GO_ON},       {"DNAT", false, SEEN_ACCEPT},
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

static const struct {
    const char *target;
    bool is_goto;
    enum seen_effect effect;
} effects[] = {
    {"", false, EFFECT_NONE},
    {"ACCEPT", false, EFFECT_NONE},
    {"LOG", false, EFFECT_NONE},
    {"MARK", false, EFFECT_ANY_MARK},
    {"HMARK", false, EFFECT_ANY_MARK},
    {"CONNMARK", false, EFFECT_UNKNOWN},
    {"NOTRACK", false, EFFECT_UNTRACK},
    {"CT", false, EFFECT_TEMPLATE},
    {"DNAT", false, EFFECT_NEW_DESTINATION},
    {"REDIRECT", false, EFFECT_NEW_DESTINATION},
    {"NETMAP", false, EFFECT_NEW_DESTINATION},
    {"MASQUERADE", false, EFFECT_NEW_SOURCE},
    {"SNAT", false, EFFECT_NEW_SOURCE},
    {"TPROXY", false, EFFECT_UNKNOWN},
    {"NFQUEUE", false, EFFECT_UNKNOWN},
    {"SYNPROXY", false, EFFECT_UNKNOWN},
    {"lbgen.web", false, EFFECT_NONE},
    {"DOCKER", false, EFFECT_UNKNOWN},
    {"DOCKER", true, EFFECT_NONE},
};

START_TEST(test_effect)
{
    ck_assert_msg(seen_target_effect(effects[_i].target, effects[_i].is_goto) == effects[_i].effect, "%s",
                  effects[_i].target);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("seen_target");

    tcase_add_loop_test(new_case(suite, "action"), test_action, 0, N_OF(cases));
    tcase_add_loop_test(new_case(suite, "effect"), test_effect, 0, N_OF(effects));
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
