/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/audit_keepalived.h"

#include "check_held.h"

#define I(x) "vrrp_instance i {\n" x "}\n"
#define V4   "virtual_ipaddress {\n192.0.2.1/24\n}\n"
#define V6   "virtual_ipaddress {\n2001:db8::1\n}\n"
#define P(a) "unicast_peer {\n" a "\n}\n"
#define ETH0 "interface eth0\n"
#define AH   "authentication {\nauth_type AH\n}\n"

static const struct held_case cases[] = {
    {"", I(ETH0 V4), ""},
    {"[vrrp]\n", I(ETH0 V4), ""},
    {"[vrrp]\naccept = yes\n", I(ETH0 V4 P("192.0.2.9")), ""},
    /* accept = no, and nothing in [rules]. */
    {"[vrrp]\naccept = no\n", I(ETH0 V4),
     "k.conf:1:15: error: no rule lets in VRRP of vrrp_instance 'i' on eth0\n    vrrp_instance i {\n"
     "                  ^\nt.ini:1:1: note: [vrrp] has accept = no\n"},
    {"[vrrp]\naccept = no\n", I(ETH0), ""}, /* nothing tells its family */
    {"[vrrp]\naccept = no\n", "virtual_server fwmark 0 {\n}\n", ""},
    {"[vrrp]\naccept = no\n[rules filter]\npolicy = INPUT ACCEPT\n", I(ETH0 V4), ""},
    {"[vrrp]\naccept = no\n[rules filter]\npolicy = INPUT DROP\n", I(ETH0 V4), "error: no rule lets in VRRP"},
    {"[vrrp]\naccept = no\n[rules filter]\npolicy6 = INPUT ACCEPT\n", I(ETH0 V4),
     "error: no rule lets in VRRP"},
    /* Interfaces. */
    {"[vrrp]\ninterface = eth0\n", I(ETH0 V4), ""},
    {"[vrrp]\ninterface = eth1, eth0\n", I(ETH0 V4), ""},
    {"[vrrp]\ninterface = eth+\n", I(ETH0 V4), ""},
    {"[vrrp]\ninterface = eth1\n", I(ETH0 V4),
     "k.conf:2:11: error: no rule lets in VRRP of vrrp_instance 'i' on eth0\n    interface eth0\n"
     "              ^~~~\nt.ini:1:1: note: 'interface' of [vrrp] does not list it\n"},
    {"[vrrp]\ninterface = eth1\n", I(V4), ""},
    {"[vrrp]\ninterface = eth1\n", I("interface $IF\n" V4),
     "note: only a running Keepalived knows an interface"},
    {"[vrrp]\ninterface = eth1\n", I(ETH0 "use_vmac vrrp.51\n" V4), ""},
    {"[vrrp]\ninterface = eth1\n", I(ETH0 "use_vmac\nvmac_xmit_base\n" V4), "on eth0"},
    {"[vrrp]\ninterface = eth1\n", I("interface a-name-that-is-too-long\n" V4), ""},
    /* Peers. */
    {"[vrrp]\nsource = 192.0.2.9\n", I(ETH0 V4), ""}, /* multicast: who knows from where */
    {"[vrrp]\nsource = 192.0.2.9\n", I(ETH0 V4 P("192.0.2.9")), ""},
    {"[vrrp]\nsource = 192.0.2.0/24\n", I(ETH0 V4 P("192.0.2.9 min_ttl 255 max_ttl 255\n192.0.2.10")), ""},
    {"[vrrp]\nsource = 192.0.2.9\n", I(ETH0 V4 P("192.0.2.9\n192.0.2.10")),
     "k.conf:8:1: error: no rule lets in VRRP of vrrp_instance 'i' from 192.0.2.10 on eth0\n    192.0.2.10\n"
     "    ^~~~~~~~~~\nt.ini:2:10: note: 'source' of [vrrp] does not list it\n"},
    {"[vrrp]\nsource = 192.0.2.9\n", I(V4 P("192.0.2.10\n192.0.2.11")), "from 192.0.2.11"},
    {"[vrrp]\nsource = 192.0.2.9\n", I(ETH0 V4 P("$PEER")),
     "note: only a running Keepalived knows an address"},
    {"[vrrp]\nsource = 192.0.2.9\n", I(ETH0 V4 P("")), ""},
    {"[vrrp]\nsource = 192.0.2.9\n", I(ETH0 V6),
     "t.ini:1:1: note: 'source' of [vrrp] has nothing of the family"},
    {"[vrrp]\nsource = 192.0.2.9\n", I(ETH0 "native_ipv6\n"), "'source' of [vrrp] has nothing of the family"},
    {"[vrrp]\nsource = fe80::/10\n", I(ETH0 V6), ""},
    {"[vrrp]\nsource = fe80::/10, 2001:db8::/32\n", I(ETH0 V6 P("2001:db8::9")), ""},
    {"[vrrp]\nsource = fe80::/10\n", I(ETH0 "unicast_src_ip 2001:db8::2\n" P("2001:db8::9")),
     "from 2001:db8::9 on eth0"},
    {"[vrrp]\nsource = 10.0.0.0/8\n", I(ETH0 "mcast_src_ip 10.0.0.1\n"), ""},
    /* The authentication header. */
    {"[vrrp]\nauthentication = ah\n", I(ETH0 V4 AH), ""},
    {"", I(ETH0 V4 "authentication {\nauth_type PASS\nauth_pass x\n}\n"), ""},
    {"[vrrp]\n", I(ETH0 V4 AH),
     "k.conf:7:11: error: no rule lets in the authentication header (AH) of vrrp_instance 'i' on eth0\n"
     "    auth_type AH\n              ^~\nt.ini:1:1: note: [vrrp] has no authentication = ah\n"},
    {"", I(V4 AH),
     "k.conf:6:11: error: no rule lets in the authentication header (AH) of vrrp_instance 'i'\n"
     "    auth_type AH\n              ^~\nt.ini:1:1: note: [vrrp] has no authentication = ah\n"},
    {"[vrrp]\n", I(ETH0 V4 "version 3\n" AH), ""},
    {"[vrrp]\n", I(ETH0 V4 "version 2\n" AH), "(AH)"},
    {"[vrrp]\n", "global_defs {\nvrrp_version 3\n}\n" I(ETH0 V4 AH), ""},
    {"[vrrp]\n", I(ETH0 V4 AH) "global_defs {\nvrrp_version 3\n}\n", ""}, /* read before all else */
    {"[vrrp]\n", "global_defs {\nvrrp_version 3\n}\n" I(ETH0 V4 "version 2\n" AH), "(AH)"},
    {"[vrrp]\n", I(ETH0 V6 AH), ""},
    {"[vrrp]\n", I(ETH0 V4 "version $V\n" AH), "note: only a running Keepalived knows a decimal number"},
    {"[vrrp]\n", I(ETH0 V4 "authentication {\nauth_type $A\n}\n"),
     "note: only a running Keepalived knows PASS or AH"},
    {"[vrrp]\nauthentication = ah\nsource = 192.0.2.9\n", I(ETH0 V4 P("192.0.2.10") AH),
     "(AH) of vrrp_instance 'i' from 192.0.2.10"},
};

START_TEST(test_case)
{
    check_held(&cases[_i]);
}
END_TEST

static Suite *audit_keepalived_suite(void)
{
    Suite *s = suite_create("audit_keepalived");
    TCase *t = new_case(s, "audit_keepalived");

    tcase_add_loop_test(t, test_case, 0, N_OF(cases));
    return s;
}

int main(void)
{
    return run_suite(audit_keepalived_suite());
}
