/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules as they are, rules as they are wanted, and a connection: what becomes of it. In a network namespace
 * of the test's own, where only lo leads anywhere: to 127.0.0.0/8, ::1 and 10.9.0.0/16. */
#include "lbgen/ssh_guard.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check_edit.h"

#define FOUR   "198.51.100.9 50000 192.0.2.10 22"
#define SIX    "2001:db8::9 50000 2001:db8:1::10 22"
#define MAPPED "::ffff:198.51.100.9 50000 ::ffff:192.0.2.10 22"
#define LOCAL  "127.0.0.1 50000 127.0.0.1 22"
#define SELF   "10.9.0.1 50000 10.9.0.1 22" /* an address of this host */

#define FILTER(lines)   "*filter\n" lines "COMMIT\n"
#define RAW(lines)      "*raw\n" lines "COMMIT\n"
#define MANGLE(lines)   "*mangle\n" lines "COMMIT\n"
#define NAT(lines)      "*nat\n" lines "COMMIT\n"
#define SECURITY(lines) "*security\n" lines "COMMIT\n"
#define DROP_IN         ":INPUT DROP [0:0]\n"
#define DROP_OUT        ":OUTPUT DROP [0:0]\n"
#define TAG             "-m comment --comment \"lbgen:rules\" "
#define IN(how)         "-A INPUT " TAG how "\n"
#define IN_TCP(how)     "-A INPUT -p tcp " TAG "-m tcp " how "\n"
#define OUT(how)        "-A OUTPUT " TAG how "\n"
#define CHAIN           ":lbgen.u.x - [0:0]\n"
#define X(how)          "-A lbgen.u.x " how "\n"

