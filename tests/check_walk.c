/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/walk.h"

#include <stdio.h>
#include <time.h>

#include "lbgen/save_read.h"

#include "check_util.h"

static struct prefix prefix_of(const char *text)
{
    struct complaint why;
    struct prefix p;

    if (!prefix_parse(text, strlen(text), ADDRESS_OR_PREFIX, &p, &why))
        ck_abort_msg("%s: %s", text, why.text);
    return p;
}

static struct interface interface_of(const char *text)
{
    struct complaint why;
    struct interface i = {0};

    if (*text && !interface_parse(text, strlen(text), &i, &why))
        ck_abort_msg("%s: %s", text, why.text);
    return i;
}

/* New TCP packets from a net to ports 80 to 90 of one address. */
static struct flow flow4(void)
{
    return (struct flow){.src = prefix_of("198.51.100.0/24"),
                         .dst = prefix_of("192.0.2.10"),
                         .in = interface_of("eth1"),
                         .protocol = 6,
                         .sport = PORTS_ANY,
                         .dport = {80, 90},
                         .states = 1U << STATE_NEW};
}

static struct flow flow6(void)
{
    struct flow flow = flow4();

    flow.src = prefix_of("2001:db8:1::/64");
    flow.dst = prefix_of("2001:db8::10");
    return flow;
}

static enum truth truth_of(const char *tests, const struct flow *flow)
{
    struct arena mem = {0};
    struct seen_rule rule;
    char line[256];

    snprintf(line, sizeof line, "-A INPUT %s -j ACCEPT", tests);
    ck_assert(save_read_rule(line, strlen(line), &mem, &rule));
    enum truth t = seen_rule_matches(&rule, flow);
    arena_free(&mem);
    return t;
}

/* Tests of a rule, and what is known of flow4. */
static const struct {
    const char *tests;
    enum truth truth;
} four[] = {
    {"", YES},
    {"-s 198.51.100.0/24", YES},
    {"-s 198.51.0.0/16", YES},
    {"-s 198.51.100.7/32", MAYBE},
    {"-s 198.51.100.128/25", MAYBE},
    {"-s 198.51.101.0/24", NO},
    {"! -s 198.51.100.0/24", NO},
    {"! -s 198.51.0.0/16", NO},
    {"! -s 198.51.100.7/32", MAYBE},
    {"! -s 198.51.101.0/24", YES},
    {"-d 192.0.2.10/32", YES},
    {"-d 192.0.2.0/24", YES},
    {"-d 192.0.2.11/32", NO},
    {"! -d 192.0.2.10/32", NO},
    {"! -d 192.0.2.11/32", YES},
    {"! -d 127.0.0.0/8", YES},
    {"-i eth1", YES},
    {"-i eth+", YES},
    {"-i eth", NO},
    {"-i eth10", NO},
    {"-i lo", NO},
    {"! -i eth1", NO},
    {"! -i eth+", NO},
    {"! -i lo", YES},
    {"-o eth1", MAYBE},
    {"! -o eth1", MAYBE},
    {"-p tcp", YES},
    {"-p 6", YES},
    {"-p udp", NO},
    {"-p icmp", NO},
    {"! -p tcp", NO},
    {"! -p udp", YES},
    {"-p tcp -m tcp --dport 80:90", YES},
    {"-p tcp -m tcp --dport 1:65535", YES},
    {"-p tcp -m tcp --dport 80", MAYBE},
    {"-p tcp -m tcp --dport 90:100", MAYBE},
    {"-p tcp -m tcp --dport 91:100", NO},
    {"-p tcp -m tcp --dport :79", NO},
    {"-p tcp -m tcp --dport 79:", YES},
    {"-p tcp -m tcp ! --dport 80:90", NO},
    {"-p tcp -m tcp ! --dport 85", MAYBE},
    {"-p tcp -m tcp ! --dport 22", YES},
    {"-p tcp -m tcp --sport 1024:65535", MAYBE},
    {"-p tcp -m tcp --sport 0:65535", YES},
    {"-p tcp -m multiport --dports 22,80:90", YES},
    {"-p tcp -m multiport --dports 22,443", NO},
    {"-p tcp -m multiport --dports 22,85", MAYBE},
    {"-p tcp -m multiport ! --dports 22,443", YES},
    {"-p tcp -m multiport ! --dports 22,85", MAYBE},
    {"-p tcp -m multiport ! --dports 22,70:95", NO},
    {"-p tcp -m multiport --ports 80:90", YES},
    {"-p tcp -m multiport --ports 22", MAYBE},
    {"-p tcp -m tcp --sport 1024: --dport 22", NO},
    {"-m state --state NEW", YES},
    {"-m conntrack --ctstate NEW,INVALID", YES},
    {"-m conntrack --ctstate RELATED,ESTABLISHED", NO},
    {"-m conntrack ! --ctstate RELATED,ESTABLISHED", YES},
    {"-m conntrack ! --ctstate NEW", NO},
    {"-m conntrack --ctstate NEW,DNAT", MAYBE},
    {"-m comment --comment \"some text\"", YES},
    /* what is not known leaves what is known alone */
    {"-m nosuch", MAYBE},
    {"-m nosuch --word -d 192.0.2.10/32", MAYBE},
    {"-d 192.0.2.11/32 -m nosuch --word x", NO},
    {"-m nosuch ! --word x ! -i eth1", NO},
    {"-p udp -m nosuch", NO},
    /* all of them at once: the weakest counts */
    {"-s 198.51.100.0/24 -d 192.0.2.10/32 -i eth1 -p tcp -m tcp --dport 80:90", YES},
    {"-s 198.51.100.0/24 -d 192.0.2.10/32 -i eth1 -p tcp -m tcp --dport 80", MAYBE},
    {"-s 198.51.100.1/32 -d 192.0.2.10/32 -i eth2 -p tcp -m tcp --dport 80", NO},
    /* what iptables takes but iptables-save does not write, as in files that were made by hand */
    {"-p all", YES},
    {"-p 0", YES},
    {"-p ip", YES},
    {"-p TCP", YES},
};

