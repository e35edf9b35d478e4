/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/lint.h"

#include "check_input.h"

#define A  "[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 80\n"
#define A6 "[service a]\nvip = 192.0.2.1, 2001:db8::1\nports = 80\nfwmark = 80\n"

/* "": nothing may be said; else a piece of what is said. */
static const struct input_case cases[] = {
    {A, ""},
    {A6, ""},
    {"[service a]\n", "t.ini:1:1: error: service 'a' has no 'vip': add a line such as vip = 192.0.2.10\n    "
                      "[service a]\n    ^~~~~~~~~~~\n"
                      "t.ini:1:1: error: service 'a' has no 'ports': add a line such as ports = 80, 443\n    "
                      "[service a]\n    ^~~~~~~~~~~\n"
                      "t.ini:1:1: error: service 'a' has no 'fwmark': add a line such as fwmark = 80\n"},
    {"[service a]\nvip = bad\nports = 80\nfwmark = 1\n",
     "t.ini:2:7: error: 'bad' is no"}, /* and not missed as well */
    {"[service a]\nvip = 192.0.2.1\nports =\nfwmark = 1\n", "'ports' has no value"},
    {"[service a]\nvip = 192.0.2.1\nprotocol = esp\nfwmark = 1\n", ""},
    {"[service a]\nvip = 192.0.2.1\nprotocol = esp, ah\nports = 80\nfwmark = 1\n",
     "error: service 'a' has ports, but esp and ah have none"},
    {"[service a]\nvip = 192.0.2.1\nprotocol = esp, udp\nports = 500\nfwmark = 1\n", ""},
    {"[service a]\nvip = 192.0.2.1\nprotocol = esp, udp\nfwmark = 1\n", "has no 'ports'"},
    {"[service a]\nvip = 2001:db8::1\nprotocol = ah\nfwmark = 1\n",
     "warning: the IPv6 VIPs of service 'a' get no rule for ah"},
    {"[service a]\nvip = 192.0.2.1\nprotocol = ah\nfwmark = 1\n", ""},
    /* Masks of [lbgen], wherever it stands. */
    {A "[lbgen]\nfwmark-mask = 0x0f\n", "t.ini:4:10: error: fwmark 0x50 has bits outside fwmark-mask 0xf"},
    {A "[lbgen]\nfwmark-mask = 0xff\n", ""},
    {"[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 0x50/0xf0\n[lbgen]\nfwmark-mask = 0x0f\n", ""},
    /* Lists that have nothing of a family of which there are VIPs. */
    {A6 "source = 10.0.0.0/8\n",
     "t.ini:5:1: warning: 'source' of service 'a' has nothing of IPv6, so its IPv6 VIPs get no rule from it"},
    {A6 "source = fd00::/8\n", "'source' of service 'a' has nothing of IPv4"},
    {A6 "source = fd00::/8, 10.0.0.0/8\n", ""},
    {A "source = 10.0.0.0/8\n", ""},
    {A "source = fd00::/8\n", "has nothing of IPv4"},
    {A6 "masquerade = 10.0.0.0/8\n", "'masquerade' of service 'a' has nothing of IPv6"},
    /* SNAT writes one address. */
    {A "masquerade = 10.0.0.0/8\nsnat = yes\n", ""},
    {A "vip = 192.0.2.2\nmasquerade = 10.0.0.0/8\nsnat = yes\n",
     "t.ini:7:1: error: snat = yes needs exactly one IPv4 VIP"},
    {"[service a]\nvip = 192.0.2.0/30\nports = 80\nfwmark = 80\nmasquerade = 10.0.0.0/8\nsnat = yes\n",
     "error: snat = yes needs"},
    {"[service a]\nvip = 2001:db8::1\nports = 80\nfwmark = 80\nmasquerade = 10.0.0.0/8\nsnat = yes\n",
     "error: snat = yes needs"},
    {A "vip = 192.0.2.2\nmasquerade = 10.0.0.0/8\nsnat = no\n", ""},
    {A "snat = yes\n", "t.ini:5:1: warning: 'snat' does nothing without 'masquerade'"},
    {A "masquerade-ports = 20\n", "'masquerade-ports' does nothing without 'masquerade'"},
    {A "masquerade-out = eth0\n", "'masquerade-out' does nothing without 'masquerade'"},
    {"[service a]\nvip = 192.0.2.1\nfwmark = 1\ntemplate = ftp\n",
     ""}, /* a template may give it in advance */
    /* Lists in which something repeats; equal is what is equal once it is parsed. */
    {"[service a]\nvip = 192.0.2.1, 192.0.2.1/32\nports = 1\nfwmark = 1\n",
     "t.ini:2:18: warning: 192.0.2.1 is in this list already\n    vip = 192.0.2.1, 192.0.2.1/32\n"
     "                     ^~~~~~~~~~~~\n"},
    {A "vip = 192.0.2.0/24, 2001:DB8::/32\nvip = 2001:db8:0::/32\n", "2001:db8::/32 is in this list already"},
    {A "vip = 192.0.2.0/32, 192.0.2.0/31\n", ""},
    {A "interface = eth0, eth0\n", "t.ini:5:1: warning: interface eth0 is in this list already"},
    {A "interface = eth0, eth0+\n", ""},
    {A "interface = +\ninterface = +\n", "t.ini:6:1: warning: interface + is in this list already"},
    {A "source = 10.0.0.0/8 192.0.2.0/24 10.0.0.0/8\n",
     "t.ini:5:34: warning: 10.0.0.0/8 is in this list already"},
    {A "exclude-mac = 52:54:00:AA:bb:cc, 52:54:00:aa:BB:cc\n",
     "t.ini:5:1: warning: 52:54:00:aa:bb:cc is in this list already"},
    {A "masquerade = 10.0.0.1, 10.0.0.1\nmasquerade-out = e, f\n", "10.0.0.1 is in this list already"},
    {A "masquerade = 10.0.0.1\nmasquerade-out = e, e\n", "interface e is in this list already"},
    {A "[vrrp]\ninterface = eth0, eth0\n", "t.ini:6:1: warning: interface eth0 is in this list already"},
    {A "[vrrp]\nsource = 192.0.2.2, 192.0.2.2\n", "t.ini:6:21: warning: 192.0.2.2 is in this list already"},
    /* [vrrp] */
    {A "[vrrp]\nsource = 2001:db8::/32, 192.0.2.9\n",
     "t.ini:6:10: warning: IPv6 VRRP comes from link-local addresses"},
    {A "[vrrp]\nsource = fe80::/9, 192.0.2.9\n", ""}, /* some may */
    {A6 "[vrrp]\nsource = fe80::1, 192.0.2.9\n", ""},
    {A6 "[vrrp]\nsource = 192.0.2.9\n",
     "warning: 'source' of [vrrp] has nothing of IPv6, so no VRRP is accepted there"},
    {A "[vrrp]\nsource = 192.0.2.9\n", ""},
    {A "[vrrp]\nsource = fe80::1\n", "'source' of [vrrp] has nothing of IPv4"},
    {A "[vrrp]\naccept = no\n", ""},
    {A "[vrrp]\naccept = no\nsync = no\nauthentication = none\n", ""},
    {A "[vrrp]\naccept = no\nsync = yes\n",
     "t.ini:5:1: warning: 'sync' of [vrrp] makes no rule beside accept = no\n    [vrrp]\n    ^~~~~~\n"},
    {A "[vrrp]\naccept = no\nauthentication = ah\n", "'authentication' of [vrrp] makes no rule"},
    {A "[vrrp]\nsource = 192.0.2.9\naccept = no\n", "t.ini:6:10: warning: 'source' of [vrrp] makes no rule"},
    {A "[vrrp]\ninterface = eth0\naccept = no\n", "t.ini:6:1: warning: 'interface' of [vrrp] makes no rule"},
    {A "[vrrp]\ninterface = eth0\nsource = 192.0.2.9\nsync = yes\n", ""},
    /* [expect] */
    {A "[expect e]\nfwmark = 1\n", "t.ini:5:1: error: expectation 'e' has no 'packet'"},
    {A "[expect e]\npacket = tcp 1.2.3.4 192.0.2.1:80\n", "error: expectation 'e' expects nothing"},
    {A "[expect e]\npacket = tcp 1.2.3.4 192.0.2.1:80\nservice = b\n",
     "t.ini:7:11: error: there is no service 'b'"},
    {A "[expect e]\npacket = tcp 1.2.3.4 192.0.2.1:80\nservice = a\n", ""},
    {A "[expect e]\npacket = tcp 1.2.3.4 192.0.2.1:80\nservice = none\nfwmark = none\n", ""},
    {A "[expect e]\npacket =\nfwmark = 1\n", "t.ini:6:1: error: 'packet' has no value"},
    /* An input that asks for nothing. */
    {"", "t.ini: warning: the input is empty: it has no service and no [rules]; lbgen --init prints one to "
         "begin with\n"},
    {"; comment\n[template t]\nports = 1\n", "the input is empty"},
    {"[lbgen]\n", "the input is empty"},
    {"[vrrp]\n", ""},
    {"[rules filter]\npolicy = INPUT DROP\n", ""},
    {"[rules filter]\nrule = -A INPUT -j ACCEPT\n", ""},
    {"[bad\n", "t.ini:1:1: error: the section's header has no closing ]"},
};