static const struct {
    const char *connection, *now, *wanted;
    enum ssh_answer answer;
    const char *why; /* a part of it */
} cases[] = {
    /* no connection */
    {NULL, "", FILTER(DROP_IN), SSH_NONE, NULL},
    {"", "", FILTER(DROP_IN), SSH_NONE, NULL},
    {"198.51.100.9 50000 192.0.2.10", "", FILTER(DROP_IN), SSH_NONE, NULL},
    {"198.51.100.9 70000 192.0.2.10 22", "", FILTER(DROP_IN), SSH_NONE, NULL},
    {"198.51.100.9 50000 192.0.2.10 70000", "", FILTER(DROP_IN), SSH_NONE, NULL},
    {"198.51.100.9 -1 192.0.2.10 22", "", FILTER(DROP_IN), SSH_NONE, NULL},
    {"198.51.100.9 50000 192.0.2.10 +22", "", FILTER(DROP_IN), SSH_NONE, NULL},
    {"198.51.100.9 500000 192.0.2.10 22", "", FILTER(DROP_IN), SSH_NONE, NULL},
    {"198.51.100.9 50000 2001:db8::1 22", "", FILTER(DROP_IN), SSH_NONE, NULL},
    {"198.51.100.999 50000 192.0.2.10 22", "", FILTER(DROP_IN), SSH_NONE, NULL},
    {"host 50000 192.0.2.10 22", "", FILTER(DROP_IN), SSH_NONE, NULL},
    /* kept */
    {FOUR, "", "", SSH_KEPT, NULL},
    {FOUR, "", FILTER(IN_TCP("--dport 22 -j ACCEPT") DROP_IN), SSH_KEPT, NULL},
    {FOUR, "", FILTER(DROP_IN IN("-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")), SSH_KEPT, NULL},
    {FOUR, "", FILTER(DROP_IN IN("-m state --state ESTABLISHED -j ACCEPT")), SSH_KEPT, NULL},
    {FOUR, "", FILTER(DROP_IN IN("-m conntrack ! --ctstate NEW -j ACCEPT")), SSH_KEPT, NULL},
    {FOUR, "", FILTER(IN_TCP("--dport 80 -j DROP")), SSH_KEPT, NULL},
    {FOUR, "", FILTER("-A INPUT -p udp " TAG "-m udp --dport 22 -j DROP\n"), SSH_KEPT, NULL},
    {FOUR, "", FILTER("-A INPUT -s 203.0.113.0/24 " TAG "-j DROP\n"), SSH_KEPT, NULL},
    {FOUR, "", FILTER("-A INPUT ! -s 198.51.100.0/24 " TAG "-j DROP\n"), SSH_KEPT, NULL},
    {FOUR, "", FILTER("-A INPUT -d 192.0.2.11/32 " TAG "-j DROP\n"), SSH_KEPT, NULL},
    {FOUR, "", FILTER(IN("-m conntrack --ctstate NEW -j DROP")), SSH_KEPT, NULL},
    {FOUR, "", FILTER(IN_TCP("--tcp-flags FIN,SYN,RST,ACK SYN -j DROP")), SSH_KEPT, NULL},
    {FOUR, "", FILTER(":FORWARD DROP [0:0]\n"), SSH_KEPT, NULL},
    {FOUR, "", FILTER(DROP_OUT "-A OUTPUT -p tcp " TAG "-m tcp --sport 22 -j ACCEPT\n"), SSH_KEPT, NULL},
    {FOUR, "", NAT("-A PREROUTING " TAG "-j DNAT --to-destination 10.0.0.1\n"), SSH_KEPT, NULL},
    {FOUR, "", MANGLE("-A PREROUTING " TAG "-j MARK --set-xmark 0x1/0xffffffff\n"), SSH_KEPT, NULL},
    {FOUR, "", FILTER(DROP_IN CHAIN IN("-j lbgen.u.x") X("-p tcp -m tcp --dport 22 -j ACCEPT")), SSH_KEPT,
     NULL},
    {FOUR, "", FILTER(CHAIN IN("-j lbgen.u.x") X("-j RETURN") X("-j DROP")), SSH_KEPT, NULL},
    {FOUR, FILTER("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n" IN("-p 50 -j ACCEPT")),
     FILTER(IN("-j LOG") IN("-p 51 -j DROP")), SSH_KEPT, NULL},
    {MAPPED, "", FILTER(IN_TCP("--dport 22 -j ACCEPT") DROP_IN), SSH_KEPT, NULL},
    {SIX, "", FILTER("-A INPUT -s 2001:db8::/64 " TAG "-j ACCEPT\n" DROP_IN), SSH_KEPT, NULL},
    {SIX, "", FILTER("-A INPUT -s 2001:db8:2::/48 " TAG "-j DROP\n"), SSH_KEPT, NULL},
    /* cut, by a rule, a policy, a chain, on either way, in any table */
    {FOUR, "", FILTER(IN_TCP("--dport 22 -j DROP")), SSH_CUT, "table filter: -A INPUT -p tcp"},
    {FOUR, "", FILTER(IN("-j REJECT --reject-with icmp-port-unreachable")), SSH_CUT, "-j REJECT"},
    {FOUR, "", FILTER("-A INPUT -p tcp " TAG "-m multiport --dports 21,22 -j DROP\n"), SSH_CUT, "multiport"},
    {FOUR, "", FILTER("-A INPUT -s 198.51.100.0/24 " TAG "-j DROP\n"), SSH_CUT, "198.51.100.0/24"},
    {FOUR, "", FILTER(IN("-m conntrack --ctstate ESTABLISHED -j DROP")), SSH_CUT, "ESTABLISHED"},
    {FOUR, "", FILTER(DROP_IN), SSH_CUT, "table filter: the policy DROP of chain INPUT"},
    {FOUR, "", FILTER(DROP_OUT), SSH_CUT, "table filter: the policy DROP of chain OUTPUT"},
    {FOUR, "", FILTER(DROP_IN IN_TCP("--dport 2222 -j ACCEPT")), SSH_CUT, "the policy DROP of chain INPUT"},
    {FOUR, "", FILTER(DROP_IN IN("-m conntrack --ctstate NEW -j ACCEPT")), SSH_CUT, "INPUT"},
    {FOUR, "", FILTER(DROP_IN "-A INPUT -s 203.0.113.0/24 " TAG "-j ACCEPT\n"), SSH_CUT, "INPUT"},
    {FOUR, "", FILTER(DROP_IN "-A INPUT -i lo " TAG "-j ACCEPT\n"), SSH_CUT, "INPUT"},
    {FOUR, "", FILTER(OUT("-j DROP")), SSH_CUT, "table filter: -A OUTPUT"},
    {FOUR, "", FILTER("-A OUTPUT -p tcp " TAG "-m tcp --sport 22 -j DROP\n"), SSH_CUT, "--sport 22"},
    {FOUR, "", FILTER(CHAIN IN("-j lbgen.u.x") X("-j DROP")), SSH_CUT, "-j lbgen.u.x"},
    {FOUR, "", FILTER(CHAIN IN("-g lbgen.u.x") X("-p tcp -j DROP")), SSH_CUT, "-g lbgen.u.x"},
    {FOUR, "", RAW("-A PREROUTING " TAG "-j DROP\n"), SSH_CUT, "table raw: -A PREROUTING"},
    {FOUR, "", RAW(DROP_OUT), SSH_CUT, "table raw: the policy DROP of chain OUTPUT"},
    {FOUR, "", MANGLE("-A PREROUTING " TAG "-j DROP\n"), SSH_CUT, "table mangle: -A PREROUTING"},
    {FOUR, "", MANGLE(IN("-j DROP")), SSH_CUT, "table mangle: -A INPUT"},
    {FOUR, "", MANGLE("-A POSTROUTING " TAG "-j DROP\n"), SSH_CUT, "table mangle: -A POSTROUTING"},
    {FOUR, "", SECURITY(IN("-j DROP")), SSH_CUT, "table security: -A INPUT"},
    {FOUR, FILTER(DROP_IN IN_TCP("--dport 22 -j ACCEPT")), FILTER(DROP_IN), SSH_CUT, "the policy DROP"},
    {FOUR, FILTER(IN_TCP("--dport 22 -j ACCEPT") "-A INPUT -j DROP\n"), FILTER(""), SSH_CUT,
     "table filter: -A INPUT -j DROP"},
    {FOUR, FILTER(":f - [0:0]\n-A f -j DROP\n" IN_TCP("--dport 22 -j ACCEPT") "-A INPUT -j f\n"), "", SSH_CUT,
     "-A INPUT -j f"},
    {MAPPED, "", FILTER(DROP_IN), SSH_CUT, "INPUT"},
    {SIX, "", FILTER(DROP_IN), SSH_CUT, "INPUT"},
    {SIX, "", FILTER("-A INPUT -s 2001:db8::/64 " TAG "-j DROP\n"), SSH_CUT, "2001:db8::/64"},
    /* an interface that is known */
    {LOCAL, "", FILTER(DROP_IN "-A INPUT -i lo " TAG "-j ACCEPT\n"), SSH_KEPT, NULL},
    {LOCAL, "", FILTER("-A INPUT ! -i lo " TAG "-j DROP\n"), SSH_KEPT, NULL},
    {LOCAL, "", FILTER(DROP_IN "-A INPUT -i eth0 " TAG "-j ACCEPT\n"), SSH_CUT, "INPUT"},
    {LOCAL, "", FILTER("-A OUTPUT -o lo " TAG "-j DROP\n"), SSH_CUT, "-o lo"},
    {SELF, "", FILTER(DROP_IN "-A INPUT -i lo " TAG "-j ACCEPT\n"), SSH_KEPT, NULL},
    {SELF, "", FILTER("-A INPUT -i lo " TAG "-j DROP\n"), SSH_CUT, "-i lo"},
    {SELF, "", FILTER(DROP_IN "-A INPUT -i eth+ " TAG "-j ACCEPT\n"), SSH_CUT, "INPUT"},
    {"::1 50000 ::1 22", "", FILTER(DROP_IN "-A INPUT -i lo " TAG "-j ACCEPT\n"), SSH_KEPT, NULL},
    /* not to be known: a match of another world, an interface, a target */
    {FOUR, "", FILTER(DROP_IN IN("-m limit --limit 5/min -j ACCEPT")), SSH_UNKNOWN, "table filter"},
    {FOUR, "", FILTER(IN("-m recent --rcheck --name x -j DROP")), SSH_UNKNOWN, "table filter"},
    {FOUR, "", FILTER(IN("-m set --match-set bad src -j DROP")), SSH_UNKNOWN, "table filter"},
    {FOUR, "", FILTER(DROP_IN "-A INPUT -i eth0 " TAG "-j ACCEPT\n"), SSH_UNKNOWN, "table filter"},
    {FOUR, "", FILTER("-A INPUT -i eth0 " TAG "-j DROP\n"), SSH_UNKNOWN, "table filter"},
    {FOUR, "", FILTER("-A OUTPUT -o eth0 " TAG "-j DROP\n"), SSH_UNKNOWN, "table filter"},
    {FOUR, "", FILTER(IN("-j NFQUEUE --queue-num 0")), SSH_UNKNOWN, "table filter"},
    {FOUR, "", FILTER(CHAIN IN("-m limit --limit 5/min -j lbgen.u.x") X("-j DROP")), SSH_UNKNOWN, "filter"},
    {SIX, "", FILTER(IN("-m hl --hl-gt 64 -j DROP")), SSH_UNKNOWN, "table filter"},
    /* ... but nobody asks it */
    {FOUR, "", FILTER(IN_TCP("--dport 22 -j ACCEPT") IN("-m limit --limit 5/min -j DROP")), SSH_KEPT, NULL},
    {FOUR, "", FILTER(IN("-m limit --limit 5/min -j ACCEPT") IN("-j ACCEPT")), SSH_KEPT, NULL},
    {FOUR, "", FILTER(IN("-m limit --limit 5/min -j DROP") IN("-j DROP")), SSH_CUT, "-j DROP"},
    {FOUR, "", FILTER("-A INPUT -p udp " TAG "-m limit --limit 5/min -j DROP\n"), SSH_KEPT, NULL},
    /* the old rules cut it already, or can't be judged either */
    {FOUR, FILTER(DROP_IN), FILTER(DROP_IN), SSH_NONE, NULL},
    {FOUR, FILTER("-A INPUT -j DROP\n"), FILTER(DROP_IN), SSH_NONE, NULL},
    {FOUR, FILTER(DROP_IN), FILTER(DROP_IN IN("-m limit --limit 5/min -j ACCEPT")), SSH_NONE, NULL},
    {FOUR, FILTER("-A INPUT -m limit --limit 5/min -j DROP\n"), FILTER(IN("-p 50 -j ACCEPT")), SSH_NONE,
     NULL},
    {FOUR, FILTER("-A INPUT -m limit --limit 5/min -j DROP\n"), FILTER(DROP_IN), SSH_CUT, "INPUT"},
    {FOUR, FILTER("-A INPUT -m limit --limit 5/min -j DROP\n"), FILTER(IN_TCP("--dport 22 -j ACCEPT")),
     SSH_KEPT, NULL},
    {FOUR, FILTER(DROP_IN), FILTER(DROP_IN IN("-j ACCEPT")), SSH_KEPT, NULL},
};

