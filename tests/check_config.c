/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/config.h"

#include <stdio.h>

#include "check_input.h"

#define WEB "[service web]\nvip = 192.0.2.10\nports = 80\nfwmark = 80\n"

/* What is wrong with sections, names and keys: all that is said. */
static const struct input_case said[] = {
    {"[servce web]\nvip = x\n", "t.ini:1:1: error: unknown section [servce web]; there are vrrp, service, "
                                "template, lbgen, rules and expect\n"
                                "    [servce web]\n    ^~~~~~~~~~~~\n"},
    {"[]\nk = v\n",
     "t.ini:1:1: error: unknown section []; there are vrrp, service, template, lbgen, rules and expect\n"
     "    []\n    ^~\n"},
    {"[Service web]\n",
     "t.ini:1:1: error: unknown section [Service web]; there are vrrp, service, template, lbgen, "
     "rules and expect\n    [Service web]\n    ^~~~~~~~~~~~~\n"},
    {"[service]\nvip = x\n",
     "t.ini:1:1: error: a name is missing, as in [service web]\n    [service]\n    ^~~~~~~~~\n"
     "t.ini:2:7: error: 'x' is no IPv4 or IPv6 address or prefix\n    vip = x\n          ^\n"},
    {"[rules]\n", "t.ini:1:1: error: a name is missing, as in [rules filter]\n    [rules]\n    ^~~~~~~\n"},
    {"[vrrp eth0]\n",
     "t.ini:1:1: error: [vrrp] takes no name: write [vrrp]\n    [vrrp eth0]\n    ^~~~~~~~~~~\n"},
    {"[lbgen x]\n", "t.ini:1:1: error: [lbgen] takes no name: write [lbgen]\n    [lbgen x]\n    ^~~~~~~~~\n"},
    {"vip = x\n[vrrp]\n", "t.ini:1:1: error: 'vip' stands before the first section of its file: write "
                          "[service NAME] or another above it\n    vip = x\n    ^~~\n"},
    {"[rules users]\nrule = x\n",
     "t.ini:1:8: error: there is no table 'users'; [rules] go to filter, nat, mangle, "
     "raw or security\n    [rules users]\n           ^~~~~\n"},
    {"[lbgen]\nkey = x\n",
     "t.ini:2:1: error: unknown key 'key' in [lbgen]; lbgen.ini(5) lists its keys\n    key = x\n    ^~~\n"},
    {"[vrrp]\nvip = x\n",
     "t.ini:2:1: error: unknown key 'vip' in [vrrp]; lbgen.ini(5) lists its keys\n    vip = x\n    ^~~\n"},
    {"[rules nat]\nrule5 = x\n", "t.ini:2:1: error: unknown key 'rule5' in [rules]; lbgen.ini(5) lists its "
                                 "keys\n    rule5 = x\n    ^~~~~\n"},
    {"[template t]\nvip = 192.0.2.1\n",
     "t.ini:2:1: error: a template has no vip: each service has its own\n    vip = 192.0.2.1\n    ^~~\n"},
    {WEB "scheduler =\n", "t.ini:5:1: error: 'scheduler' has no value: write one, or leave it out\n    "
                          "scheduler =\n    ^~~~~~~~~\n"},
    {WEB "fwmark = 81\n", "t.ini:5:1: error: 'fwmark' is given twice in this section; it takes one value\n   "
                          " fwmark = 81\n    ^~~~~~\n"},
    {WEB WEB, "t.ini:5:10: error: service 'web' is there already: give one of them another name\n    "
              "[service web]\n             ^~~\n"
              "t.ini:1:1: note: the first one is here\n"},
    {"[template t]\n[template t]\n", "t.ini:2:11: error: template 't' is there already: give one of them "
                                     "another name\n    [template t]\n              ^\n"
                                     "t.ini:1:1: note: the first one is here\n"},
    {"[service a b]\n",
     "t.ini:1:11: error: a name begins with a letter or digit and goes on with these and . _ -\n"
     "    [service a b]\n              ^\n"},
    {"[service none]\n", "t.ini:1:10: error: the name 'none' is taken by lbgen itself: choose another\n    "
                         "[service none]\n             ^~~~\n"},
};

START_TEST(test_said)
{
    check_said(said[_i].text, said[_i].said, 0);
}
END_TEST

