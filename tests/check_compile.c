/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compile and save_write: from an input to the text of a rule set. */
#include "lbgen/compile.h"

#include <netdb.h>

#include "lbgen/save_write.h"

#include "check_input.h"

#define MANGLE_HEAD                                                                                          \
    "*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"  \
    ":POSTROUTING ACCEPT [0:0]\n"
#define FILTER_HEAD "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
#define NAT_HEAD                                                                                             \
    "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n"
#define VRRP          "-A INPUT -p vrrp -m comment --comment \"lbgen:vrrp\" -j ACCEPT\n"
#define NO_VRRP       "[vrrp]\naccept = no\n"
#define WEB           "[service web]\nvip = 192.0.2.10\nports = 80, 443\nfwmark = 80\n"
#define RULE(service) "-m comment --comment \"lbgen:" service "\""

static void print(struct buf *out, const struct config *config, const struct formed_rules *host,
                  enum family family)
{
    struct save_writer writer;
    struct rule_sink sink = save_writer_sink(&writer, out, family);

    compile(config, host, family, &sink);
    buf_text(out);
}

/* Whole texts: for each family what is printed. */
static const struct {
    const char *input, *four, *six;
} whole[] = {
    {"", FILTER_HEAD VRRP "COMMIT\n", FILTER_HEAD VRRP "COMMIT\n"},
    {NO_VRRP, "", ""},
    {WEB,
     MANGLE_HEAD "-A PREROUTING -d 192.0.2.10/32 -p tcp " RULE(
         "web") " -m multiport --dports 80,443 -j MARK --set-xmark "
                "0x50/0xffffffff\nCOMMIT\n" FILTER_HEAD VRRP "COMMIT\n",
     FILTER_HEAD VRRP "COMMIT\n"},
    {NO_VRRP "[service a]\nvip = 2001:db8::/64\nprotocol = udp esp udplite ah dccp\nports = 500:501\nfwmark "
             "= 0x1/0xf\n"
             "interface = eth+\nsource = fd00::/8 10.0.0.0/8\n",
     "",
     MANGLE_HEAD "-A PREROUTING -s fd00::/8 -d 2001:db8::/64 -i eth+ -p udp " RULE(
         "a") " -m udp --dport 500:501 -j MARK --set-xmark 0x1/0xf\n"
              "-A PREROUTING -s fd00::/8 -d 2001:db8::/64 -i eth+ -p esp " RULE(
                  "a") " -j MARK --set-xmark 0x1/0xf\n"
                       "-A PREROUTING -s fd00::/8 -d 2001:db8::/64 -i eth+ -p udplite " RULE(
                           "a") " -m multiport --dports 500:501 -j MARK --set-xmark 0x1/0xf\n"
                                "-A PREROUTING -s fd00::/8 -d 2001:db8::/64 -i eth+ -p dccp " RULE(
                                    "a") " -m dccp --dport 500:501 -j MARK --set-xmark 0x1/0xf\n"
                                         "COMMIT\n"},
    /* /0 and + vanish; any port is no test of ports. */
    {NO_VRRP "[service a]\nvip = 0.0.0.0/0\nports = any\nfwmark = 1\ninterface = +\nsource = 0.0.0.0/0\n",
     MANGLE_HEAD "-A PREROUTING -p tcp " RULE("a") " -j MARK --set-xmark 0x1/0xffffffff\nCOMMIT\n", ""},
    /* 15 slots to a rule. */
    {NO_VRRP "[service a]\nvip = 192.0.2.1\nports = 1 3 5 7 9 11 13 15 17 19 21 23 25 27:28 30\nfwmark = 1\n",
     MANGLE_HEAD "-A PREROUTING -d 192.0.2.1/32 -p tcp " RULE(
         "a") " -m multiport --dports 1,3,5,7,9,11,13,15,17,19,21,23,25,27:28 "
              "-j MARK --set-xmark 0x1/0xffffffff\n"
              "-A PREROUTING -d 192.0.2.1/32 -p tcp " RULE(
                  "a") " -m tcp --dport 30 -j MARK --set-xmark 0x1/0xffffffff\nCOMMIT\n",
     ""},
    /* exclude-mac: a chain of its own, RETURN first. */
    {NO_VRRP WEB "exclude-mac = 52:54:00:AB:34:56, 52:54:00:12:34:57\n",
     MANGLE_HEAD ":lbgen.web - [0:0]\n"
                 "-A PREROUTING -d 192.0.2.10/32 -p tcp " RULE(
                     "web") " -m multiport --dports 80,443 -j lbgen.web\n"
                            "# lbgen:web\n"
                            "-A lbgen.web -m mac --mac-source 52:54:00:ab:34:56 -j RETURN\n"
                            "-A lbgen.web -m mac --mac-source 52:54:00:12:34:57 -j RETURN\n"
                            "-A lbgen.web -j MARK --set-xmark 0x50/0xffffffff\nCOMMIT\n",
     ""},
    /* masquerade: without ports no -p, with ports one rule a protocol that has some. */
    {NO_VRRP WEB "masquerade = 10.0.0.0/24\n",
     MANGLE_HEAD "-A PREROUTING -d 192.0.2.10/32 -p tcp " RULE(
         "web") " -m multiport --dports 80,443 -j MARK --set-xmark "
                "0x50/0xffffffff\nCOMMIT\n" NAT_HEAD
                "-A POSTROUTING -s 10.0.0.0/24 " RULE("web") " -j MASQUERADE\nCOMMIT\n",
     ""},
    {NO_VRRP
     "[service a]\nvip = 192.0.2.1\nprotocol = tcp esp\nports = 21\nfwmark = 1\nmasquerade = 10.0.0.0/24\n"
     "masquerade-ports = 20\nmasquerade-out = eth0\nsnat = yes\n",
     MANGLE_HEAD "-A PREROUTING -d 192.0.2.1/32 -p tcp " RULE(
         "a") " -m tcp --dport 21 -j MARK --set-xmark 0x1/0xffffffff\n"
              "-A PREROUTING -d 192.0.2.1/32 -p esp " RULE(
                  "a") " -j MARK --set-xmark 0x1/0xffffffff\nCOMMIT\n" NAT_HEAD
                       "-A POSTROUTING -s 10.0.0.0/24 -o eth0 -p tcp " RULE(
                           "a") " -m tcp --sport 20 -j SNAT --to-source 192.0.2.1\nCOMMIT\n",
     ""},
    /* [vrrp]: interfaces, sources of the family only, ah in IPv4 alone, sync in the same shape. */
    {"[vrrp]\ninterface = eth0\nsource = 192.0.2.2, fe80::/10\nauthentication = ah\nsync = yes\n",
     FILTER_HEAD "-A INPUT -s 192.0.2.2/32 -i eth0 -p vrrp " RULE(
         "vrrp") " -j ACCEPT\n"
                 "-A INPUT -s 192.0.2.2/32 -i eth0 -p ah " RULE(
                     "vrrp") " -j ACCEPT\n"
                             "-A INPUT -s 192.0.2.2/32 -i eth0 -p udp " RULE(
                                 "vrrp") " -m udp --dport 8848 -j ACCEPT\nCOMMIT\n",
     FILTER_HEAD "-A INPUT -s fe80::/10 -i eth0 -p vrrp " RULE(
         "vrrp") " -j ACCEPT\n"
                 "-A INPUT -s fe80::/10 -i eth0 -p udp " RULE(
                     "vrrp") " -m udp --dport 8848 -j ACCEPT\nCOMMIT\n"},
    /* A source list without the family: nothing, and never an unrestricted rule. */
    {"[vrrp]\nsource = 192.0.2.2\n",
     FILTER_HEAD "-A INPUT -s 192.0.2.2/32 -p vrrp " RULE("vrrp") " -j ACCEPT\nCOMMIT\n", ""},
    /* Policies of tables that nothing else goes into. */
    {NO_VRRP "[rules filter]\npolicy4 = INPUT DROP\n[rules raw]\npolicy6 = OUTPUT DROP\n",
     "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n",
     "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT DROP [0:0]\nCOMMIT\n"},
};

