/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/closest.h"

#include "check_util.h"

static const char *const words[] = {"vip",  "ports",      "fwmark",          "source",
                                    "snat", "masquerade", "masquerade-ports"};

static const char *word_at(int i)
{
    return words[i];
}

static const struct {
    const char *word, *meant; /* NULL: none */
} cases[] = {
    {"vip", "vip"},
    {"vp", "vip"},
    {"vipp", "vip"},
    {"vap", "vip"},
    {"port", "ports"},
    {"prots", "ports"},
    {"fwmrak", "fwmark"},
    {"fmark", "fwmark"},
    {"sorce", "source"},
    {"masqerade", "masquerade"},
    {"masquerade-port", "masquerade-ports"},
    {"", NULL},
    {"x", NULL},
    {"vxx", NULL}, /* two errors in a short word */
    {"ip6", NULL},
    {"fwmark123", NULL},
    {"destination", NULL},
    {"01234567890123456789012345678901234567890123456789", NULL},
    {"masquerade-ports-0123456789-0123456789-01", NULL},
};

START_TEST(test_closest)
{
    const char *meant = closest_word(cases[_i].word, word_at, N_OF(words));

    if (cases[_i].meant)
        ck_assert_str_eq(meant ? meant : "(none)", cases[_i].meant);
    else
        ck_assert_ptr_null(meant);
    ck_assert_ptr_null(closest_word(cases[_i].word, word_at, 0));
}
END_TEST

static Suite *closest_suite(void)
{
    Suite *s = suite_create("closest");
    TCase *t = new_case(s, "closest");

    tcase_add_loop_test(t, test_closest, 0, N_OF(cases));
    return s;
}

int main(void)
{
    return run_suite(closest_suite());
}
