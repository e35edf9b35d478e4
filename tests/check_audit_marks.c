/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/audit_marks.h"
#include "lbgen/save_set.h"

#include "check_input.h"

#define WEB(mark)   "[service web]\nvip = 192.0.2.10\nports = 80, 443\nfwmark = " mark "\n"
#define V6(mark)    "[service six]\nvip = 2001:db8::1\nports = 80\nfwmark = " mark "\n"
#define T(t, rules) "*" t "\n" rules "COMMIT\n"
#define PRE(rules)  T("mangle", ":PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n" rules)
#define OWN                                                                                                  \
    "-A PREROUTING -d 192.0.2.10/32 -m comment --comment \"lbgen:web\" -j MARK --set-xmark "                 \
    "0x50/0xffffffff\n"

/* An input, an iptables-save file, and what is said of its rules, one line each ("" : nothing at all). */
static const struct {
    const char *ini, *rules, *said;
} cases[] = {
    {WEB("80"), T("filter", ""), ""},
    {WEB("80"), T("filter", "-A INPUT -p tcp -j ACCEPT\n"), ""},
    /* Bits that are tested, by whatever packets. */
    {WEB("0x4050"), T("filter", "-A FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT\n"),
     "tests mark bits 0x4000 (as kube-proxy does), some of which service 'web' sets too (fwmark 16464, "
     "0x4050)\n"},
    {WEB("80"), T("filter", "-A FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT\n"), ""},
    {WEB("80"), T("filter", "-A FORWARD -m mark ! --mark 0x40/0xff -j ACCEPT\n"),
     "tests mark bits 0xff, some of"},
    {WEB("80"), T("mangle", "-A OUTPUT -m mark --mark 0x50 -j CONNMARK --save-mark\n"),
     "tests mark bits 0x50"},
    {WEB("80"), T("mangle", "-A POSTROUTING -m mark --mark 0xca6c -j CONNMARK --save-mark\n"),
     "tests mark bits 0xca6c (as wg-quick does)"},
    {WEB("0x10"), T("mangle", "-A POSTROUTING -m mark --mark 0xca6c -j ACCEPT\n"), ""},
    {WEB("80"), T("mangle", "-A POSTROUTING -m mark ! --mark 0x0 -j ACCEPT\n"), "tests mark bits 0xffffffff"},
    {WEB("80"), T("mangle", "-A PREROUTING -m connmark --mark 0x50 -j ACCEPT\n"), ""},
    {V6("80"), T("filter", "-A FORWARD -m mark --mark 0x50/0xff -j ACCEPT\n"), ""}, /* the other family's */
    /* Bits that are written. */
    {WEB("0x20050"), T("mangle", "-A cali-x -j MARK --set-xmark 0x0/0xe0000\n"),
     "writes mark bits 0xe0000 (as Calico does), some of which service 'web' sets too"},
    {WEB("80"), T("mangle", "-A FORWARD -j MARK --set-xmark 0x20000/0x60000\n"), ""},
    {WEB("80"), T("mangle", "-A FORWARD -j MARK --set-xmark 0x50/0xffffffff\n"), "writes mark bits 0x50"},
    {WEB("80"), T("mangle", "-A OUTPUT -j MARK --set-xmark 0x100/0xffffffff\n"), ""},
    {WEB("80"), T("mangle", "-A OUTPUT -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff\n"),
     "writes mark bits 0xff"},
    {WEB("80"), T("mangle", "-A OUTPUT -j CONNMARK --set-xmark 0x50/0xff\n"), ""},
    /* Other bits on a service's packet, between lbgen's rules and IPVS. */
    {WEB("80"), PRE(OWN "-A PREROUTING -j MARK --set-xmark 0x100/0x100\n"),
     "writes mark bits 0x100 on packets of service 'web', such as tcp 203.0.113.9:40000 192.0.2.10:80: IPVS "
     "then does not find fwmark 80\n"},
    {WEB("80"), PRE("-A PREROUTING -j MARK --set-xmark 0x100/0x100\n" OWN), ""}, /* before: lbgen's wins */
    {WEB("80"), PRE("-A PREROUTING -j MARK --set-xmark 0x100/0x100\n"), ""},
    {WEB("80/0xff"), PRE("-A PREROUTING -j MARK --set-xmark 0x100/0x100\n"), "on packets of service 'web'"},
    {WEB("80"), T("raw", "-A PREROUTING -j MARK --set-xmark 0x100/0x100\n"), ""},
    {WEB("80"), PRE("-A INPUT -j MARK --set-xmark 0x100/0x100\n"), "on packets of service 'web'"},
    {WEB("80"), PRE("-A INPUT -j MARK --set-xmark 0x0/0xffffffff\n"),
     "writes the mark on packets of service"},
    {WEB("80"), PRE("-A INPUT -j MARK --set-xmark 0x50/0xffffffff\n"), "writes mark bits 0x50"},
    {WEB("80"), PRE("-A INPUT -j MARK --set-xmark 0x0/0x100\n"), ""}, /* takes away what is not there */
    {WEB("80"), PRE("-A INPUT -j CONNMARK --restore-mark\n"), "writes the mark on packets"},
    {WEB("80"), T("filter", "-A INPUT -p tcp -m tcp --dport 443 -j MARK --set-xmark 0x100/0x100\n"),
     "such as tcp 203.0.113.9:40000 192.0.2.10:443"},
    {WEB("80"), T("filter", "-A INPUT -p tcp -m tcp --dport 22 -j MARK --set-xmark 0x100/0x100\n"), ""},
    {WEB("80"), T("filter", "-A INPUT -p udp -j MARK --set-xmark 0x100/0x100\n"), ""},
    {WEB("80"), T("filter", "-A INPUT -d 192.0.2.11/32 -j MARK --set-xmark 0x100/0x100\n"), ""},
    {WEB("80"), T("filter", "-A INPUT -m mark --mark 0x50/0xff -j MARK --set-xmark 0x100/0x100\n"),
     "tests mark"},
    {WEB("80"), T("filter", "-A INPUT -m mark --mark 0x200/0x200 -j MARK --set-xmark 0x100/0x100\n"), ""},
    {WEB("80"), T("filter", "-A FORWARD -j MARK --set-xmark 0x100/0x100\n"), ""},
    {WEB("80"), T("filter", "-A OUTPUT -j MARK --set-xmark 0x100/0x100\n"), ""},
    /* Chains. */
    {WEB("80"), T("nat", "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000\n"), ""},
    {WEB("80"),
     T("nat",
       ":KUBE-MARK-MASQ - [0:0]\n:S - [0:0]\n-A PREROUTING -j S\n-A S -d 10.96.0.1/32 -j KUBE-MARK-MASQ\n"
       "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000\n"),
     ""},
    {WEB("80"),
     T("nat",
       ":KUBE-MARK-MASQ - [0:0]\n:S - [0:0]\n-A PREROUTING -j S\n-A S -d 192.0.2.0/24 -j KUBE-MARK-MASQ\n"
       "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000\n"),
     "writes mark bits 0x4000 (as kube-proxy does) on packets of service 'web'"},
    {WEB("80"), T("nat", ":A - [0:0]\n:B - [0:0]\n-A PREROUTING -g A\n-A A -j B\n-A B -j A\n"),
     ""}, /* a circle */
    /* lbgen's own. */
    {WEB("80"), PRE(OWN), ""},
    {WEB("80"), PRE(":lbgen.web - [0:0]\n-A lbgen.web -j MARK --set-xmark 0x50/0xffffffff\n"), ""},
};