START_TEST(test_four)
{
    struct flow flow = flow4();

    ck_assert_msg(truth_of(four[_i].tests, &flow) == four[_i].truth, "%s: %d instead of %d", four[_i].tests,
                  (int)truth_of(four[_i].tests, &flow), (int)four[_i].truth);
}
END_TEST

/* A test that was not understood may hold and may not: it must never be known to fail. */
static const char *const dark[] = {
    "-d 192.0.2.1/24",
    "-d 192.0.2.0/255.255.255.0",
    "-d 198.51.100.1,192.0.2.10",
    "-d 192.0.3.10/255.255.0.255",
    "-d localhost",
    "-s localhost",
    "-p nosuchprotocol",
    "! -s localhost",
    "-p tcp -m tcp --dport http",
    "! -d localhost",
    "! -p nosuchprotocol",
    "-p tcp -m tcp ! --dport http",
    "-i eth*",
    "! -i eth*",
    "! -i a/b",
};

START_TEST(test_dark)
{
    struct flow flow = flow4();

    ck_assert_msg(truth_of(dark[_i], &flow) != NO, "%s is said not to match", dark[_i]);
}
END_TEST

static const struct {
    const char *tests;
    enum truth truth;
} six[] = {
    {"-d 2001:db8::10/128", YES},  {"-d 2001:db8::/32", YES},
    {"-d 2001:db8::11/128", NO},   {"! -d 2001:db8::/32", NO},
    {"! -d fe80::/10", YES},       {"-s 2001:db8:1::1/128", MAYBE},
    {"-s 2001:db8:1::/65", MAYBE}, {"-s ::/0", YES},
    {"-p ipv6-icmp", NO},          {"! -s 2001:db8:1::/65 -p tcp", MAYBE},
};

START_TEST(test_six)
{
    struct flow flow = flow6();

    ck_assert_msg(truth_of(six[_i].tests, &flow) == six[_i].truth, "%s: not %d", six[_i].tests,
                  (int)six[_i].truth);
}
END_TEST

/* A rule for packets that open a connection says nothing of those behind them. */
START_TEST(test_opening)
{
    static const char syn[] = "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN";
    struct flow flow = flow4();

    ck_assert(truth_of(syn, &flow) == NO);
    flow.opening = true;
    ck_assert(truth_of(syn, &flow) == MAYBE);
    flow.protocol = 17;
    ck_assert(truth_of(syn, &flow) == NO);
}
END_TEST

