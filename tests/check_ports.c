/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/ports.h"

#include <stdio.h>

#include "lbgen/port_names.h"

#include "check_util.h"

static const struct {
    const char *text;
    uint16_t low, high;
} good[] = {
    {"1", 1, 1},
    {"80", 80, 80},
    {"65535", 65535, 65535},
    {"1:65535", 1, 65535},
    {"10000:20000", 10000, 20000},
    {"10000-20000", 10000, 20000},
    {"80:80", 80, 80},
    {"80-80", 80, 80},
    {"any", 0, 65535},
    {"http", 80, 80},
    {"ftp-data", 20, 20},     /* a name with a dash, tried whole */
    {"ftp-data:ftp", 20, 21}, /* names at both ends */
    {"ftp-data-ftp", 20, 21},
    {"ftp-data-100", 20, 100},
    {"ftp-ssh", 21, 22},
    {"ssh:80", 22, 80},
    {"1-http", 1, 80},
};

START_TEST(test_good)
{
    size_t n = strlen(good[_i].text);
    char *text = exact_copy(good[_i].text, n);
    struct port_range r;
    struct complaint why;

    ck_assert_msg(ports_parse(text, n, &r, &why), "%s", good[_i].text);
    ck_assert_uint_eq(r.low, good[_i].low);
    ck_assert_uint_eq(r.high, good[_i].high);
    ck_assert_int_eq(ports_is_any(r), strcmp(good[_i].text, "any") == 0);
    free(text);
    port_names_free();
}
END_TEST

static const struct {
    const char *text;
    size_t len;
    const char *says;
    size_t at, culprit;
} bad[] = {
    {TEXT(""), "a port is expected", 0, 0},
    {TEXT("0"), "port 0 is not in 1..65535", 0, 1},
    {TEXT("65536"), "port 65536 is not in 1..65535", 0, 5},
    {TEXT("70000"), "port 70000 is not in 1..65535", 0, 5},
    {TEXT("4294967376"), "is not in 1..65535", 0, 10}, /* 2^32 + 80 */
    {TEXT("18446744073709551696"), "is not in 1..65535", 0, 20},
    {TEXT("080"), "leading zero", 0, 3},
    {TEXT("0080"), "leading zero", 0, 4},
    {TEXT("00"), "leading zero", 0, 2},
    {TEXT("+80"), "without a sign", 0, 3},
    {TEXT("-80"), "open", 0, 3},
    {TEXT("80 "), "is no port", 0, 3},
    {TEXT(" 80"), "is no port", 0, 3},
    {TEXT("0x50"), "is no port", 0, 4},
    {TEXT("80.0"), "is no port", 0, 4},
    {TEXT("80/tcp"), "is no port", 0, 6},
    {TEXT("http/tcp"), "is no port", 0, 8},
    {TEXT("HTTP"), "is no port", 0, 4},
    {TEXT("no-such-name"), "is no port", 0, 7},
    {TEXT("ANY"), "is no port", 0, 3},
    {TEXT("any\0"), "is no port", 0, 4},
    {TEXT("80\0"), "is no port", 0, 3},
    {TEXT("http\0"), "is no port", 0, 5},
    {TEXT("all"), "is no port", 0, 3},
    {TEXT("*"), "is no port", 0, 1},
    {TEXT("\xd9\xa8"), "is no port", 0, 2}, /* an Arabic 8 */
    {TEXT(":"), "open", 0, 1},
    {TEXT("-"), "", 0, 1},
    {TEXT(":80"), "the range ':80' is open", 0, 3},
    {TEXT("80:"), "the range '80:' is open", 0, 3},
    {TEXT("80-"), "open", 0, 3},
    {TEXT("0:80"), "port 0 is not", 0, 1},
    {TEXT("1:0"), "port 0 is not", 2, 1},
    {TEXT("1:65536"), "port 65536 is not", 2, 5},
    {TEXT("1:080"), "leading zero", 2, 3},
    {TEXT("01:80"), "leading zero", 0, 2},
    {TEXT("1:+5"), "without a sign", 2, 2},
    {TEXT("1:-5"), "without a sign", 2, 2},
    {TEXT("1--5"), "is no port", 0, 2},
    {TEXT("443:80"), "the range is reversed: write 80:443", 0, 6},
    {TEXT("443-80"), "reversed: write 80:443", 0, 6},
    {TEXT("https-http"), "reversed: write 80:443", 0, 10},
    {TEXT("1:2:3"), "is no port", 2, 3},
    {TEXT("1-2-3"), "is no port", 0, 3},
    {TEXT("any:80"), "is no port", 0, 3},
    {TEXT("1:any"), "is no port", 2, 3},
    {TEXT("http:nowhere"), "is no port", 5, 7},
    {TEXT("1..5"), "is no port", 0, 4},
    {TEXT("01234567890123456789012345678901234567890123456789012345678901234567"), "leading zero", 0, 68},
};

