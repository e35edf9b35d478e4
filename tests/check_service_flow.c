/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/service_flow.h"

#include "check_input.h"

static bool show(void *ctx, const struct flow *flow)
{
    struct buf *out = ctx;

    buf_printf(out, "%u ", flow->protocol);
    prefix_print(out, &flow->src);
    buf_char(out, ' ');
    prefix_print(out, &flow->dst);
    buf_printf(out, " %s %u-%u %u-%u;", flow->in.name, flow->sport.low, flow->sport.high, flow->dport.low,
               flow->dport.high);
    return true;
}

static bool show_first(void *ctx, const struct flow *flow)
{
    show(ctx, flow);
    return false;
}

/* A service's keys; flows: protocol, source, destination, interface, source's ports, destination's ports. */
static const struct {
    const char *keys;
    enum family family;
    const char *clients, *replies, *forwarded;
} cases[] = {
    {"vip = 192.0.2.10\nports = 80, 90:99\n", IPV4,
     "6 0.0.0.0/0 192.0.2.10/32  0-65535 80-80;6 0.0.0.0/0 192.0.2.10/32  0-65535 90-99;", "", ""},
    {"vip = 192.0.2.10\nports = any\n", IPV4, "6 0.0.0.0/0 192.0.2.10/32  0-65535 0-65535;", "", ""},
    {"vip = 192.0.2.10\nports = 80\n", IPV6, "", "", ""},
    {"vip = 192.0.2.10, 2001:db8::/64\nports = 80\nprotocol = udp esp ah\n", IPV6,
     "17 ::/0 2001:db8::/64  0-65535 80-80;50 ::/0 2001:db8::/64  0-65535 0-65535;", "", ""},
    {"vip = 192.0.2.10\nports = 80\nsource = 10.0.0.0/8, fd00::/8, 10.9.0.1\ninterface = e0, e1+\n", IPV4,
     "6 10.0.0.0/8 192.0.2.10/32 e0 0-65535 80-80;6 10.0.0.0/8 192.0.2.10/32 e1+ 0-65535 80-80;"
     "6 10.9.0.1/32 192.0.2.10/32 e0 0-65535 80-80;6 10.9.0.1/32 192.0.2.10/32 e1+ 0-65535 80-80;",
     "", ""},
    /* sources, but none of the family: no packets, never all */
    {"vip = 192.0.2.10\nports = 80\nsource = fd00::/8\n", IPV4, "", "", ""},
    {"vip = 192.0.2.10\nports = 80\nreal-server = 10.0.0.11\nreal-server = 10.0.0.12 forwarding dr\n"
     "real-server = 10.0.0.13 forwarding tun\n",
     IPV4, "6 0.0.0.0/0 192.0.2.10/32  0-65535 80-80;", "6 10.0.0.11/32 0.0.0.0/0  80-80 0-65535;",
     "6 0.0.0.0/0 10.0.0.11/32  0-65535 80-80;6 0.0.0.0/0 192.0.2.10/32  0-65535 80-80;"
     "4 0.0.0.0/0 10.0.0.13/32  0-65535 0-65535;"},
    {"vip = 2001:db8::1\nports = 80\nforwarding = tun\nreal-server = fd00::1\n", IPV6,
     "6 ::/0 2001:db8::1/128  0-65535 80-80;", "", "41 ::/0 fd00::1/128  0-65535 0-65535;"},
    /* servers of the other family: only by tunnels */
    {"vip = 2001:db8::1\nports = 80\nforwarding = tun\nreal-server = 10.0.0.1\nreal-server = 10.0.0.2 "
     "forwarding "
     "dr\nreal-server = 10.0.0.3 forwarding nat\n",
     IPV4, "", "", "41 0.0.0.0/0 10.0.0.1/32  0-65535 0-65535;"},
    {"vip = 192.0.2.10\nports = 80\nforwarding = tun\nreal-server = fd00::1\n", IPV6, "", "",
     "4 ::/0 fd00::1/128  0-65535 0-65535;"},
    {"vip = 192.0.2.10, 2001:db8::1\nports = 80\nforwarding = tun\nreal-server = fd00::1\n", IPV6,
     "6 ::/0 2001:db8::1/128  0-65535 80-80;", "", "41 ::/0 fd00::1/128  0-65535 0-65535;"},
};

static void check_flows(const struct service *s, int i,
                        void (*each)(const struct service *, enum family, flow_fn, void *),
                        const char *wanted)
{
    struct buf all = {0}, first = {0};

    each(s, cases[i].family, show, &all);
    ck_assert_str_eq(buf_text(&all), wanted);
    each(s, cases[i].family, show_first, &first); /* asked to stop, it stops */
    ck_assert_uint_eq(first.len, strcspn(wanted, ";") + (*wanted != '\0'));
    buf_free(&all);
    buf_free(&first);
}

START_TEST(test_flows)
{
    struct made m;
    struct buf text = {0};

    buf_printf(&text, "[service web]\nfwmark = 1\n%s", cases[_i].keys);
    const char *printed = make(&m, buf_text(&text), LINT_MARKS);
    ck_assert_msg(diag_errors(&m.diag) == 0, "%s", printed);
    const struct service *s = &m.config.services.at[0];
    check_flows(s, _i, each_client_flow, cases[_i].clients);
    check_flows(s, _i, each_reply_flow, cases[_i].replies);
    check_flows(s, _i, each_forwarded_flow, cases[_i].forwarded);
    made_free(&m);
    buf_free(&text);
}
END_TEST

static Suite *service_flow_suite(void)
{
    Suite *s = suite_create("service_flow");

    tcase_add_loop_test(new_case(s, "service_flow"), test_flows, 0, N_OF(cases));
    return s;
}

int main(void)
{
    return run_suite(service_flow_suite());
}