START_TEST(test_whole)
{
    const struct formed_rules none = {0};

    for (int f = 0; f < FAMILIES; f++) {
        struct buf out = {0};
        struct made m;

        make(&m, whole[_i].input, LINT_SERVICES);
        print(&out, &m.config, &none, (enum family)f);
        ck_assert_str_eq(buf_text(&out), f == IPV4 ? whole[_i].four : whole[_i].six);
        made_free(&m);
        buf_free(&out);
    }
}
END_TEST

#define ACCEPTED                                                                                             \
    WEB "accept = yes\ninterface = eth1\nsource = 198.51.100.0/24\nreal-server = 10.0.0.11\n"                \
        "real-server = 10.0.0.12 forwarding dr\nreal-server = 10.0.0.13 forwarding tun\n"
#define SHAPE                                                                                                \
    "-s 198.51.100.0/24 -d 192.0.2.10/32 -i eth1 -p tcp " RULE("web") " -m multiport --dports 80,443"
#define OUT_DROP "[rules filter]\npolicy = OUTPUT DROP\n"

/* Lines that must be there ("+"), or must not ("-"). */
static const struct {
    const char *input;
    enum family family;
    char sign;
    const char *line;
} lines[] = {
    {ACCEPTED, IPV4, '+', "-A INPUT " SHAPE " -j ACCEPT\n"},
    {ACCEPTED, IPV4, '+',
     "-A INPUT -d 192.0.2.10/32 -p icmp " RULE("web") " -m icmp --icmp-type 3 -j ACCEPT\n"},
    {ACCEPTED, IPV4, '+', "--icmp-type 11 -j ACCEPT\n"},
    {ACCEPTED, IPV4, '+', "--icmp-type 12 -j ACCEPT\n"},
    {ACCEPTED, IPV4, '+',
     "-A FORWARD -s 10.0.0.11/32 -p tcp " RULE("web") " -m multiport --sports 80,443 -j ACCEPT\n"},
    {ACCEPTED, IPV4, '-', "-A FORWARD -s 10.0.0.12/32"}, /* dr and tun reply past the director */
    {ACCEPTED, IPV4, '-', "-A FORWARD -s 10.0.0.13/32"},
    {ACCEPTED, IPV4, '-', "-A OUTPUT"}, /* the policy is ACCEPT */
    {ACCEPTED, IPV4, '-', "conntrack"},
    {ACCEPTED, IPV6, '-', "web"},
    {ACCEPTED OUT_DROP, IPV4, '+',
     "-A OUTPUT -d 10.0.0.11/32 -p tcp " RULE("web") " -m multiport --dports 80,443 -j ACCEPT\n"},
    {ACCEPTED OUT_DROP, IPV4, '+',
     "-A OUTPUT -d 192.0.2.10/32 -p tcp " RULE("web") " -m multiport --dports 80,443 -j ACCEPT\n"},
    {ACCEPTED OUT_DROP, IPV4, '+', "-A OUTPUT -d 10.0.0.13/32 -p "},
    {ACCEPTED OUT_DROP, IPV4, '-', "-A OUTPUT -d 10.0.0.12/32"},
    {ACCEPTED OUT_DROP, IPV4, '+', "-A OUTPUT -p vrrp " RULE("vrrp") " -j ACCEPT\n"},
    {WEB OUT_DROP, IPV4, '-', "-A OUTPUT -d"},
    {WEB "accept = no\n", IPV4, '-', "-A INPUT -d"},
    {WEB "real-server = 10.0.0.11\n", IPV4, '-', "-A FORWARD"},
    {"[service a]\nvip = 2001:db8::1\nports = 1\nfwmark = 1\naccept = yes\n", IPV6, '+',
     "-A INPUT -d 2001:db8::1/128 -p ipv6-icmp " RULE("a") " -m icmp6 --icmpv6-type 2 -j ACCEPT\n"},
    {"[service a]\nvip = 2001:db8::1\nports = 1\nfwmark = 1\naccept = yes\n", IPV6, '+',
     "-A INPUT -p ipv6-icmp " RULE("a") " -m icmp6 --icmpv6-type 135 -j ACCEPT\n"},
    {"[service a]\nvip = 2001:db8::1\nports = 1\nfwmark = 1\n", IPV6, '-', "icmp"},
    {WEB "accept = yes\nexclude-mac = 52:54:00:12:34:56\n", IPV4, '+', /* no part of it */
     "-A INPUT -d 192.0.2.10/32 -p tcp " RULE("web") " -m multiport --dports 80,443 -j ACCEPT\n"},
    /* A family list without the family gives no rule, above all no unrestricted one. */
    {WEB "source = fd00::/8\naccept = yes\n", IPV4, '-', "MARK"},
    {WEB "source = fd00::/8\naccept = yes\n", IPV4, '-', "--dports"},
    {WEB "masquerade = fd00::/8\n", IPV4, '-', "*nat"},
    {WEB "interface = bad/name\n", IPV4, '-', "MARK"}, /* refused entries never widen */
    {WEB "source = bad\n", IPV4, '-', "MARK"},
    {WEB "masquerade = 10.0.0.0/8\nmasquerade-out = bad/name\n", IPV4, '-', "MASQUERADE"},
    {WEB, IPV4, '-', "--set-mark"},
    {WEB, IPV4, '-', "*raw"},
    {WEB, IPV4, '-', "*nat"},
    {WEB, IPV4, '-', "*security"},
};

