/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/lint_keepalived.h"

#include "check_held.h"

#define A   "[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 80\n"
#define A6  "[service a]\nvip = 2001:db8::1\nports = 80\nfwmark = 80\n"
#define A46 "[service a]\nvip = 192.0.2.1, 2001:db8::1\nports = 80\nfwmark = 80\n"
#define B   "[service b]\nvip = 192.0.2.2\nports = 80\nfwmark = 81\n"
#define MASKED                                                                                               \
    "[service c]\nvip = 192.0.2.1\nports = 80\nfwmark = 80/0xff\n"                                           \
    "[service d]\nvip = 192.0.2.2\nports = 80\nfwmark = 512/0xff00\n"
#define RS    "real-server = 10.0.0.1\n"
#define R4    "real_server 10.0.0.1 80 {\n}\n"
#define R6    "real_server fd00::1 80 {\n}\n"
#define T4    "real_server 10.0.0.1 {\nlvs_method TUN\n}\n"
#define T6    "real_server fd00::1 {\nlvs_method TUN\n}\n"
#define V(n)  "virtual_server fwmark " #n " {\n" R4 "}\n"
#define V6(n) "virtual_server fwmark " #n " {\n" R6 "}\n"

static const struct held_case marks[] = {
    {A, V(80), ""},
    {A6, V6(80), ""},
    {A46, V(80) V6(80), ""},
    {A B, V(81) V(80), ""},
    {A, "virtual_server fwmark 080\n{\n" R4 "}\n", ""}, /* Keepalived reads it as 80 */
    /* Nobody sets it. */
    {A, V(80) V(90),
     "k.conf:5:23: error: no service sets fwmark 90, so nothing reaches this virtual server\n"
     "    virtual_server fwmark 90 {\n                          ^~\n"
     "t.ini:1:1: note: the services begin here; they set 80\n"},
    {"[vrrp]\n", V(90), "t.ini:1:1: note: there is no service here"},
    {A6, V(80), "k.conf:1:23: error: no service sets fwmark 80 in IPv4, so nothing"},
    {A6, V(80), "t.ini:1:1: note: 'a' sets it in IPv6 only"},
    {A6, V(80), "t.ini:4:10: warning: no virtual_server of IPv6 has fwmark 80 of service 'a'"},
    {A, V(80) V6(80), "k.conf:5:23: error: no service sets fwmark 80 in IPv6"},
    {A, V(80) "virtual_server fwmark 0 {\n" R4 "}\n", ""},
    {A, V(80) "virtual_server 192.0.2.9 443 {\n" R4 "}\n", ""},
    /* A mask leaves bits open that others may set. */
    {"[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 80/0xff\n", V(336), ""},
    {"[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 80/0xff\n", V(80) V(81),
     "no service sets fwmark 81"},
    {MASKED, V(592), ""},
    {MASKED, V(336) V(512), ""},
    {MASKED, V(336), "t.ini:8:10: warning: no virtual_server has fwmark 512 of service 'd'"},
    {MASKED, V(592) V(849), "k.conf:5:23: error: no service sets fwmark 849"},
    {MASKED, V6(336), "t.ini:4:10: warning: no virtual_server of IPv4 has fwmark 80 of service 'c'"},
    /* A mark that is not there: an error where there are real servers, else a warning. */
    {A RS, "",
     "t.ini:4:10: error: no virtual_server has fwmark 80 of service 'a'\n    fwmark = 80\n"
     "             ^~\nk.conf:1:1: note: there is no virtual server with a fwmark here\n"},
    {A, "", "t.ini:4:10: warning: no virtual_server has fwmark 80 of service 'a'"},
    {A B RS, V(80),
     "t.ini:8:10: error: no virtual_server has fwmark 81 of service 'b'\n    fwmark = 81\n"
     "             ^~\nk.conf:1:23: note: the virtual servers with a fwmark begin here; they "
     "have 80\n"},
    {A46 RS, V(80), "t.ini:4:10: warning: no virtual_server of IPv6 has fwmark 80 of service 'a'"},
    {A46 RS "real-server = fd00::1\n", V(80), "t.ini:4:10: error: no virtual_server of IPv6 has fwmark 80"},
    {A46 RS "forwarding = tun\n", V(80), "t.ini:4:10: error: no virtual_server of IPv6 has fwmark 80"},
    {A "[service c]\nvip = 192.0.2.3\nports = 1\nfwmark = 80\n" RS, "",
     "t.ini:4:10: error: no virtual_server has fwmark 80 of service 'a'"}, /* they share the servers */
    /* The same one twice. */
    {A, V(80) V(80),
     "k.conf:5:23: error: fwmark 80 has two virtual servers of IPv4: IPVS can have one\n"
     "    virtual_server fwmark 80 {\n                          ^~\nk.conf:1:23: note: the first one is "
     "here\n"
     "t.ini:1:1: note: 'a' sets this mark\n"},
    {A46, V(80) V6(80) V6(80), "k.conf:9:23: error: fwmark 80 has two virtual servers of IPv6"},
    {A, V(80) "virtual_server fwmark 80 {\n}\n", ""}, /* without servers: of either family */
    /* The family comes from the servers, or from ip_family. */
    {A6, "virtual_server fwmark 80 {\nip_family inet6\n" T4 "}\n", ""},
    {A6, "virtual_server fwmark 80 {\n" T6 "}\n", ""},
    {A, "virtual_server fwmark 80 {\n" T6 T4 "}\n", ""},
    {A6, "virtual_server fwmark 80 {\n" T6 T4 "}\n", "no service sets fwmark 80 in IPv4"},
    {A6, "virtual_server fwmark 80 {\nlb_kind TUN\nip_family inet6\n" R4 "}\n", ""},
    {A6, "virtual_server fwmark 80 inet6 {\n" R4 "}\n", "in IPv4"}, /* the word does nothing */
    {A, "virtual_server fwmark 80 {\nlb_kind DR\nip_family inet6\n" R4 "}\n", ""},
    {A6, "virtual_server fwmark 80 {\n" T4 "sorry_server fd00::9 80\n}\n", ""},
    {A, "virtual_server fwmark 80 {\n" T4 "sorry_server fd00::9\nsorry_server_lvs_method TUN\n}\n", ""},
    {A, V(80) "virtual_server fwmark 80 {\nip_family inet6\n" T4 "}\n", "no service sets fwmark 80 in IPv6"},
    /* Groups. */
    {A B, "virtual_server_group g {\nfwmark 80\nfwmark 81\n}\nvirtual_server group g {\n" R4 "}\n", ""},
    {A, "virtual_server_group g {\nfwmark 80\nfwmark 82\n}\nvirtual_server group g {\n" R4 "}\n",
     "k.conf:3:8: error: no service sets fwmark 82"},
    {A, "virtual_server group g {\n" R4 "}\nvirtual_server_group g {\n10.0.0.1-9 80\nfwmark 80\n}\n", ""},
    {A46, "virtual_server_group g {\nfwmark 80 inet\nfwmark 80 inet6\n}\nvirtual_server group g {\n" T4 "}\n",
     ""},
    {A,
     "virtual_server_group g {\nfwmark 80\n}\nvirtual_server group g {\nprotocol TCP\n" R4
     "}\nvirtual_server group g {\nprotocol UDP\n" R4 "}\n",
     "k.conf:9:22: error: fwmark 80 has two virtual servers of IPv4"},
    {A, V(80) "virtual_server_group unused {\nfwmark 99\n}\n", ""},
    /* A group that is not there, or has nothing in it: all else is judged. */
    {A, V(80) "virtual_server group nowhere {\n" R4 "}\n",
     "k.conf:5:22: error: there is no virtual_server_group 'nowhere', so Keepalived ignores this virtual "
     "server\n"
     "    virtual_server group nowhere {\n                         ^~~~~~~\n"},
    {A RS, "virtual_server group nowhere {\n" R4 "}\n",
     "t.ini:4:10: error: no virtual_server has fwmark 80 of service 'a'"},
    {A, V(80) V(90) "virtual_server group nowhere {\n" R4 "}\n",
     "k.conf:5:23: error: no service sets fwmark 90"},
    {A, V(80) "virtual_server_group g {\n}\nvirtual_server group g {\n" R4 "}\n",
     "k.conf:7:22: error: nothing is in virtual_server_group 'g', so Keepalived ignores this virtual server\n"
     "    virtual_server group g {\n                         ^\nk.conf:5:22: note: the group is here\n"},
    {A RS, "virtual_server_group g {\n}\nvirtual_server group g {\n" R4 "}\n",
     "t.ini:4:10: error: no virtual_server has fwmark 80 of service 'a'"},
    {A, V(80) "virtual_server_group empty {\n}\n", ""},
    /* It may be there all the same. */
    {A RS, "virtual_server group nowhere {\n" R4 "}\nvirtual_server_group $G {\nfwmark 80\n}\n", ""},
    {A RS, "virtual_server group nowhere {\n" R4 "}\n$B g {\n}\n", ""},
    /* What only Keepalived knows, and what it would refuse. */
    {A RS, "virtual_server fwmark $M {\n" R4 "}\n",
     "k.conf:1:23: note: only a running Keepalived knows a decimal number here; what depends on it is not "
     "judged\n    virtual_server fwmark $M {\n                          ^~\n"},
    {A RS, "virtual_server fwmark 0x50 {\n" R4 "}\n", "k.conf:1:23: note: a decimal number is expected here"},
    {A RS, "virtual_server fwmark 4294967296 {\n" R4 "}\n",
     "k.conf:1:23: note: a number of at most 32 bits is expected here"},
    {A RS, "virtual_server\n", "k.conf:1:1: note: the name of a virtual server is expected here"},
    {A, V(80) "virtual_server fwmark 80 {\nreal_server $R 80 {\n}\n}\n",
     "only a running Keepalived knows an address"},
    {A RS, "$M=80\nvirtual_server fwmark $M {\n" R4 "}\n", ""},
    {A B,
     "$V= \\\nvirtual_server fwmark ${N} {\\\n real_server 10.0.0.1 80 { \\\n} \\\n}\n~SEQ(N, 80, 81) $V\n",
     ""},
};