/* One refused line each: text and a piece of what is said. */
static const struct input_case refused[] = {
    {"[service vrrp]\n", "is taken"},
    {"[service rules]\n", "is taken"},
    {"[template tree]\n", "is taken"},
    {"[expect none]\n", "is taken"},
    {"[service -a]\n", ":10: error: a name begins"},
    {"[service .a]\n", ":10: error: a name begins"},
    {"[service a/b]\n", ":11: error: a name begins"},
    {"[service ../a]\n", "a name begins"},
    {"[service \xc3\xa4]\n", "a name begins"},
    {"[service a\"b]\n", "a name begins"},
    {"[service 01234567890123456789012345678901234567890]\n",
     "this name has 41 bytes; names have at most 40"},
    {"[rules Filter]\n", "there is no table 'Filter'"},
    {"[vrrp]\naccept = maybe\n", ":10: error: unknown value 'maybe': accept is yes or no"},
    {"[vrrp]\naccept = Yes\n", "unknown value 'Yes'"},
    {"[vrrp]\naccept = yes no\n", "unknown value 'yes no'"},
    {"[vrrp]\naccept = yes\naccept = yes\n", "t.ini:3:1: error: 'accept' is given twice"},
    {"[vrrp]\naccept = yes\n[vrrp]\naccept = no\n", "t.ini:4:1: error: 'accept' is given twice"}, /* merged */
    {"[vrrp]\nauthentication = md5\n", "authentication is none or ah"},
    {"[vrrp]\nsource = host\n", "'host' is no IPv4 or IPv6 address or prefix"},
    {"[vrrp]\nsource = 192.0.2.1/24\n", "write 192.0.2.1, or 192.0.2.0/24 for all 256"},
    {"[vrrp]\ninterface = eth0:1\n", ":17: error: an interface name"},
    {"[lbgen]\nlayout = bush\n", "layout is auto, flat or tree"},
    {"[lbgen]\nfwmark-mask = 0\n", "a mask is 1..0xffffffff"},
    {"[lbgen]\nfwmark-mask = 0x1ffffffff\n", "a mask is"},
    {"[lbgen]\nfwmark-mask = 1\nfwmark-mask = 1\n", "given twice"},
    {"[rules filter]\npolicy = INPUT\n", "a policy is written"},
    {"[rules filter]\npolicy = INPUT REJECT\n", "t.ini:2:16: error: a policy is ACCEPT or DROP"},
    {"[rules filter]\npolicy = INPUT DROP x\n", "a policy is written"},
    {"[rules filter]\npolicy = PREROUTING DROP\n", "t.ini:2:10: error: table filter has no built-in chain"},
    {"[rules filter]\npolicy = lbgen.u.x DROP\n", "has no built-in chain"},
    {"[rules nat]\npolicy = OUTPUT DROP\n", "t.ini:2:17: error: table nat is not for filtering"},
    {"[rules raw]\npolicy = INPUT DROP\n", "table raw has no built-in chain"},
    {"[rules filter]\npolicy = INPUT DROP\npolicy4 = INPUT ACCEPT\n",
     "t.ini:3:1: error: the policy of INPUT is given twice"},
    {"[rules filter]\npolicy = INPUT DROP\npolicy = INPUT DROP\n", "given twice"},
    {"[rules filter]\nrule =\n", "'rule' has no value"},
    {"[expect x]\npacket = tcp\n", "a packet is written"},
    {"[expect x]\nverdict = accept\n", "verdict is DROP or ACCEPT"},
    {"[expect x]\nverdict = REJECT\n", "verdict is DROP or ACCEPT"},
    {"[expect x]\nfwmark = 4294967296\n", "an expected fwmark is 1..4294967295"},
    {"[expect x]\nfwmark = 0\n", "an expected fwmark is 1..4294967295"},
    {"[expect x]\nfwmark = 80/0xff\n", "an expected fwmark"},
    {"[expect x]\nservice = a b\n", "a name begins"},
    {"[expect x]\nfwmark = 1\nfwmark = 1\n", "given twice"},
    {"[expect x]\n[expect x]\n", "expect 'x' is there already"},
    {"[service web]\nfwmark =\nfwmark = 5\n", "given twice"}, /* an empty one counts */
    {"[service web]\nport = 80\n", "unknown key 'port' in [service]"},
    {"[service web]\nipvsadm = x\n", "unknown key 'ipvsadm'"},
    {"[rules filter]\nfilter = x\n", "unknown key"},
};

START_TEST(test_refused)
{
    check_says(refused[_i].text, refused[_i].said, 0);
}
END_TEST

/* The refused parts are out, everything else is in, and later errors are found too. */
START_TEST(test_goes_on)
{
    struct made m;
    const char *printed =
        make(&m,
             "[service a]\nvip = 192.0.2.1, bad, 192.0.2.2\nports = 80, 0, 443\nfwmark = 1\n"
             "[service a]\nvip = worse\n"
             "[servce b]\nvip = not looked at\n"
             "[unclosed\nvip = not looked at\n"
             "[service b]\nfwmark = 0\nnokey = 1\nports = any, 80\n"
             "[rules filter]\npolicy = INPUT DROP\nrule = -A INPUT -j ACCEPT\npolicy = FORWARD x\n",
             0);

    ck_assert_msg(diag_errors(&m.diag) == 10, "%s", printed);
    ck_assert_ptr_null(strstr(printed, "not looked at"));
    ck_assert_uint_eq(m.config.services.n, 2);
    ck_assert_uint_eq(m.config.services.at[0].vips.n, 2);
    ck_assert_uint_eq(m.config.services.at[0].ports.n, 2);
    ck_assert_uint_eq(m.config.services.at[1].ports.n, 1);
    ck_assert_uint_eq(m.config.rules.n, 1);
    ck_assert_uint_eq(m.config.policies.n, 1);
    made_free(&m);
}
END_TEST

