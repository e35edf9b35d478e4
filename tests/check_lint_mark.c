/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/lint.h"

#include "check_input.h"

#define A  "[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 80\n"
#define B  "[service b]\nvip = 192.0.2.2\nports = 80\nfwmark = 80\n"
#define B6 "[service b]\nvip = 2001:db8::2\nports = 80\nfwmark = 80\n"
#define C  "[service c]\nvip = 192.0.2.3\nports = 80\nfwmark = 81\n"

static const struct input_case cases[] = {
    {A B, ""},
    {A "scheduler = rr\n" B "scheduler = rr\n", ""},
    {A "scheduler = rr\n" B, ""}, /* says nothing of it */
    {A "scheduler = rr\n" C "scheduler = wrr\n", ""},
    {A "scheduler = rr\n" B "scheduler = wrr\n",
     "t.ini:10:1: error: services 'a' and 'b' share fwmark 80, but give it different values of 'scheduler': "
     "say it once, or take two marks\n"
     "    scheduler = wrr\n    ^~~~~~~~~\nt.ini:5:1: note: 'a' gives it here\n"},
    {A "forwarding = dr\n" B "forwarding = nat\n", "different values of 'forwarding'"},
    {A "persistence = 300\n" B "persistence = 0\n", "different values of 'persistence'"},
    {A "persistence = 300\n" B "persistence = 300\n", ""},
    /* Real servers: order is nothing, address, weight and forwarding are. */
    {A "real-server = 10.0.0.1\nreal-server = 10.0.0.2\n" B
       "real-server = 10.0.0.2\nreal-server = 10.0.0.1\n",
     ""},
    {A "real-server = 10.0.0.1\n" B "real-server = 10.0.0.1 weight 1\n", ""}, /* 1 is what none means */
    {A "real-server = 10.0.0.1\n" B "real-server = 10.0.0.1 weight 2\n", "different values of 'real-server'"},
    {A "real-server = 10.0.0.1\n" B "real-server = 10.0.0.2\n", "different values of 'real-server'"},
    {A "real-server = 10.0.0.1\n" B "real-server = 10.0.0.1\nreal-server = 10.0.0.2\n",
     "different values of 'real-server'"},
    {A "real-server = 10.0.0.1\n" B "real-server = 10.0.0.1 forwarding dr\n",
     "different values of 'real-server'"},
    {A "real-server = 10.0.0.1 forwarding dr\n" B "real-server = 10.0.0.1\nforwarding = dr\n", ""},
    /* One mark is one virtual server for each family. */
    {A "real-server = 10.0.0.1\n" B6 "real-server = fd00::1\n", ""},
    {A "scheduler = rr\n" B6 "scheduler = wrr\n", ""},
    /* Real servers of another family than the VIPs. A tunnel leads there where the mark has one family alone.
     */
    {A "vip = 2001:db8::1\nreal-server = 10.0.0.1\n",
     "t.ini:6:1: warning: 'real-server' of service 'a' has nothing of IPv6, so its IPv6 VIPs get no rule "
     "from it"},
    {A "vip = 2001:db8::1\nforwarding = tun\nreal-server = 10.0.0.1\n", "has nothing of IPv6"},
    {A "real-server = fd00::1\n", "'real-server' of service 'a' has nothing of IPv4"},
    {A "real-server = fd00::1 forwarding tun\n", ""},
    {A "real-server = fd00::1\n" B "forwarding = tun\n", ""},
    {A "real-server = fd00::1 forwarding tun\n" B6, "'real-server' of service 'a' has nothing of IPv4"},
    {B6 "forwarding = tun\nreal-server = 10.0.0.1\n", ""},
    {B6 "forwarding = tun\nreal-server = 10.0.0.1 forwarding dr\n", "has nothing of IPv6"},
    /* Three: each against whoever spoke first. */
    {A B "scheduler = rr\n[service d]\nvip = 192.0.2.4\nports = 1\nfwmark = 80\nscheduler = sh\n",
     "services 'b' and 'd' share fwmark 80"},
    /* Several ports and no persistence, where there are real servers. */
    {A "ports = 443\nreal-server = 10.0.0.1\n",
     "t.ini:1:1: warning: fwmark 80 has several ports but no persistence"},
    {A "ports = 443\n", ""},
    {A "real-server = 10.0.0.1\n", ""},
    {A "ports = 443\nreal-server = 10.0.0.1\npersistence = 300\n", ""},
    {A "ports = 443\nreal-server = 10.0.0.1\npersistence = 0\n", "no persistence"},
    {A "ports = 443\nreal-server = 10.0.0.1\nscheduler = sh\n", ""},
    {A "ports = 443\nreal-server = 10.0.0.1\nscheduler = mh\n", ""},
    {A "ports = 443\nreal-server = 10.0.0.1\nscheduler = sh\nscheduler-flags = sh-port\n", "no persistence"},
    {A "ports = 443\nreal-server = 10.0.0.1\nscheduler = mh\nscheduler-flags = mh-port\n", "no persistence"},
    {A "ports = 443\nreal-server = 10.0.0.1\nscheduler = sh\nscheduler-flags = mh-port\n", ""},
    {A "ports = 443\nreal-server = 10.0.0.1\nscheduler = rr\n", "no persistence"},
    {"[service a]\nvip = 192.0.2.1\nports = any\nfwmark = 80\nreal-server = 10.0.0.1\n", "no persistence"},
    {"[service a]\nvip = 192.0.2.1\nports = 80:81\nfwmark = 80\nreal-server = 10.0.0.1\n", "no persistence"},
    {"[service a]\nvip = 192.0.2.1\nports = 80:80\nfwmark = 80\nreal-server = 10.0.0.1\n", ""},
    {A "real-server = 10.0.0.1\n[service b]\nvip = 192.0.2.2\nports = 443\nfwmark = 80\n", "no persistence"},
    {A "real-server = 10.0.0.1\n[service b]\nvip = 192.0.2.2\nports = 443\nfwmark = 80\npersistence = 9\n",
     ""},
    /* IPVS compares 32 bits, whoever names the real servers. */
    {"[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 80/0xff\nreal-server = 10.0.0.1\n",
     "t.ini:4:10: warning: IPVS compares all 32 bits of a mark"},
    {"[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 80/0xff\n" B "real-server = 10.0.0.1\n",
     "t.ini:4:10: warning: IPVS compares all 32 bits of a mark"},
    {"[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 80/0xffffffff\nreal-server = 10.0.0.1\n", ""},
    {"[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 80/0xff\nscheduler = rr\n", ""},
    {"[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 80/0xff\n" C "real-server = 10.0.0.1\n", ""},
    {"[service a]\nvip = 192.0.2.1\nprotocol = esp\nfwmark = 80\nreal-server = 10.0.0.1\n", ""},
};

