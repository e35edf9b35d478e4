/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/save_read.h"

#include "check_util.h"

static void show_prefix(struct buf *out, const char *name, const struct seen_prefix *p)
{
    if (!p->given)
        return;
    buf_printf(out, " %s%s=", p->negated ? "!" : "", name);
    prefix_print(out, &p->prefix);
}

static void show_interface(struct buf *out, const char *name, const struct seen_interface *i)
{
    if (i->given)
        buf_printf(out, " %s%s=%s", i->negated ? "!" : "", name, i->interface.name);
}

static void show_ports(struct buf *out, const struct seen_ports *p)
{
    buf_printf(out, " %s%s%s=", p->negated ? "!" : "", p->source ? "s" : "", p->destination ? "d" : "");
    for (uint32_t i = 0; i < p->n; i++)
        buf_printf(out, "%s%u-%u", i ? "," : "", p->at[i].low, p->at[i].high);
}

static void show_test(struct buf *out, const struct seen_test *t)
{
    static const char *const names[] = {"mark", "ct", "mac", "icmp",  "sr",  "dr",
                                        "st",   "dt", "pkt", "flags", "frag"};

    buf_printf(out, " %s%s", t->negated ? "!" : "", names[t->field]);
    switch ((enum seen_field)t->field) {
    case TEST_MARK:
    case TEST_CONNMARK:
    case TEST_TCP_FLAGS: buf_printf(out, "=%x/%x", t->bits.value, t->bits.mask); break;
    case TEST_MAC:
        buf_char(out, '=');
        mac_print(out, &t->mac);
        break;
    case TEST_ICMP:
        if (t->icmp.any)
            buf_str(out, "=any");
        else
            buf_printf(out, "=%u/%u-%u", t->icmp.type, t->icmp.code_low, t->icmp.code_high);
        break;
    case TEST_SRC_RANGE:
    case TEST_DST_RANGE:
        buf_char(out, '=');
        address_print(out, (enum family)t->range.family, t->range.low);
        buf_char(out, '-');
        address_print(out, (enum family)t->range.family, t->range.high);
        break;
    case TEST_SRC_TYPE:
    case TEST_DST_TYPE:
    case TEST_PACKET_TYPE: buf_printf(out, "=%x", t->types); break;
    case TEST_FRAGMENT: break;
    }
}

static void show_effect(struct buf *out, const struct seen_rule *r)
{
    static const char *const names[] = {"",      "mark",    "connmark", "save",    "restore", "anymark",
                                        "anyct", "untrack", "template", "newdest", "newsrc",  "unknown"};

    if (r->effect != EFFECT_NONE)
        buf_printf(out, " %s", names[r->effect]);
    if (r->effect == EFFECT_MARK || r->effect == EFFECT_CONNMARK)
        buf_printf(out, "=%x/%x", r->value, r->mask);
    if (r->effect == EFFECT_SAVE_MARK || r->effect == EFFECT_RESTORE_MARK)
        buf_printf(out, "=%x/%x", r->mask, r->connmark_mask);
}

/* The rule in a few words: chain, tests, what else is known, what it does. */
static void show(struct buf *out, const struct seen_rule *r)
{
    static const char *const actions[] = {"ACCEPT", "DROP", "RETURN", "on", "jump", "goto", "unknown"};

    buf_str(out, r->chain);
    show_prefix(out, "src", &r->src);
    show_prefix(out, "dst", &r->dst);
    show_interface(out, "in", &r->in);
    show_interface(out, "out", &r->out);
    if (r->protocol_given)
        buf_printf(out, " %sp=%u", r->protocol_negated ? "!" : "", r->protocol);
    for (unsigned i = 0; i < r->n_ports; i++)
        show_ports(out, &r->ports[i]);
    if (r->states_given)
        buf_printf(out, " %sst=%x", r->states_negated ? "!" : "", r->states);
    for (uint32_t i = 0; i < r->n_tests; i++)
        show_test(out, &r->tests[i]);
    buf_str(out, r->syn_only ? " syn" : "");
    buf_str(out, r->unknown ? " ?" : "");
    buf_str(out, r->has_match ? " m" : "");
    if (r->tag)
        buf_printf(out, " tag=%s", r->tag);
    buf_printf(out, " > %s %s", actions[r->action], r->jump);
    show_effect(out, r);
}

