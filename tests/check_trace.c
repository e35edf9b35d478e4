/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/trace.h"

#include "check_trace.h"

/* Rules of one set, packets, and what must come out: mark, verdict, service. `?` is unknown. */
static const struct trace_case {
    const char *rules, *packet, *answer;
} cases[] = {
    /* no rules at all */
    {"", "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 ACCEPT none"},
    {"", "tcp 198.51.100.1:4000 192.0.2.10:80 mark=7", "0x7 ACCEPT none"},
    {"*filter\n:INPUT DROP [0:0]\nCOMMIT\n", "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 DROP none"},
    {"*filter\n:INPUT DROP [0:0]\nCOMMIT\n", "tcp 198.51.100.1:4000 192.0.2.10:80 hook=forward",
     "0x0 ACCEPT none"},
    {"*filter\n:FORWARD DROP [0:0]\nCOMMIT\n", "tcp 198.51.100.1:4000 192.0.2.10:80 hook=forward",
     "0x0 DROP none"},
    /* the last one that matches wins; masks */
    {MANGLE("-A PREROUTING -d 192.0.2.10/32" WEB "MARK --set-xmark 0x50/0xffffffff\n"
            "-A PREROUTING -d 192.0.2.0/24 " SHOP "MARK --set-xmark 0x51/0xffffffff\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x51 ACCEPT shop"},
    {MANGLE("-A PREROUTING -d 192.0.2.10/32" WEB "MARK --set-xmark 0x1/0x1\n"
            "-A PREROUTING -d 192.0.2.0/24 " SHOP "MARK --set-xmark 0x2/0x2\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x3 ACCEPT shop"},
    {MANGLE("-A PREROUTING -d 192.0.2.11/32" WEB "MARK --set-xmark 0x50/0xffffffff\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 ACCEPT none"},
    {MANGLE("-A PREROUTING " WEB
            "MARK --set-xmark 0x50/0xffffffff\n-A PREROUTING -j MARK --set-xmark 0x100/0x100\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x150 ACCEPT none"},
    {MANGLE("-A PREROUTING " WEB
            "MARK --set-xmark 0x50/0xff\n-A PREROUTING -j MARK --set-xmark 0x100/0x100\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x150 ACCEPT web"},
    {MANGLE("-A PREROUTING " WEB
            "MARK --set-xmark 0x50/0xffffffff\n-A PREROUTING -j MARK --set-xmark 0x50/0x0\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 ACCEPT none"},
    {MANGLE("-A PREROUTING " WEB "MARK --set-xmark 0x50/0xffffffff\n-A PREROUTING -j HMARK --hmark-mod 2\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "? ACCEPT ?"},
    /* the tree: whose a rule is stands in the line above it, for the rest of its chain; else it is not known
     */
    {MANGLE(":lbgen-root - [0:0]\n:lbgen-a - [0:0]\n-A PREROUTING" TREE "lbgen-root\n"
            "# lbgen:web\n-A lbgen-root -p udp -j MARK --set-xmark 0x50/0xffffffff\n"
            "-A lbgen-root -p tcp -j MARK --set-xmark 0x51/0xffffffff\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x51 ACCEPT web"},
    {MANGLE(":lbgen-root - [0:0]\n:lbgen-a - [0:0]\n-A PREROUTING" TREE "lbgen-root\n"
            "# lbgen:web\n-A lbgen-a -p udp -j MARK --set-xmark 0x50/0xffffffff\n"
            "-A lbgen-root -p tcp -j MARK --set-xmark 0x51/0xffffffff\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x51 ACCEPT ?"},
    {MANGLE(":lbgen-root - [0:0]\n-A PREROUTING" TREE "lbgen-root\n"
            "-A lbgen-root -j MARK --set-xmark 0x50/0xffffffff\n-A PREROUTING" SHOP
            "MARK --set-xmark 0x51/0xffffffff\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x51 ACCEPT shop"},
    /* chains: RETURN, goto, the policy, ACCEPT ends one table's walk only */
    {MANGLE(":a - [0:0]\n-A PREROUTING -j a\n-A PREROUTING -j MARK --set-xmark 0x2/0x2\n"
            "-A a -p tcp -j RETURN\n-A a -j MARK --set-xmark 0x1/0x1\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x2 ACCEPT none"},
    {MANGLE(":a - [0:0]\n-A PREROUTING -g a\n-A PREROUTING -j MARK --set-xmark 0x2/0x2\n"
            "-A a -j MARK --set-xmark 0x1/0x1\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x1 ACCEPT none"},
    {MANGLE(":a - [0:0]\n:b - [0:0]\n-A PREROUTING -j a\n-A PREROUTING -j MARK --set-xmark 0x4/0x4\n"
            "-A a -g b\n-A a -j MARK --set-xmark 0x2/0x2\n-A b -j MARK --set-xmark 0x1/0x1\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x5 ACCEPT none"},
    {"*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j ACCEPT\n-A PREROUTING -j DROP\nCOMMIT\n"
     "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n",
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 DROP none"},
    {"*filter\n:INPUT DROP [0:0]\n:DOCKER - [0:0]\n-A INPUT -j DOCKER\n-A DOCKER -j RETURN\nCOMMIT\n",
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 DROP none"},
    {"*filter\n:INPUT DROP [0:0]\n-A INPUT -j RETURN\n-A INPUT -j ACCEPT\nCOMMIT\n",
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 DROP none"},
    {"*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j REJECT --reject-with tcp-reset\nCOMMIT\n",
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 DROP none"},
    /* a user chain that is declared in two tables is two chains; a chain in a circle ends */
    {"*mangle\n:PREROUTING ACCEPT [0:0]\n:x - [0:0]\n-A x -j DROP\nCOMMIT\n"
     "*filter\n:INPUT ACCEPT [0:0]\n:x - [0:0]\n-A INPUT -j x\nCOMMIT\n",
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 ACCEPT none"},
    {"*filter\n:INPUT ACCEPT [0:0]\n:x - [0:0]\n-A INPUT -j x\n-A x -j x\nCOMMIT\n",
     "tcp 198.51.100.1:4000 192.0.2.10:80", "? ? ?"},
    /* order of tables: a drop in raw leaves no mark */
    {"*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j DROP\nCOMMIT\n" MANGLE(
         "-A PREROUTING " WEB "MARK --set-xmark 0x50/0xffffffff\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 DROP none"},
    {"*security\n:INPUT ACCEPT [0:0]\n-A INPUT -m mark --mark 0x50 -j DROP\nCOMMIT\n" MANGLE(
         "-A PREROUTING " WEB "MARK --set-xmark 0x50/0xffffffff\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x50 DROP web"},
    {MANGLE("-A INPUT -j MARK --set-xmark 0x1/0x1\n-A FORWARD -j MARK --set-xmark 0x2/0x2\n"
            "-A POSTROUTING -j MARK --set-xmark 0x4/0x4\n-A OUTPUT -j MARK --set-xmark 0x8/0x8\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x1 ACCEPT none"},
    {MANGLE("-A INPUT -j MARK --set-xmark 0x1/0x1\n-A FORWARD -j MARK --set-xmark 0x2/0x2\n"
            "-A POSTROUTING -j MARK --set-xmark 0x4/0x4\n-A OUTPUT -j MARK --set-xmark 0x8/0x8\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 hook=forward", "0x6 ACCEPT none"},
    /* what is unknown matters only where the outcome depends on it */
    {FILTER("-A INPUT -m limit --limit 3/sec -j ACCEPT\n"), "udp 198.51.100.1:4000 192.0.2.10:80",
     "0x0 ACCEPT none"},
    {FILTER("-A INPUT -m limit --limit 3/sec -j DROP\n"), "udp 198.51.100.1:4000 192.0.2.10:80",
     "0x0 ? none"},
    {FILTER("-A INPUT -m limit --limit 3/sec -j DROP\n-A INPUT -j DROP\n"),
     "udp 198.51.100.1:4000 192.0.2.10:80", "0x0 DROP none"},
    {FILTER("-A INPUT -p tcp -m limit --limit 3/sec -j DROP\n"), "udp 198.51.100.1:4000 192.0.2.10:80",
     "0x0 ACCEPT none"},
    {MANGLE("-A PREROUTING -m nosuch -j MARK --set-xmark 0x1/0x1\n"), "udp 198.51.100.1:4000 192.0.2.10:80",
     "? ACCEPT none"},
    {MANGLE(
         "-A PREROUTING -m nosuch -j MARK --set-xmark 0x1/0x1\n-A PREROUTING -j MARK --set-xmark 0x2/0x3\n"),
     "udp 198.51.100.1:4000 192.0.2.10:80", "0x2 ACCEPT none"},
    {MANGLE("-A PREROUTING " WEB "MARK --set-xmark 0x50/0xffffffff\n-A PREROUTING -m nosuch -j ACCEPT\n"
            "-A PREROUTING " SHOP "MARK --set-xmark 0x50/0xffffffff\n"),
     "udp 198.51.100.1:4000 192.0.2.10:80", "0x50 ACCEPT ?"},
    {MANGLE("-A PREROUTING " WEB "MARK --set-xmark 0x50/0xffffffff\n-A PREROUTING -m nosuch -j ACCEPT\n"
            "-A PREROUTING -d 192.0.2.10/32 " WEB "MARK --set-xmark 0x50/0xffffffff\n"),
     "udp 198.51.100.1:4000 192.0.2.10:80", "0x50 ACCEPT web"},
    {MANGLE("-A PREROUTING -m nosuch -j MARK --set-xmark 0x1/0x1\n")
         FILTER("-A INPUT -m mark --mark 0x1/0x1 -j DROP\n"),
     "udp 198.51.100.1:4000 192.0.2.10:80", "? ? none"},
    {MANGLE("-A PREROUTING -m nosuch -j MARK --set-xmark 0x1/0x1\n")
         FILTER("-A INPUT -m mark --mark 0x2/0x2 -j DROP\n"),
     "udp 198.51.100.1:4000 192.0.2.10:80", "? ACCEPT none"},
    {FILTER("-A INPUT -j NFQUEUE --queue-num 1\n"), "udp 198.51.100.1:4000 192.0.2.10:80", "? ? ?"},
    {FILTER("-A INPUT -p tcp -j NFQUEUE --queue-num 1\n"), "udp 198.51.100.1:4000 192.0.2.10:80",
     "0x0 ACCEPT none"},
    {FILTER("-A INPUT -j nowhere\n"), "udp 198.51.100.1:4000 192.0.2.10:80", "? ? ?"},
    /* too many states to hold apart: what they agree in stays known */
    {MANGLE("-A PREROUTING -m nosuch -j MARK --set-xmark 0x1/0x0\n-A PREROUTING -m nosuch -j MARK "
            "--set-xmark 0x2/0x0\n"
            "-A PREROUTING -m nosuch -j MARK --set-xmark 0x4/0x0\n-A PREROUTING -m nosuch -j MARK "
            "--set-xmark 0x8/0x0\n"
            "-A PREROUTING -m nosuch -j MARK --set-xmark 0x10/0x0\n-A PREROUTING -m nosuch -j MARK "
            "--set-xmark 0x20/0x0\n"
            "-A PREROUTING -m mark --mark 0x40/0x40 -j DROP\n-A PREROUTING -j MARK --set-xmark 0x50/0xff\n"),
     "udp 198.51.100.1:4000 192.0.2.10:80", "0x50 ACCEPT none"},
    /* nat: another destination can't be followed, and matters where it may come about */
    {NAT("-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "? ? ?"},
    {NAT("-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 81\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 state=ESTABLISHED", "? ? ?"},
    {NAT("-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 state=UNTRACKED", "0x0 ACCEPT none"},
    {NAT("-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 state=INVALID", "0x0 ACCEPT none"},
    {NAT("-A PREROUTING -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.1\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 ACCEPT none"},
    {NAT("-A PREROUTING -j MARK --set-xmark 0x1/0x1\n"), "tcp 198.51.100.1:4000 192.0.2.10:80",
     "0x1 ACCEPT none"},
    {NAT("-A PREROUTING -j MARK --set-xmark 0x1/0x1\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 state=ESTABLISHED", "0x0 ACCEPT none"},
    {NAT("-A PREROUTING -j MARK --set-xmark 0x1/0x1\n"), "tcp 198.51.100.1:4000 192.0.2.10:80 state=RELATED",
     "? ACCEPT none"},
    {NAT("-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE\n"), "tcp 10.0.0.1:80 198.51.100.1:4000 hook=forward",
     "0x0 ACCEPT none"},
    /* connection tracking */
    {FILTER("-A INPUT -m conntrack --ctstate NEW -j DROP\n"), "tcp 198.51.100.1:4000 192.0.2.10:80",
     "0x0 DROP none"},
    {FILTER("-A INPUT -m conntrack --ctstate NEW -j DROP\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 state=ESTABLISHED", "0x0 ACCEPT none"},
    {FILTER("-A INPUT -m state ! --state ESTABLISHED,RELATED -j DROP\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 state=RELATED", "0x0 ACCEPT none"},
    {"*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j NOTRACK\nCOMMIT\n" FILTER(
         "-A INPUT -m conntrack --ctstate UNTRACKED -j DROP\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 state=ESTABLISHED", "0x0 DROP none"},
    {"*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j CT --helper ftp\n-A PREROUTING -j "
     "NOTRACK\nCOMMIT\n" FILTER("-A INPUT -m conntrack --ctstate UNTRACKED -j DROP\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 ACCEPT none"},
    {"*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m conntrack --ctstate NEW -j DROP\nCOMMIT\n",
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 ACCEPT none"},
    {FILTER("-A INPUT -p icmp -m conntrack --ctstate RELATED -j DROP\n"), "icmp/3 198.51.100.1 192.0.2.10",
     "0x0 ? none"},
    {FILTER("-A INPUT -p icmp -m conntrack --ctstate NEW -j DROP\n"), "icmp/3 198.51.100.1 192.0.2.10",
     "0x0 ACCEPT none"},
    {FILTER("-A INPUT -p icmp -m conntrack --ctstate NEW -j DROP\n"), "icmp/8 198.51.100.1 192.0.2.10",
     "0x0 DROP none"},
    {FILTER("-A INPUT -p icmp -m conntrack --ctstate NEW -j DROP\n"),
     "icmp/3 198.51.100.1 192.0.2.10 state=NEW", "0x0 DROP none"},
    {FILTER("-A INPUT -m conntrack --ctstate UNTRACKED -j DROP\n"), "icmpv6/135 fe80::1 2001:db8::1",
     "0x0 DROP none"},
    /* connmark: 0 at a connection's beginning, unknown later, none without one */
    {MANGLE("-A PREROUTING -j MARK --set-xmark 0x5/0xf\n-A PREROUTING -j CONNMARK --restore-mark --nfmask "
            "0xf --ctmask 0xf\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 ACCEPT none"},
    {MANGLE("-A PREROUTING -j CONNMARK --restore-mark --nfmask 0xf --ctmask 0xf\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 state=ESTABLISHED", "? ACCEPT none"},
    {MANGLE("-A PREROUTING " WEB "MARK --set-xmark 0x50/0xffffffff\n"
            "-A PREROUTING -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 state=ESTABLISHED", "? ACCEPT ?"},
    {MANGLE("-A PREROUTING " WEB "MARK --set-xmark 0x50/0xff\n"
            "-A PREROUTING -j CONNMARK --restore-mark --nfmask 0xff00 --ctmask 0xff00\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 state=ESTABLISHED", "? ACCEPT web"},
    {MANGLE("-A PREROUTING -j CONNMARK --restore-mark --nfmask 0xf --ctmask 0xf\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 state=UNTRACKED mark=3", "0x3 ACCEPT none"},
    {MANGLE("-A PREROUTING -j MARK --set-xmark 0x5/0xf\n-A PREROUTING -j CONNMARK --save-mark --nfmask 0x3 "
            "--ctmask 0xf\n"
            "-A PREROUTING -m connmark --mark 0x1 -j DROP\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "0x5 DROP none"},
    {MANGLE("-A PREROUTING -m connmark ! --mark 0x1 -j DROP\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 state=INVALID", "0x0 ACCEPT none"},
    {MANGLE("-A PREROUTING -m connmark ! --mark 0x1 -j DROP\n"), "tcp 198.51.100.1:4000 192.0.2.10:80",
     "0x0 DROP none"},
    /* interfaces */
    {FILTER("-A INPUT -i eth1 -j DROP\n"), "tcp 198.51.100.1:4000 192.0.2.10:80 eth1", "0x0 DROP none"},
    {FILTER("-A INPUT -i eth1 -j DROP\n"), "tcp 198.51.100.1:4000 192.0.2.10:80 eth10", "0x0 ACCEPT none"},
    {FILTER("-A INPUT -i eth1 -j DROP\n"), "tcp 198.51.100.1:4000 192.0.2.10:80", "0x0 ? none"},
    {FILTER("-A INPUT ! -i eth+ -j DROP\n"), "tcp 198.51.100.1:4000 192.0.2.10:80 eth10", "0x0 ACCEPT none"},
    {FILTER(":u - [0:0]\n-A INPUT -j u\n-A u -o eth0 -j DROP\n"), "tcp 198.51.100.1:4000 192.0.2.10:80 eth0",
     "0x0 ACCEPT none"},
    {FILTER(":u - [0:0]\n-A INPUT -j u\n-A u ! -o eth0 -j DROP\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80 eth0", "0x0 DROP none"},
    {FILTER("-A FORWARD -o eth0 -j DROP\n"), "tcp 198.51.100.1:4000 192.0.2.10:80 eth0 hook=forward",
     "0x0 ? none"},
    /* ports */
    {FILTER("-A INPUT -p tcp -m multiport --dports 80,443,1000:2000 -j DROP\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:1500", "0x0 DROP none"},
    {FILTER("-A INPUT -p tcp -m multiport ! --dports 80,443 -j DROP\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:443", "0x0 ACCEPT none"},
    {FILTER("-A INPUT -p tcp -m multiport --ports 80 -j DROP\n"), "tcp 198.51.100.1:80 192.0.2.10:443",
     "0x0 DROP none"},
    {FILTER("-A INPUT -p tcp -m multiport --sports 80 -j DROP\n"), "tcp 198.51.100.1:443 192.0.2.10:80",
     "0x0 ACCEPT none"},
    {FILTER("-A INPUT -p tcp -m tcp --sport 1024:65535 -j DROP\n"), "tcp 198.51.100.1 192.0.2.10:80",
     "0x0 ? none"},
    {FILTER("-A INPUT -p tcp -m tcp --sport 0:65535 -j DROP\n"), "tcp 198.51.100.1 192.0.2.10:80",
     "0x0 DROP none"},
    {FILTER("-A INPUT -p udp -m udp --dport 80 -j DROP\n"), "tcp 198.51.100.1:1 192.0.2.10:80",
     "0x0 ACCEPT none"},
    {FILTER("-A INPUT -p dccp -m dccp --dport 80 -j DROP\n"), "dccp 198.51.100.1:1 192.0.2.10:80",
     "0x0 DROP none"},
    {FILTER("-A INPUT -p udplite -m multiport --dports 80 -j DROP\n"), "udplite 198.51.100.1:1 192.0.2.10:80",
     "0x0 DROP none"},
    /* AH in IPv6: rules see what stands behind it */
    {FILTER("-A INPUT -p tcp -j DROP\n"), "ah 2001:db8::9 2001:db8::1", "0x0 ? none"},
    {FILTER("-A INPUT -p tcp -j DROP\n"), "ah 198.51.100.1 192.0.2.10", "0x0 ACCEPT none"},
};

START_TEST(test_case)
{
    const struct trace_case *c = &cases[_i];
    struct traced t;

    traced_make(&t, c->rules, c->packet);
    ck_assert_msg(strcmp(t.answer, c->answer) == 0, "%s through\n%s\ncomes out as %s instead of %s",
                  c->packet, c->rules, t.answer, c->answer);
    traced_free(&t);
}
END_TEST

/* What the packet meets, in order: TABLE CHAIN NUMBER, `?` where it may only. */
static const struct {
    const char *rules, *packet, *steps;
} walks[] = {
    {"", "tcp 198.51.100.1:4000 192.0.2.10:80", ""},
    {FILTER("-A INPUT -p udp -j DROP\n-A INPUT -p tcp -j ACCEPT\n-A INPUT -j DROP\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "filter INPUT 2;"},
    {"*filter\n:INPUT DROP [0:0]\n-A INPUT -p udp -j DROP\nCOMMIT\n", "tcp 198.51.100.1:4000 192.0.2.10:80",
     "filter INPUT 0;"},
    {FILTER("-A INPUT -m nosuch -j LOG\n-A INPUT -j DROP\n"), "tcp 198.51.100.1:4000 192.0.2.10:80",
     "filter INPUT 1?;filter INPUT 2;"},
    {FILTER("-A INPUT -m nosuch -j ACCEPT\n-A INPUT -j DROP\n"), "tcp 198.51.100.1:4000 192.0.2.10:80",
     "filter INPUT 1?;filter INPUT 2?;"},
    {FILTER(":u - [0:0]\n-A INPUT -m nosuch -j u\n-A INPUT -j LOG\n-A u -j LOG\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "filter INPUT 1?;filter u 1?;filter INPUT 2;"},
    {FILTER(":u - [0:0]\n-A INPUT -m nosuch -j u\n-A INPUT -j LOG\n-A u -j ACCEPT\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "filter INPUT 1?;filter u 1?;filter INPUT 2?;"},
    {FILTER(":u - [0:0]\n-A INPUT -j u\n-A INPUT -j LOG\n-A u -m nosuch -j RETURN\n-A u -j LOG\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "filter INPUT 1;filter u 1?;filter u 2?;filter INPUT 2;"},
    {MANGLE("-A PREROUTING -m nosuch -j MARK --set-xmark 0x1/0x1\n")
         FILTER("-A INPUT -m mark --mark 0x1 -j LOG\n-A INPUT -j LOG\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "mangle PREROUTING 1?;filter INPUT 1?;filter INPUT 2;"},
    {"*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m nosuch -j DROP\nCOMMIT\n" FILTER("-A INPUT -j LOG\n"),
     "tcp 198.51.100.1:4000 192.0.2.10:80", "raw PREROUTING 1?;filter INPUT 1?;"},
};

START_TEST(test_steps)
{
    struct traced t;

    traced_make(&t, walks[_i].rules, walks[_i].packet);
    ck_assert_msg(strcmp(t.steps, walks[_i].steps) == 0, "%s through\n%s\nmeets %s instead of %s",
                  walks[_i].packet, walks[_i].rules, t.steps, walks[_i].steps);
    traced_free(&t);
}
END_TEST

/* Chains that each jump to the next twice: 2^60 ways. The answer is given up, not waited for. */
START_TEST(test_doubling)
{
    struct buf rules = {0};
    struct traced t;

    buf_str(&rules, "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j c0\n");
    for (int i = 0; i < 60; i++)
        buf_printf(&rules, "-A c%d -j c%d\n-A c%d -j c%d\n", i, i + 1, i, i + 1);
    buf_str(&rules, "-A c60 -j LOG\nCOMMIT\n");
    traced_make(&t, buf_text(&rules), "tcp 198.51.100.1:4000 192.0.2.10:80");
    ck_assert_str_eq(t.answer, "? ? ?");
    traced_free(&t);
    buf_free(&rules);
}
END_TEST

static Suite *trace_suite(void)
{
    Suite *s = suite_create("trace");

    tcase_add_loop_test(new_case(s, "answers"), test_case, 0, N_OF(cases));
    tcase_add_loop_test(new_case(s, "steps"), test_steps, 0, N_OF(walks));
    tcase_add_test(new_case(s, "doubling"), test_doubling);
    return s;
}

int main(void)
{
    return run_suite(trace_suite());
}