START_TEST(test_case)
{
    check_says(cases[_i].text, cases[_i].said, LINT_MARKS);
}
END_TEST

/* 20,000 services of one mark: one finding for each that disagrees, no blow-up. */
START_TEST(test_many)
{
    struct buf text = {0};
    struct made m;

    for (unsigned i = 0; i < 20000; i++)
        buf_printf(&text, "[service s%u]\nvip = 10.0.%u.%u\nports = 80\nfwmark = 1\nscheduler = %s\n", i,
                   i >> 8, i & 255, i % 2 ? "rr" : "wrr");
    made_begin(&m);
    made_add(&m, "t.ini", text.at, text.len);
    templates_apply(&m.config, &(struct template_places){0}, &m.sources, &m.diag);
    lint_marks(&m.config, &m.diag);
    ck_assert_uint_eq(diag_errors(&m.diag), 10000);
    made_free(&m);
    buf_free(&text);
}
END_TEST

static Suite *lint_mark_suite(void)
{
    Suite *s = suite_create("lint_mark");
    TCase *t = new_case(s, "lint_mark");

    tcase_add_loop_test(t, test_case, 0, N_OF(cases));
    tcase_add_test(t, test_many);
    return s;
}

int main(void)
{
    return run_suite(lint_mark_suite());
}
