/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/proto.h"

#include "check_util.h"

/* IANA's numbers, and what each protocol has. */
static const struct {
    const char *name;
    enum proto proto;
    uint8_t number;
    bool has_ports, port_match, balanced, ipv6_matches;
} protocols[] = {
    {"tcp", PROTO_TCP, 6, true, true, true, true},
    {"udp", PROTO_UDP, 17, true, true, true, true},
    {"sctp", PROTO_SCTP, 132, true, true, true, true},
    {"esp", PROTO_ESP, 50, false, false, true, true},
    {"ah", PROTO_AH, 51, false, false, true, false},
    {"dccp", PROTO_DCCP, 33, true, true, false, true},
    {"udplite", PROTO_UDPLITE, 136, true, false, false, true},
};

START_TEST(test_known)
{
    struct complaint why;
    enum proto p = PROTOS;

    ck_assert_int_eq(N_OF(protocols), PROTOS);
    ck_assert(proto_parse(protocols[_i].name, strlen(protocols[_i].name), &p, &why));
    ck_assert_int_eq((int)p, (int)protocols[_i].proto);
    ck_assert_str_eq(proto_ops[p].name, protocols[_i].name);
    ck_assert_uint_eq(proto_ops[p].number, protocols[_i].number);
    ck_assert_int_eq(proto_ops[p].has_ports, protocols[_i].has_ports);
    ck_assert_int_eq(proto_ops[p].port_match, protocols[_i].port_match);
    ck_assert_int_eq(proto_ops[p].balanced, protocols[_i].balanced);
    ck_assert_int_eq(proto_ops[p].ipv6_matches, protocols[_i].ipv6_matches);
}
END_TEST

static const struct {
    const char *text;
    size_t len;
} unknown[] = {{TEXT("")},        {TEXT("TCP")},   {TEXT("tc")},       {TEXT("tcpx")}, {TEXT("6")},
               {TEXT("tcp ")},    {TEXT(" tcp")},  {TEXT("icmp")},     {TEXT("vrrp")}, {TEXT("all")},
               {TEXT("tcp,udp")}, {TEXT("tcp\0")}, {TEXT("udp-lite")}, {TEXT("quic")}};

START_TEST(test_unknown)
{
    char *text = exact_copy(unknown[_i].text, unknown[_i].len);
    struct complaint why;
    enum proto p;

    ck_assert(!proto_parse(text, unknown[_i].len, &p, &why));
    ck_assert_uint_eq(why.at, 0);
    ck_assert_uint_eq(why.len, unknown[_i].len);
    free(text);
}
END_TEST

static Suite *proto_suite(void)
{
    Suite *s = suite_create("proto");
    TCase *t = new_case(s, "proto");

    tcase_add_loop_test(t, test_known, 0, N_OF(protocols));
    tcase_add_loop_test(t, test_unknown, 0, N_OF(unknown));
    return s;
}

int main(void)
{
    return run_suite(proto_suite());
}