/* Everything that the specification's own example has. */
START_TEST(test_whole_section)
{
    struct made m;
    const char *printed = make(
        &m,
        "[vrrp]\naccept = yes\ninterface = eth0\nsource = 192.0.2.2, fe80::/10\nauthentication = ah\nsync = "
        "yes\n"
        "[service web]\nvip = 192.0.2.10, 2001:db8::10\nprotocol = tcp\nports = 80, 443\nfwmark = 0x50/0xff\n"
        "interface = eth1 br+\nsource = 198.51.100.0/24\nexclude-mac = 52:54:00:12:34:56\naccept = no\n"
        "masquerade = 10.0.0.0/24\nmasquerade-ports = 20\nmasquerade-out = eth0\nsnat = no\noverride = no\n"
        "scheduler = rr\nscheduler-flags = sh-port,sh-fallback,mh-port\nforwarding = nat\npersistence = 300\n"
        "persistence-mask = 255.255.255.0\none-packet = no\nreal-server = 10.0.0.11 weight 2 forwarding dr\n"
        "real-server = 10.0.0.12\nsorry-server = 10.0.0.99\ncheck = http 80 /ok\nkeepalived = delay_loop 6\n"
        "keepalived = x ; y\n"
        "[lbgen]\nlayout = auto\nfwmark-mask = 0xffff\n"
        "[rules filter]\npolicy = INPUT DROP\npolicy6 = FORWARD ACCEPT\nrule = -A INPUT -i lo -j "
        "ACCEPT\nrule4 = x\nrule6 = y\n"
        "[expect https]\npacket = tcp 203.0.113.9:40000 192.0.2.10:443 eth1\nfwmark = 80\nverdict = "
        "DROP\nservice = web\n",
        0);

    ck_assert_str_eq(printed, "");
    const struct config *c = &m.config;
    const struct service *s = &c->services.at[0];
    const struct service_more *more = s->more;
    ck_assert(c->vrrp.accept && c->vrrp.ah && c->vrrp.sync && c->vrrp.interfaces.n == 1 &&
              c->vrrp.sources.n == 2);
    ck_assert_uint_eq(c->services.n, 1);
    ck_assert(s->name_len == 3 && memcmp(s->name, "web", 3) == 0);
    ck_assert(s->vips.n == 2 && s->vips.at[1].family == IPV6 && s->n_protocols == 1 && s->ports.n == 2);
    ck_assert(s->mark.value == 80 && s->mark.mask == 255 && s->mark_has_mask);
    ck_assert(more->interfaces.n == 2 && strcmp(more->interfaces.at[1].name, "br+") == 0);
    ck_assert(more->sources.n == 1 && more->exclude_macs.n == 1 && more->masquerade.n == 1);
    ck_assert(!more->accept && !more->snat && !more->override && !more->one_packet);
    ck_assert(more->masquerade_ports.n == 1 && more->masquerade_ports.at[0].low == 20);
    ck_assert_str_eq(more->scheduler, "rr");
    ck_assert_uint_eq(more->scheduler_flags, SCHED_SH_PORT | SCHED_SH_FALLBACK | SCHED_MH_PORT);
    ck_assert(more->persistence == 300 && more->persistence_mask == 24 && more->n_real_servers == 2);
    ck_assert(more->real_servers[0].weight == 2 && more->real_servers[0].forwarding == FORWARDING_DR);
    ck_assert(more->real_servers[1].weight == 1 && !more->real_servers[1].weight_given &&
              !more->real_servers[1].forwarding_given);
    ck_assert(more->check == CHECK_HTTP && more->check_port == 80 && more->n_keepalived == 2);
    ck_assert_str_eq(more->check_path, "/ok");
    ck_assert_str_eq(more->keepalived[0], "delay_loop 6");
    ck_assert_str_eq(more->keepalived[1], "x"); /* what follows is a comment */
    ck_assert_uint_eq(c->settings.fwmark_mask, 0xffff);
    ck_assert(c->policies.n == 2 && c->policies.at[0].drop &&
              c->policies.at[0].families == FAMILY_BITS_BOTH && !c->policies.at[1].drop &&
              c->policies.at[1].families == FAMILY_BIT_6);
    ck_assert(c->rules.n == 3 && c->rules.at[0].either && !c->rules.at[1].either &&
              c->rules.at[1].families == FAMILY_BIT_4 && c->rules.at[2].families == FAMILY_BIT_6);
    ck_assert_str_eq(c->rules.at[0].text, "-A INPUT -i lo -j ACCEPT");
    const struct expect *e = &c->expects.at[0];
    ck_assert(e->mark_given && e->mark == 80 && e->verdict_given && !e->accepted && e->packet.dport == 443);
    ck_assert_str_eq(e->service, "web");
    made_free(&m);
}
END_TEST