static const char *missing;

/* lo up, with an address. */
static const char *make_network(void)
{
    struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING}, own = {.ifr_name = "lo:1"};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a090001)};

    if (unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return "no network namespace to be had";
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    memcpy(&own.ifr_addr, &address, sizeof address);
    bool good = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &up) == 0 && ioctl(fd, SIOCSIFADDR, &own) == 0;
    if (fd >= 0)
        close(fd);
    return good ? NULL : "lo can't be set up";
}

static void setup(void)
{
    static bool done;

    if (!done)
        missing = make_network();
    done = true;
}

static void read_tables(const char *text, struct image *out)
{
    *out = (struct image){0};
    read_image(text, out);
}

static void ask(const char *connection, const char *now, const char *wanted, enum ssh_answer answer,
                const char *said)
{
    static const struct live_backend lines = {.name = "lines", .form = PAYLOAD_LINE};
    struct change change = {.backend = &lines};
    enum family family = connection && strchr(connection, ':') && !strchr(connection, '.') ? IPV6 : IPV4;
    struct complaint why = {.text = ""};
    struct image new = {0};

    read_tables(now, &change.now[family]);
    read_tables(wanted, &new);
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++)
            ck_assert(delta_find(&change.now[f].of[t], &new.of[t], (enum table)t, false, &change.edits[f][t],
                                 &why) ||
                      f != (int)family);
    for (int t = 0; t < TABLES; t++) { /* the other family's stay what they are */
        edit_free(&change.edits[!family][t]);
        change.edits[!family][t].table = (enum table)t;
    }
    enum ssh_answer found = ssh_guard_look(connection, &change, &why);
    ck_assert_msg(found == answer, "%d instead of %d (%s): %s with %s", found, answer, why.text, now, wanted);
    if (said)
        ck_assert_msg(strstr(why.text, said), "%s, not %s", why.text, said);
    for (int t = 0; t < TABLES; t++)
        edit_free(&change.edits[family][t]);
    image_free(&change.now[family]);
    image_free(&new);
}

START_TEST(test_case)
{
    if (missing) {
        fprintf(stderr, "left out: %s\n", missing);
        return;
    }
    ask(cases[_i].connection, cases[_i].now, cases[_i].wanted, cases[_i].answer, cases[_i].why);
}
END_TEST

static Suite *ssh_guard_suite(void)
{
    Suite *s = suite_create("ssh_guard");
    TCase *t = new_case(s, "ssh_guard");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, test_case, 0, N_OF(cases));
    return s;
}

int main(void)
{
    return run_suite(ssh_guard_suite());
}