static const struct held_case handed_out[] = {
#define G    "virtual_server_group g {\n192.0.2.8-9 80\n}\n"
#define H(p) "virtual_server group g {\nprotocol " p "\n" R4 "}\n"
#define NFT  "global_defs {\nnftables_ipvs\n"
#define M(n) "[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = " #n "\n"
    {M(1000), G H("TCP") V(1000), ""},
    {M(1000), NFT "}\n" V(1000), ""}, /* no group to hand one out to */
    {M(1000), NFT "}\n" G H("TCP"),
     "t.ini:4:10: error: fwmark 1000 is one of those that Keepalived hands out to virtual server groups "
     "itself: take another\n    fwmark = 1000\n             ^~~~\nk.conf:2:1: note: nftables_ipvs hands out "
     "1000 to "
     "1000"},
    {M(1000), NFT "}\n" G H("TCP") V(1000), "k.conf:12:23: error: fwmark 1000 is one of those"},
    {M(1001), NFT "}\n" G H("TCP") V(1001), ""},
    {M(1001), NFT "}\n" G H("TCP") H("UDP") V(1001), "hands out 1000 to 1001"},
    {M(1001), NFT "}\n" G H("TCP") H("TCP") V(1001), ""},
    {M(999), NFT "}\n" G H("TCP") H("UDP") V(999), ""},
    {M(80), NFT "nftables_ipvs_start_fwmark 80\n}\n" G H("TCP"),
     "k.conf:3:1: note: nftables_ipvs hands out 80 to 80"},
    {M(80), "global_defs {\nnftables_ipvs_start_fwmark 80\nnftables_ipvs\n}\n" G H("TCP") V(80), ""},
    {M(1000), NFT "nftables_ipvs_start_fwmark $X\n}\n" G H("TCP") V(1000), "note: only a running Keepalived"},
    {M(80), NFT "}\nvirtual_server_group g {\n192.0.2.8 80\nfwmark 80\n}\n" H("TCP"), ""},
    {M(4294967295), NFT "nftables_ipvs_start_fwmark 4294967295\n}\n" G H("TCP"),
     "error: fwmark 4294967295 is one"},
};