START_TEST(test_case)
{
    check_says(cases[_i].text, cases[_i].said, LINT_SERVICES | LINT_SECTIONS);
}
END_TEST

/* What was told of a value is not told again as missing; an input with errors is not called empty. */
START_TEST(test_not_twice)
{
    static const struct input_case not_said[] = {
        {"[service a]\nvip = bad\nports = 0\nfwmark = 0\n", "has no"},
        {"[service a]\nvip =\nports =\nfwmark =\n", "has no 'vip'"},
        {"[service a]\ntemplate = nope\n", "has no"},
        {"[bad\n", "empty"},
        {"[expect e]\npacket = x\nfwmark = 1\n", "has no 'packet'"},
    };

    for (int i = 0; i < N_OF(not_said); i++) {
        struct made m;
        const char *printed = make(&m, not_said[i].text, LINT_SERVICES | LINT_SECTIONS);

        ck_assert_uint_ge(diag_errors(&m.diag), 1);
        ck_assert_msg(strstr(printed, not_said[i].said) == NULL, "%s", printed);
        made_free(&m);
    }
}
END_TEST

/* What repeats is dropped, in short lists and long ones, and in those that are a template's, of which is told
 * once. */
START_TEST(test_repeats_are_dropped)
{
    struct buf text = {0};
    struct made m;
    const uint32_t n = (uint32_t)_i;

    buf_str(&text, "[template t]\nports = 1\nfwmark = 1\nsource =");
    for (uint32_t i = 0; i < 3 * n; i++)
        buf_printf(&text, " 10.0.%u.%u", i % n / 256, i % n % 256);
    buf_str(&text, "\n[template u]\ntemplate = t\n[service a]\nvip = 192.0.2.1\ntemplate = t\n"
                   "[service b]\nvip = 192.0.2.2\ntemplate = u\n");
    make(&m, buf_text(&text), LINT_SERVICES);
    ck_assert_uint_eq(m.diag.count[SEVERITY_WARNING], 2 * n);
    for (int s = 0; s < 2; s++) {
        const struct prefix_list list = m.config.services.at[s].more->sources;

        ck_assert_uint_eq(list.n, n);
        for (uint32_t i = 0; i < n; i++)
            ck_assert_uint_eq(list.at[i].first.high >> 32, 10U << 24 | i);
    }
    made_free(&m);
    buf_free(&text);
}
END_TEST

/* The mask of [lbgen] goes to all marks without one. */
START_TEST(test_default_mask)
{
    struct made m;

    make(&m, A "[service b]\nvip = 192.0.2.2\nports = 1\nfwmark = 1/0xf\n[lbgen]\nfwmark-mask = 0xffff\n",
         LINT_SERVICES);
    ck_assert_uint_eq(m.config.services.at[0].mark.mask, 0xffff);
    ck_assert_uint_eq(m.config.services.at[1].mark.mask, 0xf);
    made_free(&m);
}
END_TEST

static Suite *lint_suite(void)
{
    Suite *s = suite_create("lint");
    TCase *t = new_case(s, "lint");

    tcase_add_loop_test(t, test_case, 0, N_OF(cases));
    tcase_add_test(t, test_not_twice);
    tcase_add_test(t, test_default_mask);
    tcase_add_loop_test(t, test_repeats_are_dropped, 1, 40);
    return s;
}

int main(void)
{
    return run_suite(lint_suite());
}