/* `?`: something is unknown; `m`: it has a match beside comments. NULL: no rule. */
static const struct {
    const char *line, *shown;
} lines[] = {
    {"-A INPUT", "INPUT > on "},
    {"-A INPUT -j ACCEPT", "INPUT > ACCEPT ACCEPT"},
    {"[12:345] -A INPUT -j DROP", "INPUT > DROP DROP"},
    {"  --append  INPUT\t--jump DROP", "INPUT > DROP DROP"},
    {"-A \"a b\" -j DROP", "a b > DROP DROP"},
    {"-A INPUT -j REJECT --reject-with icmp-port-unreachable", "INPUT > DROP REJECT"},
    {"-A INPUT -j RETURN", "INPUT > RETURN RETURN"},
    {"-A INPUT -j f2b-sshd", "INPUT > jump f2b-sshd"},
    {"-A INPUT -g mine", "INPUT > goto mine"},
    {"-A INPUT --goto mine", "INPUT > goto mine"},
    {"-A INPUT -j DOCKER", "INPUT > unknown DOCKER unknown"},
    {"-A INPUT -j DOCKER-USER", "INPUT > jump DOCKER-USER"},
    {"-A INPUT -j NFQUEUE --queue-num 1", "INPUT > unknown NFQUEUE unknown"},
    {"-A INPUT -j DNAT --to-destination 10.0.0.1:80", "INPUT > ACCEPT DNAT newdest"},
    {"-A INPUT -j LOG --log-prefix \"-s 10.0.0.0/8 \"", "INPUT > on LOG"},
    {"-A INPUT -j MARK --set-xmark 0x1/0x1", "INPUT > on MARK mark=1/1"},
    {"-A INPUT -j CT --notrack", "INPUT > on CT untrack"},
    {"-A INPUT -j TCPMSS --clamp-mss-to-pmtu", "INPUT > on TCPMSS"},
    /* each test, and its opposite */
    {"-A a -s 10.0.0.0/8 -j ACCEPT", "a src=10.0.0.0/8 m > ACCEPT ACCEPT"},
    {"-A a ! --source 10.0.0.1 -j ACCEPT", "a !src=10.0.0.1/32 m > ACCEPT ACCEPT"},
    {"-A a -d 2001:db8::/32 -j ACCEPT", "a dst=2001:db8::/32 m > ACCEPT ACCEPT"},
    {"-A a ! -d 2001:db8::1/128 -j ACCEPT", "a !dst=2001:db8::1/128 m > ACCEPT ACCEPT"},
    {"-A a -i eth0 ! -o eth+ -j ACCEPT", "a in=eth0 !out=eth+ m > ACCEPT ACCEPT"},
    {"-A a ! --in-interface lo --out-interface lo", "a !in=lo out=lo m > on "},
    {"-A a -p tcp", "a p=6 m > on "},
    {"-A a ! -p udp", "a !p=17 m > on "},
    {"-A a -p 132", "a p=132 m > on "},
    {"-A a -p vrrp", "a p=112 m > on "},
    {"-A a -p carp", "a p=112 m > on "},
    {"-A a -p 112", "a p=112 m > on "},
    {"-A a -p ipv6-icmp", "a p=58 m > on "},
    {"-A a -p icmpv6", "a p=58 m > on "},
    {"-A a -p icmp", "a p=1 m > on "},
    {"-A a -p gre", "a p=47 m > on "},
    {"-A a -p udplite", "a p=136 m > on "},
    {"-A a -p tcp -m tcp --dport 80", "a p=6 d=80-80 m > on "},
    {"-A a -p tcp -m tcp ! --dport 80:90", "a p=6 !d=80-90 m > on "},
    {"-A a -p tcp -m tcp --sport :1023", "a p=6 s=0-1023 m > on "},
    {"-A a -p tcp -m tcp --sport 1024: --dport 0", "a p=6 s=1024-65535 d=0-0 m > on "},
    {"-A a -p udp -m multiport --dports 80,443,1000:2000", "a p=17 d=80-80,443-443,1000-2000 m > on "},
    {"-A a -p udp -m multiport ! --sports 53", "a p=17 !s=53-53 m > on "},
    {"-A a -p udp -m multiport --ports 53,54", "a p=17 sd=53-53,54-54 m > on "},
    {"-A a -m state --state NEW", "a st=1 m > on "},
    {"-A a -m conntrack --ctstate RELATED,ESTABLISHED", "a st=6 m > on "},
    {"-A a -m conntrack ! --ctstate INVALID,UNTRACKED", "a !st=18 m > on "},
    {"-A a -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN", "a p=6 flags=2/17 syn m > on "},
    /* tests of the list */
    {"-A a -f", "a frag m > on "},
    {"-A a ! -f -j DROP", "a !frag m > DROP DROP"},
    {"-A a -p tcp -m tcp --tcp-flags SYN,ACK SYN", "a p=6 flags=2/12 m > on "},
    {"-A a -p tcp -m tcp --tcp-flags ALL NONE", "a p=6 flags=0/3f m > on "},
    {"-A a -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN", "a p=6 !flags=2/17 m > on "},
    {"-A a -p tcp -m tcp ! --syn", "a p=6 !flags=2/17 m > on "},
    {"-A a -p tcp -m tcp --tcp-flags SYN,FOO SYN", "a p=6 ? m > on "},
    {"-A a -p tcp -m tcp --tcp-flags SYN", "a p=6 ? m > on "},
    {"-A a -m mark --mark 0x50", "a mark=50/ffffffff m > on "},
    {"-A a -m mark ! --mark 0x4000/0x4000", "a !mark=4000/4000 m > on "},
    {"-A a -m mark --mark 80/255", "a mark=50/ff m > on "},
    {"-A a -m mark --mark 010", "a ? m > on "},
    {"-A a -m mark --mark 0x1 -m connmark --mark 0x2/0x2", "a mark=1/ffffffff ct=2/2 m > on "},
    {"-A a -m nosuch --mark 0x1", "a ? m > on "},
    {"-A a -m mac ! --mac-source 52:54:00:12:34:56 -j DROP", "a !mac=52:54:00:12:34:56 m > DROP DROP"},
    {"-A a -m mac --mac-source 52:54:00:12:34", "a ? m > on "},
    {"-A a -p icmp -m icmp --icmp-type 8 -j ACCEPT", "a p=1 icmp=8/0-255 m > ACCEPT ACCEPT"},
    {"-A a -p icmp -m icmp ! --icmp-type 3/4", "a p=1 !icmp=3/4-4 m > on "},
    {"-A a -p icmp -m icmp --icmp-type any", "a p=1 icmp=any m > on "},
    {"-A a -p icmp -m icmp --icmp-type 255", "a p=1 icmp=any m > on "},
    {"-A a -p icmp -m icmp --icmp-type echo-request", "a p=1 ? m > on "},
    {"-A a -p ipv6-icmp -m icmp6 --icmpv6-type 255", "a p=58 icmp=255/0-255 m > on "},
    {"-A a -p ipv6-icmp -m icmp6 --icmpv6-type 1/256", "a p=58 ? m > on "},
    {"-A a -m iprange --src-range 10.0.0.1-10.0.0.9", "a sr=10.0.0.1-10.0.0.9 m > on "},
    {"-A a -m iprange --src-range ::1-::2 ! --dst-range ::5-::9", "a sr=::1-::2 !dr=::5-::9 m > on "},
    {"-A a -m iprange --src-range 10.0.0.1-::9", "a ? m > on "},
    {"-A a -m addrtype --dst-type LOCAL -j DOCKER", "a dt=2 m > unknown DOCKER unknown"},
    {"-A a -m addrtype ! --src-type LOCAL,MULTICAST", "a !st=a m > on "},
    {"-A a -m addrtype --dst-type LOCAL --limit-iface-in", "a dt=2 ? m > on "},
    {"-A a -m addrtype --dst-type HERE", "a ? m > on "},
    {"-A a -m pkttype --pkt-type multicast -j DROP", "a pkt=4 m > DROP DROP"},
    {"-A a -m pkttype --pkt-type unicast,multicast", "a ? m > on "},
    /* what targets do */
    {"-A a -j MARK --set-xmark 0x50/0xffffffff", "a > on MARK mark=50/ffffffff"},
    {"-A a -j MARK --set-xmark 0x4000/0x0", "a > on MARK mark=4000/0"},
    {"-A a -j MARK --set-mark 0x9/0x8", "a > on MARK mark=9/9"},
    {"-A a -j MARK --set-mark 7", "a > on MARK mark=7/ffffffff"},
    {"-A a -j MARK --and-mark 0xff", "a > on MARK mark=0/ffffff00"},
    {"-A a -j MARK --or-mark 0xff", "a > on MARK mark=ff/ff"},
    {"-A a -j MARK --xor-mark 0xff", "a > on MARK mark=ff/0"},
    {"-A a -j MARK", "a > on MARK anymark"},
    {"-A a -j MARK --set-mark x", "a > on MARK anymark"},
    {"-A a -j MARK --or-mark 1/2", "a > on MARK anymark"},
    {"-A a -j CONNMARK --set-xmark 0x1/0x3", "a > on CONNMARK connmark=1/3"},
    {"-A a -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xf0", "a > on CONNMARK save=ff/f0"},
    {"-A a -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xf0", "a > on CONNMARK restore=ff/f0"},
    {"-A a -j CONNMARK --restore-mark", "a > on CONNMARK restore=ffffffff/ffffffff"},
    {"-A a -j CONNMARK --restore-mark --mask 0x3", "a > on CONNMARK restore=3/3"},
    {"-A a -j CONNMARK --restore-mark --left-shift-mark 3", "a > on CONNMARK unknown"},
    {"-A a -j CONNMARK --nfmask 0x1 --restore-mark", "a > on CONNMARK unknown"},
    {"-A a -j CONNMARK --nfmask --restore-mark --restore-mark", "a > on CONNMARK unknown"},
    {"-A a -j CONNMARK", "a > on CONNMARK unknown"},
    {"-A a -j CT --notrack", "a > on CT untrack"},
    {"-A a -j CT --helper ftp", "a > on CT template"},
    {"-A a -j NOTRACK", "a > on NOTRACK untrack"},
    {"-A a -j SET --add-set x src", "a > on SET"},
    {"-A a -j SET --map-set x src --map-mark", "a > on SET anymark"},
    {"-A a -j HMARK --hmark-tuple src --hmark-mod 2 --hmark-rnd 0x1", "a > on HMARK anymark"},
    {"-A a -j SNAT --to-source 10.0.0.1", "a > ACCEPT SNAT newsrc"},
    /* what is not known */
    {"-A a -m nosuch", "a ? m > on "},
    {"-A a -m limit --limit 3/sec -j ACCEPT", "a ? m > ACCEPT ACCEPT"},
    {"-A a -m set ! --match-set bad src -s 10.0.0.0/8", "a src=10.0.0.0/8 ? m > on "},
    {"-A a -m nosuch --words one two three -i eth0", "a in=eth0 ? m > on "},
    {"-A a -p tcp -m tcp --tcp-option 2 -j DROP", "a p=6 ? m > DROP DROP"},
    {"-A a -p tcp -m tcp --dport http -j DROP", "a p=6 ? m > DROP DROP"},
    {"-A a -p tcp -m tcp --dport 65536 -j DROP", "a p=6 ? m > DROP DROP"},
    {"-A a -p tcp -m tcp --dport 90:80 -j DROP", "a p=6 ? m > DROP DROP"},
    {"-A a -jDROP", "a ? m > unknown  unknown"},
    {"-A a -m string --string \"-j\" --algo bm -j DROP", "a ? m > DROP DROP"},
    {"-A a -j ACCEPT -p udp", "a ? m > ACCEPT ACCEPT"},
    /* comments: the first that is lbgen's is the tag */
    {"-A a -m comment --comment \"lbgen:web\" -j ACCEPT", "a tag=web > ACCEPT ACCEPT"},
    {"-A a -m comment --comment lbgen:web", "a tag=web > on "},
    {"-A a -m comment --comment \"lbgen:rules\" -m comment --comment \"lbgen:x\"", "a tag=rules > on "},
    {"-A a -m comment --comment \"mine\" -m comment --comment \"lbgen:x\"", "a tag=x > on "},
    {"-A a -m comment --comment \"not lbgen:web\"", "a > on "},
    {"-A a -m comment --comment \"-j DROP\" -j ACCEPT", "a > ACCEPT ACCEPT"},
    {"-A a -m comment --comment \"a \\\"b\\\" -p tcp\"", "a > on "},
    {"-A a -m comment --comment \"\" -j ACCEPT", "a > ACCEPT ACCEPT"},
    {"-A a -p tcp -m comment --comment lbgen:w -m tcp --dport 1 -j x", "a p=6 d=1-1 m tag=w > jump x"},
    /* no rules */
    {"", NULL},
    {"   ", NULL},
    {"-A", NULL},
    {"[1:2]", NULL},
    {"[1:2] [3:4] -A INPUT", NULL},
    {"-I INPUT -j ACCEPT", NULL},
    {"-D INPUT -j ACCEPT", NULL},
    {"A INPUT", NULL},
    {":INPUT ACCEPT [0:0]", NULL},
    {"COMMIT", NULL},
    {"iptables -A INPUT -j ACCEPT", NULL},
};