static const struct held_case ports[] = {
#define P    "[service a]\nvip = 192.0.2.1\nports = 80, 443\nfwmark = 80\n"
#define S(x) "virtual_server fwmark 80 {\n" x R4 "}\n"
    {A, S(""), ""},
    {P, S("persistence_timeout 300\n"), ""},
    {P, S("persistence_timeout\n"), ""},
    {P, S(""),
     "k.conf:1:23: warning: fwmark 80 has several ports, but no persistence_timeout: a client's connections "
     "may go to different real servers\n    virtual_server fwmark 80 {\n                          ^~\n"
     "t.ini:1:1: note: the ports of 'a' are here\n"},
    {P, S("persistence_timeout 0\n"), "several ports, but no persistence_timeout"},
    {P, S("lb_algo rr\n"), "several ports"},
    {P, S("lb_algo sh\n"), ""},
    {P, S("lvs_sched mh\n"), ""},
    {P, S("lb_algo sh\nsh-port\n"), "several ports"},
    {P, S("lb_algo mh\nmh-port\n"), "several ports"},
    {P, S("lb_algo sh\nsh-fallback\n"), ""},
    {P, S("persistence_timeout $T\n"), "note: only a running Keepalived knows a decimal number"},
    {P, S("lb_algo $T\n"), "note: only a running Keepalived knows a scheduler"},
    {"[service a]\nvip = 192.0.2.1\nports = any\nfwmark = 80\n", S(""), "several ports"},
    {"[service a]\nvip = 192.0.2.1\nports = 80:81\nfwmark = 80\n", S(""), "several ports"},
    {"[service a]\nvip = 192.0.2.1\nprotocol = esp\nfwmark = 80\n", S(""), ""},
    {"[service a]\nvip = 192.0.2.1\nprotocol = tcp, udp\nports = 53\nfwmark = 80\n", S(""), ""},
    {A "[service b]\nvip = 192.0.2.2\nports = 80\nfwmark = 80\n", S(""), ""},
    {A "[service b]\nvip = 192.0.2.2\nports = 81\nfwmark = 80\n", S(""), "t.ini:5:1: note: the ports of 'b'"},
    {A "[service b]\nvip = 2001:db8::2\nports = 81\nfwmark = 80\n", S("") V6(80), ""}, /* one a family */
};