/* An open flow says nothing: each test may hold and may not. */
START_TEST(test_open)
{
    static const char *const tests[] = {
        "-i eth1",  "! -i eth1",     "-o eth1",         "-p tcp",
        "! -p tcp", "-s 10.0.0.0/8", "! -s 10.0.0.0/8", "-p tcp -m tcp --dport 80"};
    struct flow flow = {.src = prefix_of("0.0.0.0/0"),
                        .dst = prefix_of("0.0.0.0/0"),
                        .sport = PORTS_ANY,
                        .dport = PORTS_ANY,
                        .states = 1U << STATE_NEW | 1U << STATE_ESTABLISHED};

    for (int i = 0; i < N_OF(tests); i++)
        ck_assert_msg(truth_of(tests[i], &flow) == MAYBE, "%s", tests[i]);
    ck_assert(truth_of("-m state --state NEW", &flow) == MAYBE);
    ck_assert(truth_of("-m state ! --state NEW", &flow) == MAYBE);
    ck_assert(truth_of("-m state --state NEW,ESTABLISHED", &flow) == YES);
    ck_assert(truth_of("-m state ! --state INVALID", &flow) == YES);
    /* an interface with + against names that begin alike */
    flow.in = interface_of("eth+");
    ck_assert(truth_of("-i eth1", &flow) == MAYBE);
    ck_assert(truth_of("-i eth+", &flow) == YES);
    ck_assert(truth_of("-i e+", &flow) == YES);
    ck_assert(truth_of("-i eth1+", &flow) == MAYBE);
    ck_assert(truth_of("-i wlan+", &flow) == NO);
    ck_assert(truth_of("! -i e+", &flow) == NO);
}
END_TEST

enum {
    A = OUTCOME_ACCEPT,
    D = OUTCOME_DROP,
    E = OUTCOME_END,
    ALL = OUTCOME_ACCEPT | OUTCOME_DROP | OUTCOME_END
};

/* Rules, one a line, and what may become of flow4 in INPUT. */
static const struct {
    const char *rules;
    unsigned outcome;
} walks[] = {
    {"", E},
    {"-A OTHER -j DROP\n", E},
    {"-A INPUT -j ACCEPT\n", A},
    {"-A INPUT -j REJECT --reject-with tcp-reset\n", D},
    {"-A INPUT -p udp -j DROP\n", E},
    {"-A INPUT -j LOG\n-A INPUT -j MARK --set-xmark 0x1/0x1\n-A INPUT\n", E},
    {"-A INPUT -p tcp -j ACCEPT\n-A INPUT -j DROP\n", A},
    {"-A INPUT -s 198.51.100.7/32 -j DROP\n", D | E},
    {"-A INPUT -s 198.51.100.7/32 -j DROP\n-A INPUT -j ACCEPT\n", A | D},
    {"-A INPUT -j RETURN\n-A INPUT -j DROP\n", E},
    /* jumps */
    {"-A INPUT -j x\n-A INPUT -j DROP\n-A x -p udp -j ACCEPT\n", D},
    {"-A INPUT -j x\n-A INPUT -j DROP\n-A x -p tcp -j ACCEPT\n", A},
    {"-A INPUT -j x\n-A INPUT -j DROP\n-A x -j RETURN\n-A x -j ACCEPT\n", D},
    {"-A INPUT -p udp -j x\n-A x -j ACCEPT\n", E},
    {"-A INPUT -j nowhere\n-A INPUT -j DROP\n", D},
    {"-A INPUT -s 198.51.100.7/32 -j x\n-A INPUT -j DROP\n-A x -j ACCEPT\n", A | D},
    {"-A INPUT -j x\n-A INPUT -j DROP\n-A x -m nosuch -j RETURN\n-A x -j ACCEPT\n", A | D},
    {"-A INPUT -j x\n-A x -j y\n-A x -j DROP\n-A y -j z\n-A z -j ACCEPT\n", A},
    /* goto: the end of the chain it leads to is the end of this one */
    {"-A INPUT -g x\n-A INPUT -j DROP\n-A x -j LOG\n", E},
    {"-A INPUT -g x\n-A INPUT -j DROP\n-A x -j ACCEPT\n", A},
    {"-A INPUT -j x\n-A INPUT -j ACCEPT\n-A x -g y\n-A x -j DROP\n-A y -j RETURN\n", A},
    {"-A INPUT -m nosuch -g x\n-A INPUT -j DROP\n-A x -j LOG\n", D | E},
    /* loops can't be loaded, and end in no knowledge */
    {"-A INPUT -j x\n-A x -j x\n", ALL},
    {"-A INPUT -j x\n-A x -j y\n-A y -j x\n", ALL},
    {"-A INPUT -j ACCEPT\n-A INPUT -j x\n-A x -j x\n", A},
    /* what is not known matters only where it changes the result */
    {"-A INPUT -m nosuch -j ACCEPT\n-A INPUT -j ACCEPT\n", A},
    {"-A INPUT -m nosuch -j LOG\n-A INPUT -j DROP\n", D},
    {"-A INPUT -j NFQUEUE --queue-num 1\n-A INPUT -j ACCEPT\n", A | D},
    {"-A INPUT -p udp -j NFQUEUE --queue-num 1\n-A INPUT -j ACCEPT\n", A},
    /* rules of chains that stand mixed keep their order */
    {"-A x -p udp -j DROP\n-A INPUT -j x\n-A x -j ACCEPT\n-A INPUT -j DROP\n-A x -j DROP\n", A},
    /* a chain whose name another's begins with */
    {"-A INPUT -j xx\n-A INPUT -j x\n-A xx -p udp -j DROP\n-A x -j ACCEPT\n-A xxx -j DROP\n", A},
};

