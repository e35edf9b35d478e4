/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/packet.h"

#include "check_util.h"

/* What is read and printed again is the same. */
static const char *const words[] = {
    "tcp 203.0.113.9:40000 192.0.2.10:443 eth1",
    "tcp 203.0.113.9 192.0.2.10:443",
    ("udp [2001:db8::9]:53 [2001:db8::1]:53 eth0 mac=52:54:00:12:34:56 state=ESTABLISHED mark=0x50 "
     "hook=forward"),
    "icmp/8 203.0.113.9 192.0.2.10",
    "icmpv6/128 2001:db8::9 2001:db8::1 lo",
    "icmp 203.0.113.9 192.0.2.10 state=NEW",
    "vrrp 192.0.2.2 224.0.0.18 eth0",
    "esp 192.0.2.2 192.0.2.10 mark=0x1",
};

START_TEST(test_words)
{
    struct packet p;
    struct complaint why;
    struct buf out = {0};

    ck_assert(packet_parse(words[_i], strlen(words[_i]), &p, &why));
    packet_print(&out, &p);
    ck_assert_str_eq(buf_text(&out), words[_i]);
    buf_free(&out);
}
END_TEST

START_TEST(test_other_protocol)
{
    struct buf out = {0};

    protocol_print(&out, 47);
    ck_assert_str_eq(buf_text(&out), "47");
    buf_free(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packet_print");
    TCase *tcase = new_case(suite, "packet_print");

    tcase_add_loop_test(tcase, test_words, 0, N_OF(words));
    tcase_add_test(tcase, test_other_protocol);
    return run_suite(suite);
}
