/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/number.h"

#include <inttypes.h>
#include <stdio.h>

#include "check_util.h"

struct number_case {
    const char *text;
    size_t len;
    bool decimal, number; /* whether each parser takes it */
    uint32_t value;
};

static const struct number_case cases[] = {
    {TEXT("0"), true, true, 0},
    {TEXT("1"), true, true, 1},
    {TEXT("10"), true, true, 10},
    {TEXT("65535"), true, true, 65535},
    {TEXT("4294967295"), true, true, UINT32_MAX},
    {TEXT("0x0"), false, true, 0},
    {TEXT("0x50"), false, true, 80},
    {TEXT("0xffffffff"), false, true, UINT32_MAX},
    {TEXT("0xFfAa09"), false, true, 0xffaa09},
    {TEXT("0x00000001"), false, true, 1},
    /* refused by both */
    {TEXT(""), false, false, 0},
    {TEXT("4294967296"), false, false, 0},
    {TEXT("4294967295 "), false, false, 0},
    {TEXT("9999999999"), false, false, 0},
    {TEXT("18446744073709551617"), false, false, 0}, /* 2^64 + 1 */
    {TEXT("42949672960000000000000000000"), false, false, 0},
    {TEXT("00"), false, false, 0},
    {TEXT("01"), false, false, 0},
    {TEXT("010"), false, false, 0},
    {TEXT("+1"), false, false, 0},
    {TEXT("-1"), false, false, 0},
    {TEXT("-0"), false, false, 0},
    {TEXT(" 1"), false, false, 0},
    {TEXT("1 "), false, false, 0},
    {TEXT("1\n"), false, false, 0},
    {TEXT("1\0"), false, false, 0},
    {TEXT("1.0"), false, false, 0},
    {TEXT("1e3"), false, false, 0},
    {TEXT("1,000"), false, false, 0},
    {TEXT("1_000"), false, false, 0},
    {TEXT("ff"), false, false, 0},
    {TEXT("x50"), false, false, 0},
    {TEXT("0x"), false, false, 0},
    {TEXT("0x "), false, false, 0},
    {TEXT("0x1 "), false, false, 0},
    {TEXT("0x-1"), false, false, 0},
    {TEXT("0x100000000"), false, false, 0},
    {TEXT("0x000000001"), false, false, 0}, /* nine digits */
    {TEXT("0xg"), false, false, 0},
    {TEXT("0x5/"), false, false, 0},
    {TEXT("0x5@"), false, false, 0},
    {TEXT("0x5`"), false, false, 0},
    {TEXT("0x\x10"), false, false, 0}, /* | 0x20 makes a digit of it */
    {TEXT("0x\x11"), false, false, 0},
    {TEXT("00x5"), false, false, 0},
    {TEXT("0b1"), false, false, 0},
    {TEXT("0o7"), false, false, 0},
    {TEXT("50h"), false, false, 0},
    {TEXT("\xef\xbc\x91"), false, false, 0}, /* a full-width 1 */
};

START_TEST(test_number)
{
    const struct number_case *c = &cases[_i];
    char *text = exact_copy(c->text, c->len);
    uint32_t value = 12345;

    ck_assert_int_eq(decimal_parse(text, c->len, &value), c->decimal);
    ck_assert_uint_eq(value, c->decimal ? c->value : 12345); /* untouched on failure */
    value = 12345;
    ck_assert_int_eq(number_parse(text, c->len, &value), c->number);
    ck_assert_uint_eq(value, c->number ? c->value : 12345);
    free(text);
}
END_TEST

/* What is printed is read back; what is one digit or sign off is not. */
START_TEST(test_round_trip)
{
    struct chance c = {.state = 0x7e57};
    char text[32];

    for (int i = 0; i < 20000; i++) {
        uint32_t want = chance_bits(&c) >> chance_below(&c, 32), got = 0;
        int n = snprintf(text, sizeof text, "%" PRIu32, want);

        MUST(decimal_parse(text, (size_t)n, &got) && got == want);
        n = snprintf(text, sizeof text, "0x%" PRIx32, want);
        MUST(number_parse(text, (size_t)n, &got) && got == want && !decimal_parse(text, (size_t)n, &got));
        n = snprintf(text, sizeof text, "0%" PRIu32, want);
        MUST(!number_parse(text, (size_t)n, &got));
        n = snprintf(text, sizeof text, "%" PRIu64, (uint64_t)want + UINT32_MAX + 1);
        MUST(!decimal_parse(text, (size_t)n, &got) && !number_parse(text, (size_t)n, &got));
    }
}
END_TEST

static const struct {
    const char *text;
    bool yes;
} digits[] = {{"0", true},    {"0080", true}, {"99999999999999999999", true},
              {"", false},    {"1a", false},  {"a", false},
              {"-1", false},  {"1 ", false},  {"0x1", false},
              {"\xb2", false}};

START_TEST(test_all_digits)
{
    ck_assert_int_eq(all_digits(digits[_i].text, strlen(digits[_i].text)), digits[_i].yes);
}
END_TEST

static Suite *number_suite(void)
{
    Suite *s = suite_create("number");
    TCase *t = new_case(s, "number");

    tcase_add_loop_test(t, test_number, 0, N_OF(cases));
    tcase_add_test(t, test_round_trip);
    tcase_add_loop_test(t, test_all_digits, 0, N_OF(digits));
    return s;
}

int main(void)
{
    return run_suite(number_suite());
}
