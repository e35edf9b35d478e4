/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/equiv.h"

#include <stdio.h>

#include "check_rule_set.h"

/* Rules of mangle PREROUTING, filter INPUT and others: "TABLE RULES", one table behind the other. */
static char *whole_text(const char *const *tables)
{
    struct buf out = {0};

    for (int t = 0; tables[t]; t++) {
        const char *blank = strchr(tables[t], ' ');

        buf_printf(&out, "*%.*s\n%s\nCOMMIT\n", (int)(blank - tables[t]), tables[t], blank + 1);
    }
    char *text = xmemdup0(buf_text(&out), out.len);
    buf_free(&out);
    return text;
}

static void compare(const char *const *old, const char *const *new, enum family family, enum path path,
                    struct equiv *out)
{
    struct text_set a, b;
    char *old_text = whole_text(old), *new_text = whole_text(new);

    text_set_read(&a, old_text);
    text_set_read(&b, new_text);
    equiv(&a.rules, &b.rules, family, path, out);
    text_set_free(&a);
    text_set_free(&b);
    free(old_text);
    free(new_text);
}

enum { EQ = EQUIV_EQUAL, DIFF = EQUIV_DIFFERENT, OPEN = EQUIV_UNDECIDED };

#define PRE     "-A PREROUTING "
#define VIP     "-d 192.0.2.10/32 "
#define TCP80   "-p tcp -m tcp --dport 80 "
#define MARK(x) "-j MARK --set-xmark " x "/0xffffffff"