START_TEST(test_line)
{
    const struct formed_rules none = {0};
    struct buf out = {0};
    struct made m;

    make(&m, lines[_i].input, LINT_SERVICES);
    print(&out, &m.config, &none, lines[_i].family);
    if ((strstr(buf_text(&out), lines[_i].line) != NULL) != (lines[_i].sign == '+'))
        ck_abort_msg("%c%s in\n%s", lines[_i].sign, lines[_i].line, buf_text(&out));
    made_free(&m);
    buf_free(&out);
}
END_TEST

/* Neighbour discovery is accepted once, whatever number of services. */
START_TEST(test_neighbours_once)
{
    const struct formed_rules none = {0};
    struct buf out = {0};
    struct made m;
    int n = 0;

    make(&m,
         "[service a]\nvip = 2001:db8::1\nports = 1\nfwmark = 1\naccept = yes\n"
         "[service b]\nvip = 2001:db8::2\nports = 1\nfwmark = 2\naccept = yes\n",
         LINT_SERVICES);
    print(&out, &m.config, &none, IPV6);
    for (const char *p = buf_text(&out); (p = strstr(p, "--icmpv6-type 135")); p++)
        n++;
    ck_assert_int_eq(n, 1);
    made_free(&m);
    buf_free(&out);
}
END_TEST

