/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/mark.h"

#include <stdio.h>

#include "check_util.h"

#define ALL MARK_MASK_ALL

static const struct {
    const char *text;
    uint32_t value, mask;
    bool with_mask;
    const char *printed;
} good[] = {
    {"80", 80, ALL, false, "80"},
    {"0x50", 80, ALL, false, "80"},
    {"1", 1, ALL, false, "1"},
    {"4294967295", UINT32_MAX, ALL, false, "4294967295"},
    {"0xffffffff", UINT32_MAX, ALL, false, "4294967295"},
    {"80/0xff", 80, 0xff, true, "0x50/0xff"},
    {"0x50/255", 80, 0xff, true, "0x50/0xff"},
    {"0x50/0x50", 80, 80, true, "0x50/0x50"},
    {"0x10000/0xffff0000", 0x10000, 0xffff0000, true, "0x10000/0xffff0000"},
    {"80/0xffffffff", 80, ALL, true, "80"},
};

START_TEST(test_good)
{
    const size_t n = strlen(good[_i].text);
    char *text = exact_copy(good[_i].text, n);
    struct complaint why;
    struct buf out = {0};
    struct mark m;
    bool with_mask;

    ck_assert(mark_parse(text, n, &m, &with_mask, &why));
    ck_assert_uint_eq(m.value, good[_i].value);
    ck_assert_uint_eq(m.mask, good[_i].mask);
    ck_assert_int_eq(with_mask, good[_i].with_mask);
    mark_print(&out, m);
    ck_assert_str_eq(buf_text(&out), good[_i].printed);
    buf_free(&out);
    free(text);
}
END_TEST

static const struct {
    const char *text;
    size_t len, at, culprit;
} bad[] = {
    {TEXT(""), 0, 0},
    {TEXT("0"), 0, 1},
    {TEXT("0x0"), 0, 3},
    {TEXT("0/0xff"), 0, 1},
    {TEXT("080"), 0, 3},
    {TEXT("-1"), 0, 2},
    {TEXT("+80"), 0, 3},
    {TEXT("80 "), 0, 3},
    {TEXT("eighty"), 0, 6},
    {TEXT("4294967296"), 0, 10},
    {TEXT("0x100000000"), 0, 11},
    {TEXT("80/"), 3, 0},
    {TEXT("80/0"), 3, 1},
    {TEXT("80/0x0"), 3, 3},
    {TEXT("80/ff"), 3, 2},
    {TEXT("80/0xfffffffff"), 3, 11},
    {TEXT("80/0x7f/0x7f"), 3, 9},
    {TEXT("/0xff"), 0, 0},
    {TEXT("80/-1"), 3, 2},
    {TEXT("256/0xff"), 0, 8}, /* bits outside the mask */
    {TEXT("0x1ff/0xff"), 0, 10},
    {TEXT("81/0x50"), 0, 7},
    {TEXT("80\0"), 0, 3},
    {TEXT("80,90"), 0, 5},
};

START_TEST(test_bad)
{
    char *text = exact_copy(bad[_i].text, bad[_i].len);
    struct complaint why;
    struct mark m;
    bool with_mask;

    ck_assert(!mark_parse(text, bad[_i].len, &m, &with_mask, &why));
    ck_assert_uint_eq(why.at, bad[_i].at);
    ck_assert_uint_eq(why.len, bad[_i].culprit);
    ck_assert_str_ne(why.text, "");
    free(text);
}
END_TEST

static const struct {
    const char *text;
    bool good;
} masks[] = {{"1", true},    {"0xff", true}, {"4294967295", true},   {"0", false},
             {"0x0", false}, {"", false},    {"0x100000000", false}, {"ff", false},
             {"-1", false},  {"08", false},  {"0xff/1", false}};

START_TEST(test_mask)
{
    struct complaint why;
    uint32_t mask;

    ck_assert_int_eq(mark_mask_parse(masks[_i].text, strlen(masks[_i].text), &mask, &why), masks[_i].good);
}
END_TEST

/* mark = (mark & ~mask) | value, and the printed form means the same mark. */
START_TEST(test_meaning)
{
    struct chance c = {.state = 0xa11};

    for (int i = 0; i < 5000; i++) {
        uint32_t mask = chance_one_in(&c, 4) ? ALL : chance_bits(&c) | 1,
                 value = (chance_bits(&c) & mask) | 1;
        struct mark m = {value, mask}, again;
        uint32_t before = chance_bits(&c), after = mark_apply(m, before);
        struct buf out = {0};
        struct complaint why;
        bool with_mask;

        MUST((after & mask) == value && (after & ~mask) == (before & ~mask));
        MUST(mark_apply(m, after) == after);
        mark_print(&out, m);
        MUST(mark_parse(out.at, out.len, &again, &with_mask, &why) && mark_equal(m, again));
        again.mask ^= 2;
        MUST(!mark_equal(m, again));
        buf_free(&out);
    }
}
END_TEST

static Suite *mark_suite(void)
{
    Suite *s = suite_create("mark");
    TCase *t = new_case(s, "mark");

    tcase_add_loop_test(t, test_good, 0, N_OF(good));
    tcase_add_loop_test(t, test_bad, 0, N_OF(bad));
    tcase_add_loop_test(t, test_mask, 0, N_OF(masks));
    tcase_add_test(t, test_meaning);
    return s;
}

int main(void)
{
    return run_suite(mark_suite());
}
