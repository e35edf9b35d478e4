/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/audit.h"

#include "lbgen/save_read.h"

#include "check_input.h"

#define VIP     "[service web]\nvip = 192.0.2.10\nports = 80, 443\nfwmark = 80\n"
#define NO_VRRP "[vrrp]\naccept = no\n"
#define IN      "[rules filter]\npolicy = INPUT DROP\n"
#define FORW    "[rules filter]\npolicy = FORWARD DROP\n"
#define VIP6    "[service web]\nvip = 2001:db8::10\nports = 80, 443\nfwmark = 80\n"
#define OUT     "[rules filter]\npolicy = OUTPUT DROP\n"
#define NAT     "forwarding = nat\nreal-server = 10.0.0.11\n"

/* An input, the rules that table filter has in each family (lines), and a piece of each warning, `|` between
 * them, in order; "": none. */
static const struct {
    const char *input, *four, *six, *said;
} cases[] = {
    {VIP, "", "", ""},
    {VIP "[rules filter]\npolicy = INPUT ACCEPT\n", "", "", ""},
    /* INPUT */
    {VIP IN, "", "",
     "the traffic of service 'web' is dropped by the policy of filter INPUT (tcp to 192.0.2.10:80)"},
    {VIP "accept = yes\n" IN, "", "", ""},
    {VIP IN, "-A INPUT -p tcp -j ACCEPT\n", "", ""},
    {VIP IN, "-A INPUT -p udp -j ACCEPT\n", "", "(tcp to 192.0.2.10:80)"},
    {VIP IN, "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\n", "", "(tcp to 192.0.2.10:443)"},
    {VIP IN, "-A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT\n", "", ""},
    {VIP IN, "-A INPUT -d 192.0.2.11/32 -j ACCEPT\n", "", "(tcp to 192.0.2.10:80)"},
    {VIP IN, "-A INPUT -i lo -j ACCEPT\n", "", "(tcp to 192.0.2.10:80)"}, /* no client comes from there */
    {VIP IN, "-A INPUT ! -i lo -j ACCEPT\n", "", ""},
    {VIP IN, "-A INPUT -i eth0 -j ACCEPT\n", "", ""}, /* may come from there */
    {VIP "interface = eth0\n" IN, "-A INPUT -i lo -j ACCEPT\n", "", "(tcp to 192.0.2.10:80)"},
    {VIP "source = 198.51.100.0/24\n" IN, "-A INPUT -s 10.0.0.0/8 -j ACCEPT\n", "", "(tcp to 192.0.2.10:80)"},
    {VIP "source = 198.51.100.0/24\n" IN, "-A INPUT -s 198.51.100.0/24 -j ACCEPT\n", "", ""},
    {VIP IN, "-A INPUT -m nosuch -j ACCEPT\n", "", ""}, /* can't be judged */
    {VIP IN, "-A INPUT -p udp -m nosuch -j ACCEPT\n", "", "(tcp to 192.0.2.10:80)"},
    {VIP IN, "-A INPUT -p tcp -j lbgen.u.x\n-A lbgen.u.x -j ACCEPT\n", "", ""},
    {VIP IN, "-A INPUT -p tcp -j lbgen.u.x\n-A lbgen.u.x -j RETURN\n", "", "(tcp to 192.0.2.10:80)"},
    /* IPVS's packets are none of connection tracking's */
    {VIP IN, "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n", "", "(tcp to 192.0.2.10:80)"},
    {VIP IN, "-A FORWARD -j ACCEPT\n", "", "(tcp to 192.0.2.10:80)"},
    /* a rule of the other family is of no use */
    {VIP IN, "", "-A INPUT -j ACCEPT\n", "(tcp to 192.0.2.10:80)"},
    {"[service web]\nvip = 2001:db8::10\nports = 443\nfwmark = 80\n" IN, "-A INPUT -j ACCEPT\n", "",
     "(tcp to [2001:db8::10]:443)"},
    {"[service web]\nvip = 2001:db8::10\nports = 443\nfwmark = 80\n" IN, "", "-A INPUT -p tcp -j ACCEPT\n",
     ""},
    {VIP "[rules filter]\npolicy6 = INPUT DROP\n", "", "", ""},
    {VIP "[rules filter]\npolicy4 = INPUT DROP\n", "", "", "(tcp to 192.0.2.10:80)"},
    {"[service a]\nvip = 192.0.2.0/28, 2001:db8::10\nports = any\nfwmark = 80\nprotocol = udp\n" IN, "", "",
     "(udp to 192.0.2.0/28)|(udp to 2001:db8::10)"},
    {"[service a]\nvip = 192.0.2.1\nfwmark = 80\nprotocol = esp\n" IN, "", "", "(esp to 192.0.2.1)"},
    /* each service once */
    {VIP "[service b]\nvip = 192.0.2.11, 192.0.2.12\nports = 1\nfwmark = 81\n" IN, "", "",
     "service 'web'|service 'b' is dropped by the policy of filter INPUT (tcp to 192.0.2.11:1)"},
    /* FORWARD: replies of real servers that are reached by nat */
    {VIP FORW, "", "", ""},
    {VIP NAT FORW, "", "",
     "the real servers' reply of service 'web' is dropped by the policy of filter FORWARD (tcp from "
     "10.0.0.11:80)"},
    {VIP NAT FORW, "-A FORWARD -s 10.0.0.0/24 -j ACCEPT\n", "", ""},
    {VIP NAT FORW, "-A FORWARD -p tcp -m multiport --sports 80,443 -j ACCEPT\n", "", ""},
    {VIP NAT FORW, "-A FORWARD -p tcp -m multiport --dports 80,443 -j DROP\n-A FORWARD -p tcp -j ACCEPT\n",
     "", ""},
    {VIP NAT FORW, "-A FORWARD -p tcp -m multiport --sports 80 -j ACCEPT\n", "", "(tcp from 10.0.0.11:443)"},
    {VIP NAT "accept = yes\n" FORW, "", "", ""},
    {VIP "forwarding = dr\nreal-server = 10.0.0.11\n" FORW, "", "", ""},
    {VIP "forwarding = dr\nreal-server = 10.0.0.11\nreal-server = 10.0.0.12 forwarding nat\n" FORW, "", "",
     "(tcp from 10.0.0.12:80)"},
    /* OUTPUT: what IPVS sends */
    {VIP OUT, "", "", ""},
    {VIP NAT OUT, "", "",
     "what IPVS sends to the real servers of service 'web' is dropped by the policy of filter OUTPUT (tcp to "
     "10.0.0.11:80)"},
    {VIP NAT OUT, "-A OUTPUT -d 10.0.0.11/32 -j ACCEPT\n", "", ""},
    {VIP "forwarding = dr\nreal-server = 10.0.0.11\n" OUT, "-A OUTPUT -d 10.0.0.11/32 -j ACCEPT\n", "",
     "(tcp to 192.0.2.10:80)"},
    {VIP "forwarding = dr\nreal-server = 10.0.0.11\n" OUT, "-A OUTPUT -d 192.0.2.10/32 -j ACCEPT\n", "", ""},
    {VIP "forwarding = tun\nreal-server = 10.0.0.11\n" OUT, "-A OUTPUT -p tcp -j ACCEPT\n", "",
     "(protocol 4 to 10.0.0.11)"},
    {VIP "forwarding = tun\nreal-server = 10.0.0.11\n" OUT, "-A OUTPUT -p 4 -j ACCEPT\n", "", ""},
    {VIP6 "forwarding = tun\nreal-server = fd00::11\n" OUT, "", "-A OUTPUT -p tcp -j ACCEPT\n",
     "(protocol 41 to fd00::11)"},
    {VIP6 "forwarding = tun\nreal-server = fd00::11\n" OUT, "", "-A OUTPUT -p 41 -j ACCEPT\n", ""},
    {VIP NAT "accept = yes\n" OUT, "", "", ""},
    /* VRRP: lbgen's own accept is enough, without it it is the host's */
    {NO_VRRP VIP "accept = yes\n" IN, "", "", "VRRP of IPv4 is dropped by the policy of filter INPUT"},
    {NO_VRRP VIP "accept = yes\n" IN, "-A INPUT -p vrrp -j ACCEPT\n", "", ""},
    {NO_VRRP VIP "accept = yes\n" IN, "-A INPUT -p 112 -j ACCEPT\n", "", ""},
    {NO_VRRP VIP "accept = yes\n" IN, "-A INPUT -d 224.0.0.18/32 -p vrrp -j ACCEPT\n", "", ""},
    {NO_VRRP VIP "accept = yes\n" IN, "-A INPUT -p tcp -j ACCEPT\n", "", "VRRP of IPv4"},
    {NO_VRRP VIP "accept = yes\n" OUT, "", "", "VRRP of IPv4 is dropped by the policy of filter OUTPUT"},
    {NO_VRRP VIP FORW, "", "", ""},
    {NO_VRRP IN, "", "", "VRRP of IPv4|VRRP of IPv6"},
    {NO_VRRP IN, "-A INPUT -p vrrp -j ACCEPT\n", "", "VRRP of IPv6"},
    /* ... on each of its interfaces */
    {NO_VRRP "interface = eth0\n" VIP OUT, "-A OUTPUT -o eth1 -j ACCEPT\n", "", "policy of filter OUTPUT"},
    {NO_VRRP "interface = eth1, eth0\n" VIP OUT, "-A OUTPUT -o eth1 -j ACCEPT\n", "",
     "policy of filter OUTPUT"},
    {NO_VRRP "interface = eth1\n" VIP OUT, "-A OUTPUT -o eth1 -j ACCEPT\n", "", ""},
    {NO_VRRP VIP OUT, "-A OUTPUT -o eth1 -j ACCEPT\n", "", ""},
    {NO_VRRP "interface = eth0\n" VIP "accept = yes\n" IN, "-A INPUT -i eth1 -j ACCEPT\n", "",
     "VRRP of IPv4"},
    {NO_VRRP "interface = eth0\n" VIP "accept = yes\n" IN, "-A INPUT -i eth+ -j ACCEPT\n", "", ""},
    /* Other tables, where lbgen accepts nothing */
    {VIP "accept = yes\n[rules mangle]\npolicy = INPUT DROP\n", "", "",
     "this policy of mangle INPUT drops VRRP of IPv4|this policy of mangle INPUT drops the traffic of "
     "service "
     "'web' (tcp to 192.0.2.10:80): accept = yes is for table filter alone"},
    {VIP "[rules mangle]\npolicy = INPUT DROP\n", "-A INPUT -p tcp -j ACCEPT\n-A INPUT -p vrrp -j ACCEPT\n",
     "", ""},
    {VIP "[rules mangle]\npolicy6 = INPUT DROP\n", "", "", ""},
    {VIP "[rules mangle]\npolicy = INPUT ACCEPT\n", "", "", ""},
    {VIP "[rules raw]\npolicy = PREROUTING DROP\n", "", "",
     "raw PREROUTING drops VRRP|raw PREROUTING drops the traffic"},
    {VIP NAT "[rules mangle]\npolicy = PREROUTING DROP\n",
     "-A PREROUTING -p vrrp -j ACCEPT\n-A PREROUTING -s 203.0.113.0/24 -j ACCEPT\n", "",
     "mangle PREROUTING drops the real servers' reply of service 'web' (tcp from 10.0.0.11:80)"},
    {"[rules mangle]\npolicy = INPUT DROP\n", "", "", ""},
    {VIP NAT "[rules mangle]\npolicy = FORWARD DROP\n", "", "",
     "mangle FORWARD drops the real servers' reply"},
    {VIP NAT "[rules security]\npolicy = OUTPUT DROP\n", "-A OUTPUT -p vrrp -j ACCEPT\n", "",
     "security OUTPUT drops what IPVS sends to the real servers of service 'web' (tcp to 10.0.0.11:80)"},
    {VIP "forwarding = dr\nreal-server = 10.0.0.11\n[rules mangle]\npolicy = POSTROUTING DROP\n",
     "-A POSTROUTING -p vrrp -j ACCEPT\n", "",
     "mangle POSTROUTING drops what IPVS sends to the real servers"},
    /* ... the first of the services stands for all */
    {VIP "[service b]\nvip = 192.0.2.11\nports = 1\nfwmark = 81\n[rules raw]\npolicy = PREROUTING DROP\n",
     "-A PREROUTING -p vrrp -j ACCEPT\n", "", "the traffic of service 'web'"},
};