/* In mangle PREROUTING. */
static const struct {
    const char *old, *new;
    int verdict;
} marks[] = {
    {"", "", EQ},
    {PRE VIP TCP80 MARK("0x50"), PRE VIP TCP80 MARK("0x50"), EQ},
    {PRE VIP TCP80 MARK("0x50"), "", DIFF},
    {PRE VIP TCP80 MARK("0x50"), PRE VIP TCP80 MARK("0x51"), DIFF},
    {PRE VIP TCP80 MARK("0x50"), PRE VIP "-p tcp -m multiport --dports 80 " MARK("0x50"), EQ},
    {PRE VIP "-p tcp -m multiport --dports 80,443 " MARK("0x50"),
     PRE VIP TCP80 MARK("0x50") "\n" PRE VIP "-p tcp -m tcp --dport 443 " MARK("0x50"), EQ},
    {PRE VIP "-p tcp -m multiport --dports 80,81 " MARK("0x50"),
     PRE VIP "-p tcp -m tcp --dport 80:81 " MARK("0x50"), EQ},
    {PRE VIP "-p tcp -m tcp --dport 80:82 " MARK("0x50"), PRE VIP "-p tcp -m tcp --dport 80:81 " MARK("0x50"),
     DIFF},
    {PRE VIP TCP80 MARK("0x50"), PRE VIP "-p udp -m udp --dport 80 " MARK("0x50"), DIFF},
    {PRE "-d 192.0.2.0/25 " MARK("0x1") "\n" PRE "-d 192.0.2.128/25 " MARK("0x1"),
     PRE "-d 192.0.2.0/24 " MARK("0x1"), EQ},
    /* the last one wins, and only where both match the order counts */
    {PRE VIP MARK("0x1") "\n" PRE "-d 192.0.2.11/32 " MARK("0x2"),
     PRE "-d 192.0.2.11/32 " MARK("0x2") "\n" PRE VIP MARK("0x1"), EQ},
    {PRE VIP MARK("0x1") "\n" PRE "-d 192.0.2.0/24 " MARK("0x2"),
     PRE "-d 192.0.2.0/24 " MARK("0x2") "\n" PRE VIP MARK("0x1"), DIFF},
    {PRE "-d 192.0.2.0/24 " MARK("0x2"), PRE VIP MARK("0x1") "\n" PRE "-d 192.0.2.0/24 " MARK("0x2"), EQ},
    /* masks */
    {PRE VIP "-j MARK --set-xmark 0x1/0x1\n" PRE VIP "-j MARK --set-xmark 0x2/0x2",
     PRE VIP "-j MARK --set-xmark 0x3/0x3", EQ},
    {PRE VIP "-j MARK --set-xmark 0x1/0x1\n" PRE VIP "-j MARK --set-xmark 0x2/0x2",
     PRE VIP "-j MARK --set-xmark 0x2/0x2\n" PRE VIP "-j MARK --set-xmark 0x1/0x1", EQ},
    {PRE VIP "-j MARK --set-xmark 0x1/0xff", PRE VIP "-j MARK --set-xmark 0x1/0x7f", DIFF},
    {PRE VIP "-j MARK --set-xmark 0x1/0xffffffff", PRE VIP "-j MARK --set-xmark 0x1/0x7fffffff", DIFF},
    {PRE VIP "-j MARK --set-xmark 0x3/0x0\n" PRE VIP "-j MARK --set-xmark 0x3/0x0", "", EQ},
    {PRE VIP "-m mark --mark 0x0/0xff -j MARK --set-xmark 0x1/0xff",
     PRE VIP "-m mark --mark 0x0/0xff -j MARK --set-xmark 0x1/0x0", EQ},
    {PRE VIP "-j MARK --set-xmark 0x5/0xff\n" PRE "-m mark --mark 0x5/0xff -j MARK --set-xmark 0x6/0xff",
     PRE VIP "-j MARK --set-xmark 0x6/0xff\n" PRE "-m mark --mark 0x5/0xff -j MARK --set-xmark 0x6/0xff", EQ},
    {PRE VIP "-j MARK --set-xmark 0x5/0xff\n" PRE "-m mark --mark 0x5/0xff -j MARK --set-xmark 0x6/0xff",
     PRE VIP "-j MARK --set-xmark 0x6/0xff", DIFF},
    {PRE "-m mark ! --mark 0x1/0x3 -j DROP\n" PRE "-m mark --mark 0x1/0x1 " MARK("0x9"),
     PRE "-m mark ! --mark 0x1/0x3 -j DROP\n" PRE MARK("0x9"), EQ},
    /* connmarks */
    {PRE VIP "-j CONNMARK --set-xmark 0x50/0xff\n" PRE VIP
             "-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff",
     PRE VIP "-m conntrack ! --ctstate INVALID,UNTRACKED -j MARK --set-xmark 0x50/0xff", EQ},
    {PRE VIP "-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff\n" PRE VIP
             "-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff",
     "", EQ},
    {PRE VIP "-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff", "", DIFF},
    {PRE VIP "-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff\n" PRE VIP
             "-m mark --mark 0x3/0xff -j DROP",
     PRE VIP "-m connmark --mark 0x3/0xff -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff\n" PRE VIP
             "-m connmark --mark 0x3/0xff -j DROP\n" PRE VIP
             "-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff",
     DIFF}, /* without a connection the mark may be 3 already */
    /* negations */
    {PRE "! -d 192.0.2.10/32 -j ACCEPT\n" PRE MARK("0x1"), PRE VIP MARK("0x1"), EQ},
    {PRE "! -p tcp -j ACCEPT\n" PRE MARK("0x1"), PRE "-p tcp " MARK("0x1"), EQ},
    {PRE "! -i eth+ -j ACCEPT\n" PRE MARK("0x1"), PRE "-i eth+ " MARK("0x1"), EQ},
    {PRE "-i eth+ " MARK("0x1"), PRE "-i eth0 " MARK("0x1"), DIFF},
    {PRE "-i eth+ " MARK("0x1"), PRE "-i eth+ " MARK("0x1") "\n" PRE "-i eth0 " MARK("0x1"), EQ},
    {PRE "-p tcp -m tcp ! --dport 80 " MARK("0x1"),
     PRE "-p tcp -m tcp --dport 0:79 " MARK("0x1") "\n" PRE "-p tcp -m tcp --dport 81:65535 " MARK("0x1"),
     EQ},
    {PRE "-p tcp -m multiport --ports 80 " MARK("0x1"),
     PRE "-p tcp -m tcp --dport 80 " MARK("0x1") "\n" PRE "-p tcp -m tcp --sport 80 " MARK("0x1"), EQ},
    {PRE "-m mac --mac-source 02:00:00:00:00:01 -j RETURN\n" PRE VIP MARK("0x1"),
     PRE VIP "-m mac ! --mac-source 02:00:00:00:00:01 " MARK("0x1"), DIFF}, /* frames without a MAC */
    /* chains */
    {":a - [0:0]\n" PRE VIP "-j a\n-A a " TCP80 MARK("0x1"), PRE VIP TCP80 MARK("0x1"), EQ},
    {":a - [0:0]\n" PRE VIP "-j a\n" PRE MARK("0x2") "\n-A a " TCP80 MARK("0x1"), PRE MARK("0x2"), EQ},
    {":a - [0:0]\n" PRE VIP "-g a\n" PRE MARK("0x2") "\n-A a " TCP80 MARK("0x1"),
     PRE "! -d 192.0.2.10/32 " MARK("0x2") "\n" PRE VIP TCP80 MARK("0x1"), EQ},
    {":a - [0:0]\n" PRE "-j a\n" PRE MARK("0x2") "\n-A a " VIP "-j RETURN\n-A a -j ACCEPT",
     PRE VIP MARK("0x2"), EQ},
    {":a - [0:0]\n:b - [0:0]\n" PRE "-j a\n" PRE MARK("0x2") "\n-A a " VIP
                                                             "-g b\n-A a -j ACCEPT\n-A b -j RETURN",
     PRE VIP MARK("0x2"), EQ},
    {":a - [0:0]\n:b - [0:0]\n" PRE "-j a\n-A a -j b\n-A b -j a", PRE "-j ACCEPT", OPEN},
    /* states */
    {PRE "-m conntrack --ctstate NEW,ESTABLISHED " MARK("0x1"),
     PRE "-m state --state ESTABLISHED,NEW " MARK("0x1"), EQ},
    {PRE "-m conntrack ! --ctstate NEW " MARK("0x1"),
     PRE "-m state --state ESTABLISHED,RELATED,INVALID,UNTRACKED " MARK("0x1"), EQ},
    {PRE "-m conntrack --ctstate NEW " MARK("0x1"), PRE MARK("0x1"), DIFF},
    {PRE "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW " MARK("0x1"),
     PRE "-p tcp -m conntrack --ctstate NEW " MARK("0x1"), EQ},
    {PRE "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN " MARK("0x1"), PRE "-p tcp " MARK("0x1"), DIFF},
    /* what is not known */
    {PRE "-m nosuch --word x " MARK("0x1"), PRE "-m nosuch --word x " MARK("0x1"), EQ},
    {PRE "-m nosuch --word x " MARK("0x1"), PRE "-m nosuch --word y " MARK("0x1"), OPEN},
    {PRE "-m nosuch --word x " MARK("0x1"), PRE VIP MARK("0x1") "\n" PRE "-m nosuch --word x " MARK("0x1"),
     OPEN},
    {PRE "-m nosuch --word x " MARK("0x1") "\n" PRE VIP MARK("0x2"), PRE "-m nosuch --word x " MARK("0x1"),
     DIFF},
    {PRE "-m nosuch --word x " MARK("0x1") "\n" PRE VIP MARK("0x2"),
     PRE "-m nosuch --word x " MARK("0x3") "\n" PRE VIP MARK("0x4"), DIFF},
    {PRE "-m nosuch --word x " MARK("0x1") "\n" PRE VIP MARK("0x2"), PRE VIP MARK("0x3"), DIFF},
    {PRE "-m nosuch --word x " MARK("0x1") "\n" PRE MARK("0x2"), PRE MARK("0x2"), EQ},
    {PRE "-m nosuch --word x " MARK("0x1") "\n" PRE "-m nosuch --word x " MARK("0x2"),
     PRE "-m nosuch --word x " MARK("0x2"), OPEN}, /* it may be a die */
    {PRE "-m length --length 80 " MARK("0x1") "\n" PRE "-m length --length 80 " MARK("0x2"),
     PRE "-m length --length 80 " MARK("0x2"), EQ},
    {PRE VIP "-j NOSUCH\n" PRE MARK("0x1"), PRE VIP "-j NOSUCH\n" PRE MARK("0x1"), EQ},
    {PRE VIP "-j NOSUCH\n" PRE MARK("0x1"), PRE VIP "-j NOSUCH --x\n" PRE MARK("0x1"), OPEN},
    {PRE VIP "-j NOSUCH\n" PRE MARK("0x1"), PRE VIP "-j NOSUCH\n" PRE MARK("0x2"), DIFF},
    {PRE VIP "-j HMARK --hmark-tuple src", PRE VIP "-j HMARK --hmark-tuple src", EQ},
    {PRE VIP "-j HMARK --hmark-tuple src", PRE VIP "-j HMARK --hmark-tuple dst", OPEN},
    {PRE VIP "-j HMARK --hmark-tuple src\n" PRE VIP MARK("0x1"), PRE VIP MARK("0x1"), EQ},
    {PRE VIP "-j HMARK --hmark-tuple src\n" PRE VIP "-j MARK --set-xmark 0x1/0x1",
     PRE VIP "-j HMARK --hmark-tuple src\n" PRE VIP "-j MARK --set-xmark 0x0/0x1", DIFF},
    {PRE VIP "-j LOG", "", EQ},
    {PRE "-m addrtype --dst-type LOCAL " MARK("0x1"), PRE "-m addrtype --dst-type LOCAL " MARK("0x1"), EQ},
    {PRE "-m addrtype --dst-type LOCAL " MARK("0x1"), "", OPEN},
    {PRE "-m addrtype --dst-type ANYCAST " MARK("0x1"), PRE "-m addrtype --dst-type BLACKHOLE " MARK("0x1"),
     OPEN},
    {PRE "-m addrtype --dst-type NAT,LOCAL " MARK("0x1"), PRE "-m addrtype --dst-type LOCAL,NAT " MARK("0x1"),
     EQ},
    {PRE "-m addrtype --dst-type MULTICAST " MARK("0x1"), PRE "-d 224.0.0.0/4 " MARK("0x1"), EQ},
    {PRE "-m addrtype ! --dst-type MULTICAST " MARK("0x1"), PRE "! -d 224.0.0.0/4 " MARK("0x1"), EQ},
    {PRE "-m iprange --src-range 10.0.0.0-10.0.0.255 " MARK("0x1"), PRE "-s 10.0.0.0/24 " MARK("0x1"), EQ},
    {PRE "-p icmp -m icmp --icmp-type 8 " MARK("0x1"), PRE "-p icmp -m icmp --icmp-type 8/0 " MARK("0x1"),
     DIFF},
};

