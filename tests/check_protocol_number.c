/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "lbgen/protocol_number.h"

#include "check_util.h"

static const struct {
    const char *name;
    int number; /* -1: none */
} names[] = {
    {"0", 0},          {"6", 6},      {"255", 255},  {"256", -1},
    {"06", -1},        {"-1", -1},    {"", -1},      {"tcp", 6},
    {"udp", 17},       {"sctp", 132}, {"dccp", 33},  {"udplite", 136},
    {"esp", 50},       {"ah", 51},    {"icmp", 1},   {"icmpv6", 58},
    {"ipv6-icmp", 58}, {"vrrp", 112}, {"carp", 112}, {"all", 0},
    {"none-such", -1}, {"tc", -1},    {"tcpx", -1},  {"a-name-that-is-longer-than-any-protocol-has", -1},
};

START_TEST(test_names)
{
    size_t len = strlen(names[_i].name);
    char *name = exact_copy(names[_i].name, len);
    uint8_t number = 99;

    ck_assert_int_eq(protocol_number(name, len, &number), names[_i].number >= 0);
    ck_assert_int_eq(number, names[_i].number >= 0 ? names[_i].number : 99);
    free(name);
}
END_TEST

/* More names than are remembered, in turn: the answers stay the same. */
START_TEST(test_many_names)
{
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 40; i++) {
            char name[16];
            uint8_t number = 0;

            int len = snprintf(name, sizeof name, "none-such-%d", i);
            ck_assert(!protocol_number(name, (size_t)len, &number));
            ck_assert(protocol_number("vrrp", 4, &number) && number == 112);
        }
}
END_TEST

static Suite *protocol_number_suite(void)
{
    Suite *s = suite_create("protocol_number");
    TCase *t = new_case(s, "protocol_number");

    tcase_add_loop_test(t, test_names, 0, N_OF(names));
    tcase_add_test(t, test_many_names);
    return s;
}

int main(void)
{
    return run_suite(protocol_number_suite());
}
