/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single tests of rules against single packets, by way of a rule that drops. */
#include "check_trace.h"

/* match: what stands between the protocol and the target; +: dropped, -: not, ?: who knows. */
static const struct match_case {
    const char *match, *packet;
    char holds;
} cases[] = {
    {"-m mac --mac-source 52:54:00:12:34:56", "udp 198.51.100.1:1 192.0.2.10:2", '-'},
    {"-m mac ! --mac-source 52:54:00:12:34:56", "udp 198.51.100.1:1 192.0.2.10:2", '+'},
    {"-m mac --mac-source 52:54:00:12:34:56", "udp 198.51.100.1:1 192.0.2.10:2 mac=52:54:00:12:34:56", '+'},
    {"-m mac ! --mac-source 52:54:00:12:34:56", "udp 198.51.100.1:1 192.0.2.10:2 mac=52:54:00:12:34:56", '-'},
    {"-m mac ! --mac-source 52:54:00:12:34:56", "udp 198.51.100.1:1 192.0.2.10:2 lo", '-'},
    {"-p icmp -m icmp --icmp-type 8", "icmp/8 198.51.100.1 192.0.2.10", '+'},
    {"-p icmp -m icmp --icmp-type 8", "icmp/0 198.51.100.1 192.0.2.10", '-'},
    {"-p icmp -m icmp ! --icmp-type 8", "icmp/0 198.51.100.1 192.0.2.10", '+'},
    {"-p icmp -m icmp --icmp-type 8", "icmp 198.51.100.1 192.0.2.10", '?'},
    {"-p icmp -m icmp --icmp-type 3/4", "icmp/3 198.51.100.1 192.0.2.10", '?'},
    {"-p icmp -m icmp --icmp-type 3/4", "icmp/11 198.51.100.1 192.0.2.10", '-'},
    {"-p icmp -m icmp --icmp-type any", "icmp 198.51.100.1 192.0.2.10", '+'},
    {"-p icmp -m icmp --icmp-type 8", "tcp 198.51.100.1:1 192.0.2.10:2", '-'},
    {"-p ipv6-icmp -m icmp6 --icmpv6-type 128", "icmpv6/128 2001:db8::9 2001:db8::1", '+'},
    {"-m iprange --src-range 198.51.100.1-198.51.100.9", "udp 198.51.100.9:1 192.0.2.10:2", '+'},
    {"-m iprange --src-range 198.51.100.1-198.51.100.9", "udp 198.51.100.10:1 192.0.2.10:2", '-'},
    {"-m iprange ! --dst-range 192.0.2.9-192.0.2.11", "udp 198.51.100.10:1 192.0.2.10:2", '-'},
    {"-m iprange --dst-range 2001:db8::1-2001:db8::ffff", "udp [2001:db8::9]:1 [2001:db8::2]:2", '+'},
    {"-m iprange --dst-range 2001:db8::1-2001:db8::ffff", "udp [2001:db8::9]:1 [2001:db8:0:0:1::2]:2", '-'},
    {"-m addrtype --dst-type LOCAL", "udp 198.51.100.1:1 192.0.2.10:2", '?'},
    {"-m addrtype ! --dst-type LOCAL", "udp 198.51.100.1:1 192.0.2.10:2", '?'},
    {"-m addrtype --dst-type MULTICAST", "udp 198.51.100.1:1 192.0.2.10:2", '-'},
    {"-m addrtype --dst-type MULTICAST", "udp 198.51.100.1:1 224.0.0.18:2", '+'},
    {"-m addrtype --dst-type BROADCAST", "udp 198.51.100.1:1 255.255.255.255:2", '+'},
    {"-m addrtype --dst-type BROADCAST", "udp 198.51.100.1:1 192.0.2.255:2", '?'},
    {"-m addrtype --dst-type BROADCAST", "udp 198.51.100.1:1 192.0.2.10:2", '-'},
    {"-m addrtype --dst-type MULTICAST", "udp [2001:db8::9]:1 [ff02::1]:2", '+'},
    {"-m addrtype --dst-type MULTICAST,LOCAL", "udp [2001:db8::9]:1 [ff02::1]:2", '?'},
    {"-m addrtype --dst-type UNICAST", "udp [2001:db8::9]:1 [ff02::1]:2", '-'},
    {"-m addrtype --dst-type UNICAST", "udp [2001:db8::9]:1 [2001:db8::1]:2", '?'},
    {"-m pkttype --pkt-type unicast", "udp 198.51.100.1:1 192.0.2.10:2", '+'},
    {"-m pkttype --pkt-type broadcast", "udp 198.51.100.1:1 192.0.2.10:2", '-'},
    {"-m pkttype --pkt-type broadcast", "udp 198.51.100.1:1 192.0.2.255:2", '?'},
    {"-m pkttype ! --pkt-type unicast", "udp 198.51.100.1:1 192.0.2.128:2", '?'},
    {"-m pkttype --pkt-type multicast", "udp 198.51.100.1:1 192.0.2.255:2", '-'},
    {"-m pkttype --pkt-type broadcast", "udp 198.51.100.1:1 255.255.255.255:2", '+'},
    {"-m pkttype --pkt-type broadcast", "vrrp 198.51.100.1 224.0.0.18", '-'},
    {"-m pkttype --pkt-type unicast", "udp [2001:db8::1]:1 [2001:db8::]:2", '+'},
    {"-m pkttype --pkt-type multicast", "vrrp 198.51.100.1 224.0.0.18", '+'},
    {"-m pkttype ! --pkt-type multicast", "vrrp fe80::1 ff02::12", '-'},
    {"-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN", "tcp 198.51.100.1:1 192.0.2.10:2", '+'},
    {"-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN", "tcp 198.51.100.1:1 192.0.2.10:2", '-'},
    {"-p tcp -m tcp --tcp-flags ALL NONE", "tcp 198.51.100.1:1 192.0.2.10:2", '-'},
    {"-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN", "tcp 198.51.100.1:1 192.0.2.10:2 state=ESTABLISHED",
     '?'},
    {"-f", "udp 198.51.100.1:1 192.0.2.10:2", '-'},
    {"! -f", "udp 198.51.100.1:1 192.0.2.10:2", '+'},
    {"-m mark --mark 0x4/0x6", "udp 198.51.100.1:1 192.0.2.10:2 mark=5", '+'},
    {"-m mark --mark 0x4/0x6", "udp 198.51.100.1:1 192.0.2.10:2 mark=7", '-'},
    {"-m mark ! --mark 0x9/0x1", "udp 198.51.100.1:1 192.0.2.10:2 mark=9", '+'},
    {"-m mark --mark 0x9/0x1", "udp 198.51.100.1:1 192.0.2.10:2 mark=9", '-'},
    {"-m set --match-set bad src", "udp 198.51.100.1:1 192.0.2.10:2", '?'},
    {"-p tcp -m set --match-set bad src", "udp 198.51.100.1:1 192.0.2.10:2", '-'},
    {"-m comment --comment \"-p tcp\"", "udp 198.51.100.1:1 192.0.2.10:2", '+'},
};

START_TEST(test_match)
{
    const struct match_case *c = &cases[_i];
    struct buf rules = {0};
    struct traced t;

    buf_printf(&rules, "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT %s -j DROP\nCOMMIT\n", c->match);
    traced_make(&t, buf_text(&rules), c->packet);
    char got = !t.trace.verdict_known ? '?' : t.trace.accepted ? '-' : '+';
    ck_assert_msg(got == c->holds, "%s of %s: %c instead of %c", c->match, c->packet, got, c->holds);
    traced_free(&t);
    buf_free(&rules);
}
END_TEST

static Suite *packet_test_suite(void)
{
    Suite *s = suite_create("packet_test");

    tcase_add_loop_test(new_case(s, "matches"), test_match, 0, N_OF(cases));
    return s;
}

int main(void)
{
    return run_suite(packet_test_suite());
}