START_TEST(test_marks)
{
    struct equiv out;
    char old[1024], new[1024];

    snprintf(old, sizeof old, "mangle %s", marks[_i].old);
    snprintf(new, sizeof new, "mangle %s", marks[_i].new);
    for (int turn = 0; turn < 2; turn++) {
        compare((const char *[]){turn ? new : old, NULL}, (const char *[]){turn ? old : new, NULL}, IPV4,
                PATH_INPUT, &out);
        if (out.verdict != (enum equiv_verdict)marks[_i].verdict)
            ck_abort_msg("%s\nand\n%s\n: %d, %s", old, new, (int)out.verdict, out.why);
        if (out.verdict == EQUIV_DIFFERENT && out.old.mark_known && out.new.mark_known)
            ck_assert(out.old.mark != out.new.mark || out.old.accepted != out.new.accepted);
    }
}
END_TEST

/* Several tables, on each of the ways. */
static const struct {
    const char *old[4], *new[4];
    enum family family;
    int verdict[PATHS];
} tables[] = {
    {{NULL}, {NULL}, IPV4, {EQ, EQ, EQ}},
    {{"filter :INPUT ACCEPT [0:0]"}, {"filter :INPUT DROP [0:0]"}, IPV4, {DIFF, EQ, EQ}},
    {{"filter :FORWARD ACCEPT [0:0]"}, {"filter :FORWARD DROP [0:0]"}, IPV4, {EQ, DIFF, EQ}},
    {{"filter :OUTPUT ACCEPT [0:0]"}, {"filter :OUTPUT DROP [0:0]"}, IPV4, {EQ, EQ, DIFF}},
    {{"raw -A PREROUTING -s 10.0.0.0/8 -j DROP"},
     {"mangle -A PREROUTING -s 10.0.0.0/8 -j DROP"},
     IPV4,
     {EQ, EQ, EQ}},
    {{"mangle -A PREROUTING -j MARK --set-xmark 0x1/0xffffffff"},
     {"mangle -A INPUT -j MARK --set-xmark 0x1/0xffffffff\n-A FORWARD -j MARK --set-xmark 0x1/0xffffffff"},
     IPV4,
     {EQ, EQ, EQ}},
    /* a mark that is set in one table and asked for in another */
    {{"mangle " PRE VIP MARK("0x1"), "filter -A INPUT -m mark --mark 0x1 -j ACCEPT\n-A INPUT -j DROP"},
     {"mangle " PRE VIP MARK("0x1"), "filter -A INPUT ! -d 192.0.2.10/32 -m mark ! --mark 0x1 -j DROP"},
     IPV4,
     {EQ, EQ, EQ}},
    {{"mangle " PRE VIP MARK("0x1"), "filter -A INPUT -m mark --mark 0x1 -j ACCEPT\n-A INPUT -j DROP"},
     {"mangle " PRE VIP MARK("0x2"), "filter -A INPUT -m mark --mark 0x2 -j ACCEPT\n-A INPUT -j DROP"},
     IPV4,
     {DIFF, DIFF, EQ}},
    /* without tracking there is no state but UNTRACKED */
    {{"raw " PRE VIP "-j NOTRACK", "filter -A INPUT -m state --state NEW -j DROP"},
     {"raw " PRE VIP "-j NOTRACK", "filter -A INPUT ! -d 192.0.2.10/32 -m state --state NEW -j DROP"},
     IPV4,
     {EQ, EQ, EQ}},
    {{"raw " PRE "-m state --state NEW -j DROP"}, {"raw :PREROUTING ACCEPT [0:0]"}, IPV4, {EQ, EQ, EQ}},
    {{"raw " PRE "-m state --state INVALID -j DROP"}, {"raw " PRE "-j DROP"}, IPV4, {EQ, EQ, EQ}},
    /* new addresses */
    {{"nat -A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE"},
     {"nat :POSTROUTING ACCEPT [0:0]"},
     IPV4,
     {EQ, DIFF, DIFF}},
    {{"nat -A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE"},
     {"nat -A POSTROUTING -s 10.0.0.0/9 -j MASQUERADE\n-A POSTROUTING -s 10.128.0.0/9 -j MASQUERADE"},
     IPV4,
     {EQ, EQ, EQ}},
    {{"nat " PRE VIP "-j DNAT --to-destination 10.0.0.1"},
     {"nat " PRE VIP "-j DNAT --to-destination 10.0.0.2"},
     IPV4,
     {DIFF, DIFF, EQ}},
    {{"nat " PRE VIP "-j DNAT --to-destination 10.0.0.1", "filter -A FORWARD -d 10.0.0.1/32 -j DROP"},
     {"nat " PRE VIP "-j DNAT --to-destination 10.0.0.1", "filter -A FORWARD -d 10.0.0.1/32 -j DROP"},
     IPV4,
     {EQ, EQ, EQ}},
    {{"nat " PRE VIP "-j DNAT --to-destination 10.0.0.1", "filter -A FORWARD -d 192.0.2.10/32 -j DROP"},
     {"nat " PRE VIP "-j DNAT --to-destination 10.0.0.1"},
     IPV4,
     {EQ, DIFF, EQ}}, /* of a connection that is not new */
    /* devices */
    {{"filter -A INPUT -o eth0 -j DROP"}, {"filter :INPUT ACCEPT [0:0]"}, IPV4, {EQ, EQ, EQ}},
    {{"filter -A FORWARD -i eth0 -o eth0 -j DROP"},
     {"filter -A FORWARD -i eth0 -o eth+ -j DROP"},
     IPV4,
     {EQ, DIFF, EQ}},
    {{"filter -A OUTPUT -i eth0 -j DROP"}, {"filter :INPUT ACCEPT [0:0]"}, IPV4, {EQ, EQ, EQ}},
    /* IPv6 */
    {{"mangle " PRE "-d 2001:db8::/64 -p tcp -m tcp --dport 80 " MARK("0x1")},
     {"mangle " PRE "-d 2001:db8::/65 -p tcp -m tcp --dport 80 " MARK(
         "0x1") "\n" PRE "-d 2001:db8:0:0:8000::/65 -p tcp -m multiport --dports 80 " MARK("0x1")},
     IPV6,
     {EQ, EQ, EQ}},
    {{"mangle " PRE "-d 2001:db8::/64 " MARK("0x1")},
     {"mangle " PRE "-d 2001:db8::/63 " MARK("0x1")},
     IPV6,
     {DIFF, DIFF, EQ}},
    {{"mangle " PRE "-p ah " MARK("0x1")}, {"mangle :PREROUTING ACCEPT [0:0]"}, IPV6, {EQ, EQ, EQ}},
    {{"mangle " PRE "-p ipv6-icmp -m icmp6 --icmpv6-type 135 -m state --state NEW -j DROP"},
     {"mangle :PREROUTING ACCEPT [0:0]"},
     IPV6,
     {EQ, EQ, EQ}},
};