/* Products: service, protocol, vip, source, interface, chunk. */
START_TEST(test_order)
{
    const struct formed_rules none = {0};
    struct buf out = {0}, expected = {0};
    struct made m;

    make(&m,
         NO_VRRP "[service a]\nvip = 192.0.2.2, 192.0.2.1\nprotocol = udp, tcp\nports = 5\nfwmark = 1\n"
                 "source = 10.0.0.2, 10.0.0.1\ninterface = b, a\n",
         LINT_SERVICES);
    print(&out, &m.config, &none, IPV4);
    buf_str(&expected, MANGLE_HEAD);
    for (int i = 0; i < 16; i++) {
        const char *proto = i / 8 ? "tcp" : "udp";

        buf_printf(&expected,
                   "-A PREROUTING -s 10.0.0.%d/32 -d 192.0.2.%d/32 -i %s -p %s " RULE(
                       "a") " -m %s --dport 5 -j MARK "
                            "--set-xmark 0x1/0xffffffff\n",
                   i / 2 % 2 ? 1 : 2, i / 4 % 2 ? 1 : 2, i % 2 ? "a" : "b", proto, proto);
    }
    buf_str(&expected, "COMMIT\n");
    ck_assert_str_eq(buf_text(&out), buf_text(&expected));
    made_free(&m);
    buf_free(&out);
    buf_free(&expected);
}
END_TEST

/* The host's own rules: behind lbgen's, tagged in front of their matches; chains made as they are named,
 * sorted. */