static void take(void *out, enum table table, const struct set_rule *rule,
                 const struct mark_collision *collision)
{
    MUST(table < TABLES && rule->text_len);
    mark_collision_print(out, collision);
    buf_char(out, '\n');
}

static size_t front_of(const struct rule_set *set)
{
    uint32_t number = rule_set_find(set, TABLE_MANGLE, "PREROUTING");
    size_t i = 0;

    if (number == NO_CHAIN)
        return 0;
    const struct set_chain *chain = &set->of[TABLE_MANGLE].at[number];
    while (i < chain->n && !chain->at[i].tag)
        i++;
    return i;
}

static void said_of(struct made *m, const char *rules, struct buf *out)
{
    struct save_file file = {0};
    struct complaint why;
    struct rule_set set;

    if (!save_file_read(&file, rules, strlen(rules), &why))
        ck_abort_msg("%s\n%s", rules, why.text);
    save_set_make(&file, &set);
    audit_marks(&m->config, IPV4, &set, front_of(&set), take, out);
    rule_set_free(&set);
    save_file_free(&file);
}

START_TEST(test_case)
{
    struct made m;
    struct buf out = {0};

    make(&m, cases[_i].ini, LINT_SERVICES);
    said_of(&m, cases[_i].rules, &out);
    const char *said = cases[_i].said, *got = buf_text(&out), *line_end = strchr(got, '\n');
    bool one_line = line_end && !line_end[1];
    if (*said ? !one_line || !strstr(got, said) : *got)
        ck_abort_msg("of\n%s\nand\n%s\nwas said\n%s\ninstead of\n%s", cases[_i].ini, cases[_i].rules, got,
                     said);
    buf_free(&out);
    made_free(&m);
}
END_TEST

/* Many services, and many rules that none of their packets meets: an end is found. */
START_TEST(test_many)
{
    struct buf ini = {0}, rules = {0}, out = {0};
    struct made m;

    for (unsigned i = 0; i < 20000; i++)
        buf_printf(&ini, "[service s%u]\nvip = 10.0.%u.%u\nports = 80\nfwmark = 0x10000\n", i, i >> 8,
                   i & 255);
    buf_str(&rules, "*nat\n:M - [0:0]\n-A M -j MARK --set-xmark 0x4000/0x4000\n");
    for (unsigned i = 0; i < 20000; i++)
        buf_printf(&rules, "-A PREROUTING -d 10.96.%u.%u/32 -j M\n", i >> 8, i & 255);
    buf_str(&rules, "COMMIT\n");
    make(&m, buf_text(&ini), LINT_SERVICES);
    said_of(&m, buf_text(&rules), &out);
    ck_assert_uint_eq(out.len, 0);
    buf_free(&ini);
    buf_free(&rules);
    buf_free(&out);
    made_free(&m);
}
END_TEST

static Suite *audit_marks_suite(void)
{
    Suite *s = suite_create("audit_marks");
    TCase *t = new_case(s, "audit_marks");

    tcase_add_loop_test(t, test_case, 0, N_OF(cases));
    tcase_add_test(t, test_many);
    return s;
}

int main(void)
{
    return run_suite(audit_marks_suite());
}
