/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/chain_loop.h"

#include <stdio.h>

#include "lbgen/vec.h"

#include "check_util.h"

/* Jumps of two tables, and what is found: the number of the closing rule (-1: none) and the circle. */
static const struct {
    struct {
        enum table table;
        const char *chain, *jump;
    } rules[6];
    int closing;
    const char *circle;
} sets[] = {
    {{{0}}, -1, ""},
    {{{TABLE_FILTER, "INPUT", ""}}, -1, ""},
    {{{TABLE_FILTER, "INPUT", "a"}, {TABLE_FILTER, "a", "b"}, {TABLE_FILTER, "INPUT", "b"}}, -1, ""},
    {{{TABLE_FILTER, "a", "a"}}, 0, "a"},
    {{{TABLE_FILTER, "INPUT", "a"}, {TABLE_FILTER, "a", "b"}, {TABLE_FILTER, "b", "a"}}, 2, "a, b"},
    /* the last rule of the input, wherever the circle is entered */
    {{{TABLE_FILTER, "b", "a"}, {TABLE_FILTER, "INPUT", "b"}, {TABLE_FILTER, "a", "b"}}, 2, "a, b"},
    /* the way to the circle is no part of it */
    {{{TABLE_FILTER, "INPUT", "x"},
      {TABLE_FILTER, "x", "y"},
      {TABLE_FILTER, "y", "z"},
      {TABLE_FILTER, "z", "y"},
      {TABLE_FILTER, "x", "z"}},
     3,
     "y, z"},
    /* a way that closes in one table only */
    {{{TABLE_FILTER, "a", "b"}, {TABLE_NAT, "b", "a"}}, -1, ""},
    {{{TABLE_NAT, "a", "b"}, {TABLE_NAT, "b", "a"}}, -1, ""},
    /* two ways to one chain, twice the same jump: no circle */
    {{{TABLE_FILTER, "a", "b"},
      {TABLE_FILTER, "a", "b"},
      {TABLE_FILTER, "a", "c"},
      {TABLE_FILTER, "b", "d"},
      {TABLE_FILTER, "c", "d"}},
     -1,
     ""},
};

/* The same chains, perhaps entered elsewhere. */
static bool same_circle(const char *found, const char *wanted)
{
    struct buf twice = {0};

    buf_printf(&twice, "%s, %s", wanted, wanted);
    bool same = strlen(found) == strlen(wanted) && strstr(buf_text(&twice), found) != NULL;
    buf_free(&twice);
    return same;
}

START_TEST(test_sets)
{
    struct formed_rules host = {0};
    struct buf circle = {0};

    for (size_t i = 0; i < 6 && sets[_i].rules[i].chain; i++)
        *VEC_ADD(&host) = (struct formed_rule){.table = sets[_i].rules[i].table,
                                               .chain = sets[_i].rules[i].chain,
                                               .jump = sets[_i].rules[i].jump,
                                               .number = i};
    const struct formed_rule *closing = chain_loop_find(&host, TABLE_FILTER, &circle);
    ck_assert_int_eq(closing ? (int)closing->number : -1, sets[_i].closing);
    ck_assert_msg(same_circle(buf_text(&circle), sets[_i].circle), "%s", buf_text(&circle));
    buf_free(&circle);
    free(host.at);
}
END_TEST

/* A long chain of chains, closed at its end or not; in good time. */
START_TEST(test_long)
{
    enum { MANY = 100000 };
    struct formed_rules host = {0};
    struct buf circle = {0};
    char(*names)[16] = malloc(MANY * sizeof *names);

    ck_assert_ptr_nonnull(names);
    for (int i = 0; i < MANY; i++)
        snprintf(names[i], sizeof *names, "c%d", i);
    for (int i = 0; i + 1 < MANY; i++)
        *VEC_ADD(&host) = (struct formed_rule){
            .table = TABLE_RAW, .chain = names[i], .jump = names[i + 1], .number = (size_t)i};
    ck_assert_ptr_null(chain_loop_find(&host, TABLE_RAW, &circle));
    ck_assert_uint_eq(circle.len, 0);
    *VEC_ADD(&host) = (struct formed_rule){
        .table = TABLE_RAW, .chain = names[MANY - 1], .jump = names[MANY / 2], .number = MANY - 1};
    const struct formed_rule *closing = chain_loop_find(&host, TABLE_RAW, &circle);
    ck_assert_ptr_nonnull(closing);
    ck_assert_uint_eq(closing->number, MANY - 1);
    ck_assert_ptr_nonnull(strstr(buf_text(&circle), "c50000, c50001"));
    ck_assert_ptr_null(strstr(buf_text(&circle), "c49999"));
    buf_free(&circle);
    free(host.at);
    free(names);
}
END_TEST

static Suite *chain_loop_suite(void)
{
    Suite *s = suite_create("chain_loop");
    TCase *t = new_case(s, "chain_loop");

    tcase_add_loop_test(t, test_sets, 0, N_OF(sets));
    tcase_add_test(t, test_long);
    return s;
}

int main(void)
{
    return run_suite(chain_loop_suite());
}