static void add_rules(struct walk_table *table, const char *rules, struct arena *mem)
{
    struct seen_rule rule;

    for (const char *p = rules; *p; p += strcspn(p, "\n") + 1) {
        ck_assert(save_read_rule(p, strcspn(p, "\n"), mem, &rule));
        walk_table_add(table, &rule);
    }
}

START_TEST(test_policies)
{
    struct made m;
    struct walk_table rules[TABLES][FAMILIES] = {{{0}}}, *table;
    struct arena mem = {0};
    struct buf printed = {0}, said = {0};
    size_t wanted = 0;

    const char *before = make(&m, cases[_i].input, 0);
    ck_assert_msg(!*before, "%s", before);
    /* They are of the table that has the first policy. */
    table = rules[m.config.policies.n ? m.config.policies.at[0].table : TABLE_FILTER];
    add_rules(&table[IPV4], cases[_i].four, &mem);
    add_rules(&table[IPV6], cases[_i].six, &mem);
    audit_policies(&m.config, rules, &m.diag);
    diag_print(&m.diag, &m.sources, &printed, (struct caret_look){0});
    buf_str(&said, cases[_i].said);
    char *rest = NULL, *copy = exact_copy(buf_text(&said), said.len + 1);
    for (char *piece = strtok_r(copy, "|", &rest); piece; piece = strtok_r(NULL, "|", &rest), wanted++)
        ck_assert_msg(strstr(buf_text(&printed), piece) != NULL, "of\n%s%swas said\n%s\nwithout\n%s",
                      cases[_i].input, cases[_i].four, buf_text(&printed), piece);
    ck_assert_msg(m.diag.n == wanted, "of\n%s%swas said\n%s", cases[_i].input, cases[_i].four,
                  buf_text(&printed));
    free(copy);
    buf_free(&said);
    buf_free(&printed);
    walk_table_free(&table[IPV4]);
    walk_table_free(&table[IPV6]);
    arena_free(&mem);
    made_free(&m);
}
END_TEST

