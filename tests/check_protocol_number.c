/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netdb.h>
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

/* In the place of libc's, which reads /etc/protocols. */
static int asked;

struct protoent *getprotobyname(const char *name)
{
    static char found[] = "found";
    static struct protoent entry = {.p_name = found, .p_proto = 77};

    asked++;
    return strcmp(name, found) == 0 ? &entry : NULL;
}

struct protoent *getprotobynumber(int number)
{
    asked++;
    return number == 77 ? getprotobyname("found") : NULL;
}

START_TEST(test_asked_once)
{
    uint8_t number = 0;

    asked = 0;
    for (int i = 0; i < 100; i++)
        ck_assert(protocol_number("found", 5, &number) && number == 77);
    ck_assert_int_eq(asked, 1);
    for (int i = 0; i < 100; i++)
        ck_assert(!protocol_number("lost", 4, &number));
    ck_assert_int_eq(asked, 2);
    protocol_number("tcp", 3, &number);
    ck_assert_int_eq(asked, 2);
}
END_TEST

START_TEST(test_file_names)
{
    asked = 0;
    for (int i = 0; i < 100; i++) {
        ck_assert_str_eq(protocol_file_name(77), "found");
        ck_assert_ptr_null(protocol_file_name(78));
    }
    ck_assert_int_eq(asked, 3);
}
END_TEST

static Suite *protocol_number_suite(void)
{
    Suite *s = suite_create("protocol_number");
    TCase *t = new_case(s, "protocol_number");

    tcase_add_loop_test(t, test_names, 0, N_OF(names));
    tcase_add_test(t, test_many_names);
    tcase_add_test(t, test_asked_once);
    tcase_add_test(t, test_file_names);
    return s;
}

int main(void)
{
    return run_suite(protocol_number_suite());
}