START_TEST(test_lines)
{
    size_t len = strlen(lines[_i].line);
    char *line = exact_copy(lines[_i].line, len);
    struct arena mem = {0};
    struct seen_rule rule;
    struct buf shown = {0};

    bool taken = save_read_rule(line, len, &mem, &rule);
    ck_assert_msg(taken == (lines[_i].shown != NULL), "%s", lines[_i].line);
    if (taken) {
        show(&shown, &rule);
        ck_assert_msg(strcmp(buf_text(&shown), lines[_i].shown) == 0, "%s\nis read as\n%s\ninstead of\n%s",
                      lines[_i].line, buf_text(&shown), lines[_i].shown);
    }
    buf_free(&shown);
    arena_free(&mem);
    free(line);
}
END_TEST

/* Whatever the words are: no crash, and a target that was read stays. */
START_TEST(test_chance)
{
    static const char *const words[] = {"-s",
                                        "-d",
                                        "-i",
                                        "-o",
                                        "-p",
                                        "!",
                                        "-m",
                                        "tcp",
                                        "--dport",
                                        "--dports",
                                        "--sports",
                                        "80",
                                        "80,90",
                                        "1:2:3",
                                        "10.0.0.0/8",
                                        "::/0",
                                        "eth+",
                                        "--comment",
                                        "lbgen:x",
                                        "\"",
                                        "--ctstate",
                                        "NEW,",
                                        "--tcp-flags",
                                        "multiport",
                                        "-f",
                                        "\"a b\"",
                                        ",",
                                        ":",
                                        "--limit",
                                        "NEW",
                                        "conntrack",
                                        "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
                                        "[1:2]",
                                        "--goto=",
                                        "-g",
                                        "--jump",
                                        "-j",
                                        "ACCEPT",
                                        "mark",
                                        "connmark",
                                        "--mark",
                                        "0x1/0x3",
                                        "MARK",
                                        "CONNMARK",
                                        "--set-xmark",
                                        "--restore-mark",
                                        "--nfmask",
                                        "icmp",
                                        "--icmp-type",
                                        "8/0",
                                        "iprange",
                                        "--src-range",
                                        "10.0.0.1-10.0.0.9",
                                        "addrtype",
                                        "--dst-type",
                                        "LOCAL,",
                                        "mac",
                                        "--mac-source",
                                        "pkttype",
                                        "--pkt-type",
                                        "CT",
                                        "--notrack",
                                        "--syn",
                                        "SYN,ACK"};
    struct chance chance = {7};

    for (int i = 0; i < 20000; i++) {
        struct arena mem = {0};
        struct seen_rule rule;
        struct buf line = {0};

        buf_str(&line, "-A INPUT");
        for (uint32_t n = chance_below(&chance, 12); n; n--)
            buf_printf(&line, " %s", words[chance_below(&chance, N_OF(words))]);
        char *exact = exact_copy(line.at, line.len);
        MUST(save_read_rule(exact, line.len, &mem, &rule));
        MUST(rule.n_ports <= SEEN_PORT_TESTS && rule.jump && strcmp(rule.chain, "INPUT") == 0);
        free(exact);
        buf_free(&line);
        arena_free(&mem);
    }
}
END_TEST

static Suite *save_read_suite(void)
{
    Suite *s = suite_create("save_read");
    TCase *t = new_case(s, "save_read");

    tcase_add_loop_test(t, test_lines, 0, N_OF(lines));
    tcase_add_test(t, test_chance);
    return s;
}

int main(void)
{
    return run_suite(save_read_suite());
}