#define CHAINS                                                                                               \
    "-A ends -p tcp -j DROP\n-A counts -j LOG\n-A counts -j RETURN\n-A counts -j DROP\n-A local -d "         \
    "127.0.0.0/8 -j "                                                                                        \
    "DROP\n-A deep -j ends\n-A leaves -g counts\n"

/* A foreign rule, and the example of a packet that it ends; NULL: it ends none of a service's. */
static const struct {
    const char *rule;
    enum family family;
    bool marking;
    const char *service, *example;
} foreign[] = {
    {"-j DROP", IPV4, true, "web", "tcp 203.0.113.9:40000 192.0.2.10:80"},
    {"-j ACCEPT", IPV4, true, "web", "tcp 203.0.113.9:40000 192.0.2.10:80"},
    {"-j RETURN", IPV4, true, "web", "tcp 203.0.113.9:40000 192.0.2.10:80"},
    {"-j NFQUEUE", IPV4, true, "web", "tcp 203.0.113.9:40000 192.0.2.10:80"},
    {"-g counts", IPV4, true, "web", "tcp 203.0.113.9:40000 192.0.2.10:80"},
    {"-j LOG", IPV4, true, NULL, ""},
    {"", IPV4, true, NULL, ""},
    {"-j counts", IPV4, true, NULL, ""},
    {"-j leaves", IPV4, true, NULL, ""},
    {"-j local", IPV4, true, NULL, ""},
    {"-j nowhere", IPV4, true, NULL, ""},
    {"-j ends", IPV4, true, "web", "tcp 203.0.113.9:40000 192.0.2.10:80"},
    {"-j deep", IPV4, true, "web", "tcp 203.0.113.9:40000 192.0.2.10:80"},
    {"-p udp -j ends", IPV4, true, NULL, ""},
    {"-d 192.0.2.20/32 -j ends", IPV4, true, NULL, ""},
    {"-d 192.0.2.20/32 -j DROP", IPV4, true, "dns", "udp 203.0.113.9:40000 192.0.2.20:53 eth1"},
    {"-d 192.0.2.21/32 -j DROP", IPV4, true, NULL, ""},
    {"-p tcp -m tcp --dport 443 -j DROP", IPV4, true, "web", "tcp 203.0.113.9:40000 192.0.2.10:443"},
    {"-p tcp -m tcp --dport 444 -j DROP", IPV4, true, NULL, ""},
    {"-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP", IPV4, true, "web",
     "tcp 203.0.113.9:40000 192.0.2.10:80"},
    {"-j DROP", IPV6, true, "dns", "udp [2001:db8:ffff::9]:40000 [2001:db8::20]:53 eth1"},
    {"-i eth9 -p udp -j DROP", IPV4, true, NULL, ""},
    /* The example is a packet that the rule matches, source and interface too. */
    {"-s 10.0.0.0/8 -i eth3 -j DROP", IPV4, true, "web", "tcp 10.0.0.1:40000 192.0.2.10:80 eth3"},
    {"-s 10.0.0.7/32 -i eth+ -j DROP", IPV4, true, "web", "tcp 10.0.0.7:40000 192.0.2.10:80 eth0"},
    {"-i + -p udp -j DROP", IPV4, true, "dns", "udp 203.0.113.9:40000 192.0.2.20:53 eth1"},
    {"! -i eth3 ! -s 203.0.113.0/24 -j DROP", IPV4, true, "web", "tcp 198.51.100.9:40000 192.0.2.10:80"},
    {"-p tcp -m tcp --sport 1000:2000 -j DROP", IPV4, true, "web", "tcp 203.0.113.9:1000 192.0.2.10:80"},
    {"-p tcp -m tcp --sport 0:2000 --dport 400:500 -j DROP", IPV4, true, "web",
     "tcp 203.0.113.9:1 192.0.2.10:443"},
    {"! -s 2001:db8:ffff::/48 -j DROP", IPV6, true, "dns",
     "udp [2001:db8:fffe::9]:40000 [2001:db8::20]:53 eth1"},
    /* in INPUT only what is accepted there counts */
    {"-j DROP", IPV4, false, "dns", "udp 203.0.113.9:40000 192.0.2.20:53 eth1"},
    {"-p tcp -j DROP", IPV4, false, NULL, ""},
};