static void add_rules(struct walk_table *table, const char *rules, struct arena *mem)
{
    struct seen_rule rule;

    for (const char *p = rules; *p; p += strcspn(p, "\n") + 1) {
        ck_assert(save_read_rule(p, strcspn(p, "\n"), mem, &rule));
        walk_table_add(table, &rule);
    }
}

START_TEST(test_walk)
{
    struct walk_table table = {0};
    struct arena mem = {0};
    struct flow flow = flow4(), other = flow4();

    add_rules(&table, walks[_i].rules, &mem);
    other.protocol = 17;
    walk(&table, "INPUT", &other); /* leaves nothing behind that counts for the next */
    for (int again = 0; again < 2; again++) {
        unsigned outcome = walk(&table, "INPUT", &flow);

        ck_assert_msg(outcome == walks[_i].outcome, "outcome %u instead of %u of\n%s", outcome,
                      walks[_i].outcome, walks[_i].rules);
    }
    walk_table_free(&table);
    arena_free(&mem);
}
END_TEST

/* Rules that come after a walk count too. */
START_TEST(test_added_later)
{
    struct walk_table table = {0};
    struct arena mem = {0};
    struct flow flow = flow4();

    add_rules(&table, "-A INPUT -j x\n", &mem);
    ck_assert_uint_eq(walk(&table, "INPUT", &flow), E);
    add_rules(&table, "-A x -j DROP\n", &mem);
    ck_assert_uint_eq(walk(&table, "INPUT", &flow), D);
    walk_table_free(&table);
    arena_free(&mem);
}
END_TEST

/* Chains that each jump to the next twice: 2^levels ways. Few levels are judged, many are not, all at once.
 */
START_TEST(test_deep)
{
    enum { LEVELS = 40 };
    struct walk_table table = {0};
    struct arena mem = {0};
    struct flow flow = flow4();
    struct timespec from, to;
    char line[80];

    for (int level = 0; level < LEVELS; level++)
        for (int twice = 0; twice < 2; twice++) {
            snprintf(line, sizeof line, "-A c%d -m nosuch -j c%d\n", level, level + 1);
            add_rules(&table, line, &mem);
        }
    snprintf(line, sizeof line, "-A c%d -j DROP\n", LEVELS);
    add_rules(&table, line, &mem);
    clock_gettime(CLOCK_MONOTONIC, &from);
    unsigned outcome = walk(&table, "c0", &flow);
    ck_assert_uint_eq(walk(&table, "c30", &flow), D | E);
    clock_gettime(CLOCK_MONOTONIC, &to);
    ck_assert_msg((outcome & (D | E)) == (D | E), "outcome %u", outcome);
    ck_assert_msg(to.tv_sec - from.tv_sec < 2, "took over a second");
    walk_table_free(&table);
    arena_free(&mem);
}
END_TEST

static Suite *walk_suite(void)
{
    Suite *s = suite_create("walk");
    TCase *t = new_case(s, "matches");

    tcase_add_loop_test(t, test_four, 0, N_OF(four));
    tcase_add_loop_test(t, test_dark, 0, N_OF(dark));
    tcase_add_loop_test(t, test_six, 0, N_OF(six));
    tcase_add_test(t, test_opening);
    tcase_add_test(t, test_open);
    t = new_case(s, "walk");
    tcase_add_loop_test(t, test_walk, 0, N_OF(walks));
    tcase_add_test(t, test_added_later);
    tcase_add_test(t, test_deep);
    return s;
}

int main(void)
{
    return run_suite(walk_suite());
}