START_TEST(test_host_rules)
{
#define FORMED(t, c, j, head, rest)                                                                          \
    {                                                                                                        \
        .table = t, .chain = c, .jump = j, .text = head rest, .head_len = strlen(head)                       \
    }
    struct formed_rule at[] = {
        FORMED(TABLE_FILTER, "INPUT", "lbgen.u.b", "-A INPUT -i lo", " -j lbgen.u.b"),
        FORMED(TABLE_FILTER, "lbgen.u.b", "", "-A lbgen.u.b -p tcp", " -m tcp --dport 22 -j ACCEPT"),
        FORMED(TABLE_FILTER, "lbgen.u.b", "lbgen.u.a", "-A lbgen.u.b", " -j lbgen.u.a"),
        FORMED(TABLE_RAW, "OUTPUT", "", "-A OUTPUT", " -j NOTRACK"),
    };
    const struct formed_rules host = {.at = at, .n = 4};
    struct buf out = {0};
    struct made m;

    make(&m, "", 0);
    print(&out, &m.config, &host, IPV4);
    ck_assert_str_eq(buf_text(&out),
                     "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
                     "-A OUTPUT " RULE("rules") " -j NOTRACK\nCOMMIT\n" FILTER_HEAD
                                                ":lbgen.u.a - [0:0]\n:lbgen.u.b - [0:0]\n" VRRP
                                                "-A INPUT -i lo " RULE(
                                                    "rules") " -j lbgen.u.b\n# lbgen:rules\n"
                                                             "-A lbgen.u.b -p tcp -m tcp --dport 22 -j "
                                                             "ACCEPT\n-A lbgen.u.b -j lbgen.u.a\nCOMMIT\n");
    made_free(&m);
    buf_free(&out);
}
END_TEST

/* In the place of libc's, which reads /etc/protocols at each call. */
static int asked;

struct protoent *getprotobynumber(int number)
{
    static char name[] = "tunnel";
    static struct protoent entry = {.p_name = name};

    asked++;
    return number == 4 ? &entry : NULL;
}

/* What IPVS sends through tunnels is accepted under the file's name of their protocol. */
START_TEST(test_tunnels)
{
    static const struct {
        const char *more;
        int asked, tunnels;
    } cases[] = {{"forwarding = nat\n", 0, 0}, {"forwarding = dr\n", 0, 0}, {"forwarding = tun\n", 1, 2}};

    for (int i = 0; i < N_OF(cases); i++) {
        struct buf ini = {0}, out = {0};
        struct made m;

        for (int s = 0; s < cases[i].tunnels + !cases[i].tunnels; s++)
            buf_printf(&ini,
                       "[service s%d]\nvip = 192.0.2.%d\nports = 80\nfwmark = %d\naccept = yes\n"
                       "real-server = 10.0.0.11\n%s",
                       s, s + 1, s + 1, cases[i].more);
        buf_str(&ini, "[rules filter]\npolicy = OUTPUT DROP\n");
        make(&m, buf_text(&ini), LINT_SERVICES);
        asked = 0;
        print(&out, &m.config, &(struct formed_rules){0}, IPV4);
        ck_assert_int_le(asked, cases[i].asked); /* a test before may have asked in this process */
        int tunnels = 0;
        for (const char *at = buf_text(&out); (at = strstr(at, "-p tunnel ")); at++)
            tunnels++;
        ck_assert_int_eq(tunnels, cases[i].tunnels);
        made_free(&m);
        buf_free(&out);
        buf_free(&ini);
    }
}
END_TEST

static Suite *compile_suite(void)
{
    Suite *s = suite_create("compile");
    TCase *t = new_case(s, "compile");

    tcase_add_loop_test(t, test_whole, 0, N_OF(whole));
    tcase_add_loop_test(t, test_line, 0, N_OF(lines));
    tcase_add_test(t, test_neighbours_once);
    tcase_add_test(t, test_order);
    tcase_add_test(t, test_host_rules);
    tcase_add_test(t, test_tunnels);
    return s;
}

int main(void)
{
    return run_suite(compile_suite());
}