static const struct held_case vips[] = {
#define I(x) "vrrp_instance i {\ninterface eth0\nvirtual_ipaddress {\n" x "\n}\n}\n"
    {A, V(80), ""}, /* no instance: somebody else brings the addresses up */
    {A, V(80) I("192.0.2.1"), ""},
    {A, V(80) I("192.0.2.1/24 dev eth0 label eth0:1"), ""},
    {A, V(80) I("192.0.2.2\n192.0.2.1/32"), ""},
    {A,
     V(80) "vrrp_instance i {\nvirtual_ipaddress_excluded {\n192.0.2.1\n}\nvirtual_ipaddress "
           "{\n10.0.0.1\n}\n}\n",
     ""},
    {A, V(80) I("192.0.2.2") I("192.0.2.1"), ""},
    {A, V(80) I("192.0.2.2"),
     "t.ini:2:7: warning: 192.0.2.1 is in no virtual_ipaddress\n    vip = 192.0.2.1\n          ^~~~~~~~~\n"
     "k.conf:5:15: note: the vrrp_instances begin here\n"},
    {A, V(80) "vrrp_instance i {\n}\n", "192.0.2.1 is in no virtual_ipaddress"},
    {A, V(80) "static_ipaddress {\n192.0.2.1 dev eth0\n}\n" I("192.0.2.2"), "is in no virtual_ipaddress"},
    {A6, V6(80) I("2001:DB8:0::1/64"), ""},
    {A46, V(80) V6(80) I("192.0.2.1"), "2001:db8::1 is in no virtual_ipaddress"},
    {"[service a]\nvip = 192.0.2.0/28\nports = 80\nfwmark = 80\n", V(80) I("192.0.2.5"), ""},
    {"[service a]\nvip = 192.0.2.0/28\nports = 80\nfwmark = 80\n", V(80) I("192.0.2.16"),
     "warning: no address of 192.0.2.0/28 is in no virtual_ipaddress"},
    {A, V(80) I("$VIP"), "note: only a running Keepalived knows an address"},
    {A, V(80) I("~SEQ(N, 1, 3) 192.0.2.${N}"), ""},
    {A, V(80) I("192.0.2.256"), "note: an address is expected here"},
    /* Two services of one VIP are one warning. */
    {A "[service b]\nvip = 192.0.2.1\nports = 81\nfwmark = 80\n", V(80) I("192.0.2.2"),
     "is in no virtual_ipaddress"},
};