START_TEST(test_bad)
{
    char *text = exact_copy(bad[_i].text, bad[_i].len);
    struct port_range r;
    struct complaint why;

    ck_assert_msg(!ports_parse(text, bad[_i].len, &r, &why), "%s", bad[_i].text);
    ck_assert_msg(strstr(why.text, bad[_i].says) != NULL, "%s: %s", bad[_i].text, why.text);
    ck_assert_uint_eq(why.at, bad[_i].at);
    ck_assert_uint_eq(why.len, bad[_i].culprit);
    free(text);
    port_names_free();
}
END_TEST

/* One port: neither ranges nor any. */
static const struct {
    const char *text;
    uint16_t port; /* 0: refused */
} ports[] = {{"80", 80},   {"http", 80}, {"ftp-data", 20}, {"65535", 65535}, {"0", 0},
             {"65536", 0}, {"1:2", 0},   {"1-2", 0},       {"any", 0},       {"", 0},
             {"-1", 0},    {"+1", 0},    {"01", 0},        {"nope", 0},      {"80,81", 0}};

START_TEST(test_port)
{
    struct complaint why;
    uint16_t port = 0;
    bool taken = port_parse(ports[_i].text, strlen(ports[_i].text), &port, &why);

    ck_assert_int_eq(taken, ports[_i].port != 0);
    if (taken)
        ck_assert_uint_eq(port, ports[_i].port);
    port_names_free();
}
END_TEST

/* All numbers 0..70000, and ranges by chance, are what they say. */
START_TEST(test_numbers)
{
    struct chance c = {.state = 0x9027};
    struct complaint why;
    struct port_range r;
    char text[40];

    for (unsigned p = 0; p <= 70000; p++) {
        int n = snprintf(text, sizeof text, "%u", p);
        bool taken = ports_parse(text, (size_t)n, &r, &why);

        MUST(taken == (p >= 1 && p <= 65535) && (!taken || (r.low == p && r.high == p)));
    }
    for (int i = 0; i < 20000; i++) {
        unsigned a = chance_below(&c, 65600), b = i % 3 ? chance_below(&c, 65600) : a;
        int n = snprintf(text, sizeof text, "%u%c%u", a, i % 2 ? ':' : '-', b);
        bool expected = a >= 1 && b <= 65535 && a <= b;

        MUST(ports_parse(text, (size_t)n, &r, &why) == expected);
        MUST(!expected || (r.low == a && r.high == b));
    }
    port_names_free();
}
END_TEST

START_TEST(test_overlap)
{
    struct chance c = {.state = 0x0e1a};

    for (int i = 0; i < 5000; i++) {
        struct port_range a = {.low = (uint16_t)(1 + chance_below(&c, 8))},
                          b = {.low = (uint16_t)(1 + chance_below(&c, 8))};
        bool shared = false;

        a.high = (uint16_t)(a.low + chance_below(&c, 4));
        b.high = (uint16_t)(b.low + chance_below(&c, 4));
        for (uint16_t p = 1; p < 20; p++)
            shared |= p >= a.low && p <= a.high && p >= b.low && p <= b.high;
        MUST(ports_overlap(a, b) == shared && ports_overlap(b, a) == shared && ports_overlap(a, PORTS_ANY));
    }
}
END_TEST

static Suite *ports_suite(void)
{
    Suite *s = suite_create("ports");
    TCase *t = new_case(s, "ports");

    tcase_add_loop_test(t, test_good, 0, N_OF(good));
    tcase_add_loop_test(t, test_bad, 0, N_OF(bad));
    tcase_add_loop_test(t, test_port, 0, N_OF(ports));
    tcase_add_test(t, test_numbers);
    tcase_add_test(t, test_overlap);
    return s;
}

int main(void)
{
    return run_suite(ports_suite());
}