START_TEST(test_foreign)
{
    struct made m;
    struct arena mem = {0};
    struct walk_table chains = {0};
    struct seen_rule rule;
    struct packet packet;
    struct complaint why = {.text = ""};
    struct buf example = {0}, line = {0};

    make(&m,
         VIP "[service dns]\nvip = 192.0.2.20, 2001:db8::20\nprotocol = udp\nports = 53\nfwmark = 53\n"
             "interface = eth1\naccept = yes\n",
         0);
    add_rules(&chains, CHAINS, &mem);
    buf_printf(&line, "-A PREROUTING %s", foreign[_i].rule);
    ck_assert(save_read_rule(buf_text(&line), line.len, &mem, &rule));
    const struct service *s =
        audit_foreign_rule(&m.config, &rule, &chains, foreign[_i].family, foreign[_i].marking, &example);
    ck_assert_msg((s != NULL) == (foreign[_i].service != NULL), "%s", foreign[_i].rule);
    if (s)
        ck_assert(s->name_len == strlen(foreign[_i].service) &&
                  memcmp(s->name, foreign[_i].service, s->name_len) == 0);
    ck_assert_str_eq(buf_text(&example), foreign[_i].example);
    ck_assert_msg(!s || packet_parse(buf_text(&example), example.len, &packet, &why), "%s", why.text);
    buf_free(&example);
    buf_free(&line);
    walk_table_free(&chains);
    arena_free(&mem);
    made_free(&m);
}
END_TEST

static Suite *audit_suite(void)
{
    Suite *s = suite_create("audit");
    TCase *t = new_case(s, "audit");

    tcase_add_loop_test(t, test_policies, 0, N_OF(cases));
    tcase_add_loop_test(t, test_foreign, 0, N_OF(foreign));
    return s;
}

int main(void)
{
    return run_suite(audit_suite());
}