/* Forms that must be accepted without a word. */
static const char *const fine[] = {
    "",
    "; nothing\n",
    "[vrrp]\n[vrrp]\n",
    "[vrrp]\naccept = no\n[lbgen]\n[vrrp]\nsync = yes\n",
    "[rules filter]\n[rules filter]\nrule = x\n[rules filter]\nrule = x\n",
    "[rules filter]\npolicy4 = INPUT DROP\npolicy6 = INPUT ACCEPT\n",
    "[rules filter]\npolicy = INPUT\tDROP\n",
    "[service 0]\n[service A.b_c-d]\n[service 0123456789012345678901234567890123456789]\n",
    "[service web]\n[template web]\n[expect web]\n", /* three spaces of names */
    "[service\tweb]\n[  service   app  ]\n",
    (WEB "vip = 192.0.2.11\nports = 443\n"), /* a repeated key adds to a list */
    "[service web]\nfwmark =\n  80\n",       /* the value on a line of its own */
    "[service web]\nscheduler =\n    rr\n",
    "[service web]\nvip =\n  192.0.2.1,\n  192.0.2.2 ; second\n\n  # third\n  192.0.2.3\n",
    "[service web]\nreal-server =\n  10.0.0.1\n  weight 5\n",
    "[service web]\nkeepalived = lvs_sched rr\n",
    "[expect x]\nfwmark = none\nservice = none\n",
    "[expect x]\nfwmark = 0x50\n",
};

START_TEST(test_fine)
{
    check_says(fine[_i], "", 0);
}
END_TEST

/* Files are read in order as one: a list goes on, sections meet, each file begins without a section. */
START_TEST(test_two_files)
{
    static const char first[] = "[vrrp]\ninterface = eth0\n[service a]\nvip = 192.0.2.1\n",
                      second[] = "fwmark = 1\n[service a]\n[vrrp]\ninterface = eth1\n";
    struct made m;

    made_begin(&m);
    made_add(&m, "1.ini", first, sizeof first - 1);
    made_add(&m, "2.ini", second, sizeof second - 1);
    ck_assert_str_eq(made_finish(&m, NULL, 0), "2.ini:1:1: error: 'fwmark' stands before the first section "
                                               "of its file: write [service NAME] or another above it\n"
                                               "    fwmark = 1\n    ^~~~~~\n"
                                               "2.ini:2:10: error: service 'a' is there already: give one of "
                                               "them another name\n    [service a]\n             ^\n"
                                               "1.ini:3:1: note: the first one is here\n");
    ck_assert_uint_eq(m.config.vrrp.interfaces.n, 2);
    ck_assert(!service_has(&m.config.services.at[0], KEY_FWMARK));
    made_free(&m);
}
END_TEST

/* Many services: all in, in order, each found again. */
START_TEST(test_many)
{
    struct buf text = {0};
    struct made m;
    char name[16];

    for (unsigned i = 0; i < 5000; i++)
        buf_printf(&text, "[service s%u]\nvip = 10.0.%u.%u\nports = 80\nfwmark = %u\n", i, i >> 8, i & 255,
                   i + 1);
    ck_assert_str_eq(make(&m, buf_text(&text), LINT_ALL), "");
    ck_assert_uint_eq(m.config.services.n, 5000);
    for (unsigned i = 0; i < 5000; i++) {
        int n = snprintf(name, sizeof name, "s%u", i);

        MUST(m.config.services.at[i].mark.value == i + 1);
        MUST(name_index_find(&m.config.services.names, m.config.services.at, name, (size_t)n) == i);
    }
    made_free(&m);
    buf_free(&text);
}
END_TEST

static Suite *config_suite(void)
{
    Suite *s = suite_create("config");
    TCase *t = new_case(s, "config");

    tcase_add_loop_test(t, test_said, 0, N_OF(said));
    tcase_add_loop_test(t, test_refused, 0, N_OF(refused));
    tcase_add_loop_test(t, test_fine, 0, N_OF(fine));
    tcase_add_test(t, test_goes_on);
    tcase_add_test(t, test_whole_section);
    tcase_add_test(t, test_two_files);
    tcase_add_test(t, test_many);
    return s;
}

int main(void)
{
    return run_suite(config_suite());
}