START_TEST(test_marks)
{
    check_held(&marks[_i]);
}
END_TEST

START_TEST(test_handed_out)
{
    check_held(&handed_out[_i]);
}
END_TEST

START_TEST(test_ports)
{
    check_held(&ports[_i]);
}
END_TEST

START_TEST(test_vips)
{
    check_held(&vips[_i]);
}
END_TEST

/* What [rules] may set is not missing. */
START_TEST(test_others)
{
    struct mark sets[] = {{.value = 90, .mask = MARK_MASK_ALL}, {.value = 0x100, .mask = 0x100}};
    const struct other_marks some = {.at = sets, .n = 2}, any = {.any = true};

    check_held_with(&(struct held_case){A, V(80) V(90), ""}, &some);
    check_held_with(&(struct held_case){A, V(80) V(257), ""}, &some);
    check_held_with(&(struct held_case){A, V(80) V(91), "no service sets fwmark 91"}, &some);
    check_held_with(&(struct held_case){A, V(80) V(91), ""}, &any);
}
END_TEST

/* 100,000 services and as many virtual servers. */
START_TEST(test_many)
{
    static const char *const masks[] = {"", "/0xffffff"};
    struct buf ini = {0}, conf = {0};

    for (unsigned i = 1; i <= 100000; i++) {
        buf_printf(&ini, "[service s%u]\nvip = 10.%u.%u.%u\nports = 80\nfwmark = %u%s\n", i, i >> 16,
                   i >> 8 & 255, i & 255, i, masks[_i]);
        buf_printf(&conf, "virtual_server fwmark %u {\nreal_server 10.0.0.1 80 {\n}\n}\n", 100001 - i);
    }
    check_held(&(struct held_case){buf_text(&ini), buf_text(&conf), ""});
    buf_free(&ini);
    buf_free(&conf);
}
END_TEST

static Suite *lint_keepalived_suite(void)
{
    Suite *s = suite_create("lint_keepalived");
    TCase *t = new_case(s, "lint_keepalived");

    tcase_add_loop_test(t, test_marks, 0, N_OF(marks));
    tcase_add_loop_test(t, test_handed_out, 0, N_OF(handed_out));
    tcase_add_loop_test(t, test_ports, 0, N_OF(ports));
    tcase_add_loop_test(t, test_vips, 0, N_OF(vips));
    tcase_add_test(t, test_others);
    tcase_add_loop_test(t, test_many, 0, 2);
    return s;
}

int main(void)
{
    return run_suite(lint_keepalived_suite());
}