START_TEST(test_tables)
{
    struct equiv out;

    for (int p = 0; p < PATHS; p++)
        for (int turn = 0; turn < 2; turn++) {
            compare(turn ? tables[_i].new : tables[_i].old, turn ? tables[_i].old : tables[_i].new,
                    tables[_i].family, (enum path)p, &out);
            if (out.verdict != (enum equiv_verdict)tables[_i].verdict[p])
                ck_abort_msg("path %d: %s: %d, %s", p, tables[_i].old[0], (int)out.verdict, out.why);
        }
}
END_TEST

/* Names of interfaces, between two values of the axis. */
START_TEST(test_interfaces)
{
    static const struct {
        const char *from, *to, *name;
    } between[] = {{"eth0", "eth0", "eth0"}, {"eth+", "eth+", "eth"}, {"a+", "b+", "a"}};
    struct interface name;
    wide low, high, ignored;

    for (int i = 0; i < N_OF(between); i++) {
        struct interface from = {0}, to = {0};

        memcpy(from.name, between[i].from, strlen(between[i].from));
        memcpy(to.name, between[i].to, strlen(between[i].to));
        axis_interface(&from, &low, &ignored);
        axis_interface(&to, &ignored, &high);
        ck_assert(interface_between(low, high, &name));
        ck_assert_str_eq(name.name, between[i].name);
    }
    axis_interface(&(struct interface){"eth0"}, &low, &high);
    ck_assert(!interface_between(low + 1, low + 3, &name)); /* eth0 and control bytes */
    ck_assert(interface_between(low + 1, axis_max(IPV4, AXIS_IN), &name));
    ck_assert_str_eq(name.name, "eth0#");
    ck_assert(!interface_between(0, 0, &name));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("equiv");
    TCase *tcase = new_case(suite, "marks");

    tcase_add_loop_test(tcase, test_marks, 0, N_OF(marks));
    tcase_add_loop_test(new_case(suite, "tables"), test_tables, 0, N_OF(tables));
    tcase_add_test(new_case(suite, "interfaces"), test_interfaces);
    return run_suite(suite);
}
