/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/put.h"

#include <inttypes.h>
#include <stdio.h>

#include "lbgen/device.h"
#include "lbgen/prefix.h"

#include "check_util.h"

/* What was put is what printf writes, and not a byte behind it is touched. */
static void must_be(const char *expected, const char *line, const char *end)
{
    size_t n = strlen(expected);

    if ((size_t)(end - line) != n || memcmp(line, expected, n) != 0 || *end != '#')
        ck_abort_msg("%.*s instead of %s", (int)(end - line), line, expected);
}

/* All of up to five digits, then those around the powers of ten, and some by chance. */
static uint32_t number(struct chance *c, uint32_t i)
{
    enum { ALL = 100000 };
    uint64_t power = 1;

    if (i < ALL)
        return i;
    if (chance_one_in(c, 2))
        return chance_bits(c) >> chance_below(c, 32);
    for (uint32_t n = chance_below(c, 10); n; n--)
        power *= 10;
    return (uint32_t)power + chance_below(c, 3) - 1;
}

START_TEST(test_numbers)
{
    struct chance c = {.state = 0x9147};
    char line[32], expected[32];

    for (uint32_t i = 0; i < 130000; i++) {
        uint32_t value = number(&c, i);

        memset(line, '#', sizeof line);
        snprintf(expected, sizeof expected, "%" PRIu32, value);
        must_be(expected, line, put_dec(line, value));
        memset(line, '#', sizeof line);
        snprintf(expected, sizeof expected, "0x%" PRIx32, value);
        must_be(expected, line, put_hex(line, value));
    }
    memset(line, '#', sizeof line);
    ck_assert_int_eq(put_dec(line, UINT32_MAX) - line, PUT_DEC_MAX);
    ck_assert_int_eq(put_hex(line, UINT32_MAX) - line, PUT_HEX_MAX);
}
END_TEST

START_TEST(test_texts)
{
    char line[32];

    memset(line, '#', sizeof line);
    must_be("ab\"c", line, put_bytes(put_char(put_str(put_str(line, "ab"), ""), '"'), "cd", 1));
    must_be("", line + 10, put_bytes(line + 10, "x", 0));
}
END_TEST

/* Prefixes, addresses and MAC addresses keep within the room that is asked for them. */
START_TEST(test_widest)
{
    const struct prefix six = {.first = {UINT64_MAX, UINT64_MAX}, .family = IPV6, .len = 128},
                        four = {.first = {.high = UINT64_MAX << 32}, .family = IPV4, .len = 32},
                        all = {.family = IPV4, .len = 0};
    const struct mac mac = {{0x00, 0x0f, 0xf0, 0xff, 0x9a, 0xa9}};
    char line[PREFIX_TEXT_MAX + 1];

    memset(line, '#', sizeof line);
    must_be("00:0f:f0:ff:9a:a9", line, mac_put(line, &mac));
    must_be("0.0.0.0/0", line + 20, prefix_put(line + 20, &all));
    memset(line, '#', sizeof line);
    must_be("255.255.255.255/32", line, prefix_put(line, &four));
    must_be("255.255.255.255", line + 20, address_put(line + 20, IPV4, four.first));
    char *end = prefix_put(line, &six);
    ck_assert_int_le(end - line, PREFIX_TEXT_MAX);
    ck_assert_int_eq(memcmp(line, TEXT("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128")), 0);
    ck_assert_int_eq(end - line, 43);
}
END_TEST

static Suite *put_suite(void)
{
    Suite *s = suite_create("put");
    TCase *t = new_case(s, "put");

    tcase_add_test(t, test_numbers);
    tcase_add_test(t, test_texts);
    tcase_add_test(t, test_widest);
    return s;
}

int main(void)
{
    return run_suite(put_suite());
}
