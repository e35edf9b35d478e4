/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/virtual_server.h"

#include "check_input.h"

#define A  "[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 80\n"
#define B  "[service b]\nvip = 192.0.2.2\nports = 80\nfwmark = 80\n"
#define B6 "[service b]\nvip = 2001:db8::2\nports = 80\nfwmark = 80\n"
#define D  "[service d]\nvip = 192.0.2.3, 2001:db8::3\nports = 80\nfwmark = 80\n"
#define C  "[service c]\nvip = 192.0.2.4\nports = 80\nfwmark = 7\n"

static const bool both[FAMILIES] = {true, true};

static void print_real(struct buf *out, const struct virtual_real *r)
{
    static const char *const methods[] = {"nat", "dr", "tun"};

    address_print(out, (enum family)r->address.family, r->address.first);
    buf_printf(out, "*%u/%s", r->weight, methods[r->forwarding]);
}

/* "80/4 a,b wlc 0 nat 300/24: 10.0.0.1*1/nat; sorry ..." for each. */
static void print_virtual(struct buf *out, const struct virtual_server *v)
{
    static const char *const methods[] = {"nat", "dr", "tun"};

    buf_printf(out, "%u/%d ", v->mark, family_ops[v->family].number);
    for (size_t i = 0; i < v->n_services; i++)
        buf_printf(out, "%s%.*s", i ? "," : "", v->services[i]->name_len, v->services[i]->name);
    buf_printf(out, " %s %u %s %u/%u%s:", v->scheduler, v->flags, methods[v->forwarding], v->persistence,
               v->mask, v->one_packet ? " ops" : "");
    for (size_t i = 0; i < v->n_servers; i++) {
        buf_char(out, ' ');
        print_real(out, &v->servers[i]);
    }
    if (v->sorry) {
        buf_str(out, "; ");
        print_real(out, v->sorry);
    }
    buf_char(out, '\n');
}

static void check_virtual(const char *text, const bool wants[FAMILIES], const char *expected)
{
    struct virtual_servers all;
    struct virtual_server v;
    struct buf out = {0};
    struct made m;

    make(&m, text, LINT_MARKS);
    virtual_servers_begin(&all, &m.config, wants);
    while (virtual_servers_next(&all, &v))
        print_virtual(&out, &v);
    virtual_servers_end(&all);
    if (strcmp(buf_text(&out), expected) != 0)
        ck_abort_msg("of\n%s\ncame\n%s\ninstead of\n%s", text, buf_text(&out), expected);
    buf_free(&out);
    made_free(&m);
}

static const struct {
    const char *text, *expected;
} cases[] = {
    {"", ""},
    {A, "80/4 a wlc 0 nat 0/32:\n"},
    {A "real-server = 10.0.0.2 weight 3\nreal-server = 10.0.0.1 forwarding dr\n",
     "80/4 a wlc 0 nat 0/32: 10.0.0.2*3/nat 10.0.0.1*1/dr\n"},
    /* By mark, then family. */
    {D C, "7/4 c wlc 0 nat 0/32:\n80/4 d wlc 0 nat 0/32:\n80/6 d wlc 0 nat 0/128:\n"},
    /* Services of one mark are one virtual server; who gives a key first speaks, of his families alone. */
    {A B "scheduler = rr\nreal-server = 10.0.0.1\n", "80/4 a,b rr 0 nat 0/32: 10.0.0.1*1/nat\n"},
    {A "persistence = 9\n" B6 "scheduler = sed\n", "80/4 a wlc 0 nat 9/32:\n80/6 b sed 0 nat 0/128:\n"},
    {A "real-server = 10.0.0.1\n" B6, "80/4 a wlc 0 nat 0/32: 10.0.0.1*1/nat\n80/6 b wlc 0 nat 0/128:\n"},
    /* A service may list servers for a family in which another one has the packets. */
    {A "real-server = 10.0.0.1\nreal-server = fd00::1\n" B6,
     "80/4 a wlc 0 nat 0/32: 10.0.0.1*1/nat\n80/6 b wlc 0 nat 0/128: fd00::1*1/nat\n"},
    {A "real-server = fd00::9\n" B6 "real-server = fd00::1\n",
     "80/4 a wlc 0 nat 0/32:\n80/6 b wlc 0 nat 0/128: fd00::1*1/nat\n"},
    /* Servers of a family without packets are in nobody's list. */
    {A "real-server = 10.0.0.1\nreal-server = fd00::1\n", "80/4 a wlc 0 nat 0/32: 10.0.0.1*1/nat\n"},
    {D "source = 2001:db8:f::/48\nreal-server = 10.0.0.1\nreal-server = fd00::1\n",
     "80/6 d wlc 0 nat 0/128: fd00::1*1/nat\n"},
    /* Tunnels lead to the other family where their own has no packets, and only then. */
    {A "forwarding = tun\nreal-server = fd00::1\nreal-server = 10.0.0.1\n",
     "80/4 a wlc 0 tun 0/32: fd00::1*1/tun 10.0.0.1*1/tun\n"},
    {D "forwarding = tun\nreal-server = fd00::1\nreal-server = 10.0.0.1\n",
     "80/4 d wlc 0 tun 0/32: 10.0.0.1*1/tun\n80/6 d wlc 0 tun 0/128: fd00::1*1/tun\n"},
    {A "real-server = fd00::1 forwarding tun\nreal-server = fd00::2\n",
     "80/4 a wlc 0 nat 0/32: fd00::1*1/tun\n"},
    /* The mark's forwarding, before or behind the servers. */
    {A "real-server = 10.0.0.1\n" B "forwarding = dr\n", "80/4 a,b wlc 0 dr 0/32: 10.0.0.1*1/dr\n"},
    {A "forwarding = dr\n" B "real-server = 10.0.0.1\n", "80/4 a,b wlc 0 dr 0/32: 10.0.0.1*1/dr\n"},
    {A B "real-server = 10.0.0.1\n[service e]\nvip = 192.0.2.5\nports = 80\nfwmark = 80\nforwarding = dr\n",
     "80/4 a,b,e wlc 0 dr 0/32: 10.0.0.1*1/dr\n"},
    /* Flags are the scheduler's own. */
    {A "scheduler = sh\nscheduler-flags = sh-port\n", "80/4 a sh 2 nat 0/32:\n"},
    {A "scheduler = sh\nscheduler-flags = sh-fallback, flag-3\n", "80/4 a sh 5 nat 0/32:\n"},
    {A "scheduler = sh\nscheduler-flags = mh-port\n", "80/4 a sh 0 nat 0/32:\n"},
    {A "scheduler = mh\nscheduler-flags = mh-port, mh-fallback, sh-port\n", "80/4 a mh 3 nat 0/32:\n"},
    {A "scheduler = mh\nscheduler-flags = sh-fallback\n", "80/4 a mh 0 nat 0/32:\n"},
    {A "scheduler = sh\nscheduler-flags = mh-fallback\n", "80/4 a sh 0 nat 0/32:\n"},
    {A "scheduler = rr\nscheduler-flags = sh-fallback, mh-fallback\n", "80/4 a rr 0 nat 0/32:\n"},
    {A "scheduler = rr\nscheduler-flags = sh-port, mh-port, flag-1\n", "80/4 a rr 1 nat 0/32:\n"},
    {A "scheduler-flags = sh-port\n" B "scheduler = sh\n", "80/4 a,b sh 2 nat 0/32:\n"},
    /* A mask needs persistence, and a family that it can be of. */
    {A "persistence-mask = 24\n", "80/4 a wlc 0 nat 0/32:\n"},
    {A "persistence = 5\npersistence-mask = 24\n", "80/4 a wlc 0 nat 5/24:\n"},
    {A "persistence = 5\npersistence-mask = 64\n", "80/4 a wlc 0 nat 5/32:\n"},
    {D "persistence = 5\npersistence-mask = 64\n", "80/4 d wlc 0 nat 5/32:\n80/6 d wlc 0 nat 5/64:\n"},
    {D "persistence = 5\npersistence-mask = 255.255.0.0\n",
     "80/4 d wlc 0 nat 5/16:\n80/6 d wlc 0 nat 5/128:\n"},
    {D "persistence = 5\npersistence-mask = 16\n", "80/4 d wlc 0 nat 5/16:\n80/6 d wlc 0 nat 5/16:\n"},
    {D "persistence = 0\npersistence-mask = 16\n", "80/4 d wlc 0 nat 0/32:\n80/6 d wlc 0 nat 0/128:\n"},
    {A "one-packet = yes\n", "80/4 a wlc 0 nat 0/32 ops:\n"},
    {A "one-packet = no\n" B "one-packet = yes\n", "80/4 a,b wlc 0 nat 0/32:\n"},
    /* The sorry server is reached as the virtual server's are. */
    {D "forwarding = dr\nsorry-server = 10.0.0.9\n",
     "80/4 d wlc 0 dr 0/32:; 10.0.0.9*1/dr\n80/6 d wlc 0 dr 0/128:\n"},
    {A "sorry-server = fd00::9\n", "80/4 a wlc 0 nat 0/32:\n"},
    {A "forwarding = tun\nsorry-server = fd00::9\n", "80/4 a wlc 0 tun 0/32:; fd00::9*1/tun\n"},
    {A "sorry-server = fd00::9\n" B "sorry-server = 10.0.0.9\n",
     "80/4 a,b wlc 0 nat 0/32:; 10.0.0.9*1/nat\n"},
};

START_TEST(test_case)
{
    check_virtual(cases[_i].text, both, cases[_i].expected);
}
END_TEST

START_TEST(test_wants)
{
    const bool only4[FAMILIES] = {[IPV4] = true}, only6[FAMILIES] = {[IPV6] = true},
               none[FAMILIES] = {false, false};
    const char *text = D "real-server = 10.0.0.1\nreal-server = fd00::1\n" C;

    check_virtual(text, only4, "7/4 c wlc 0 nat 0/32:\n80/4 d wlc 0 nat 0/32: 10.0.0.1*1/nat\n");
    check_virtual(text, only6, "80/6 d wlc 0 nat 0/128: fd00::1*1/nat\n");
    check_virtual(text, none, "");
    /* A tunnel does not move to the other family because its own is not asked for. */
    check_virtual(D "forwarding = tun\nreal-server = fd00::1\n", only4, "80/4 d wlc 0 tun 0/32:\n");
}
END_TEST

START_TEST(test_flag_names)
{
    ck_assert_str_eq(scheduler_flag_name("sh", 0), "sh-fallback");
    ck_assert_str_eq(scheduler_flag_name("sh", 1), "sh-port");
    ck_assert_str_eq(scheduler_flag_name("sh", 2), "flag-3");
    ck_assert_str_eq(scheduler_flag_name("mh", 0), "mh-fallback");
    ck_assert_str_eq(scheduler_flag_name("mh", 1), "mh-port");
    ck_assert_str_eq(scheduler_flag_name("rr", 1), "flag-2");
}
END_TEST

START_TEST(test_masks)
{
    static const struct {
        enum family family;
        uint8_t mask;
        const char *text;
    } masks[] = {
        {IPV4, 1, "128.0.0.0"}, {IPV4, 23, "255.255.254.0"}, {IPV4, 32, "255.255.255.255"}, {IPV6, 1, "1"},
        {IPV6, 64, "64"},       {IPV6, 128, "128"}};

    for (int i = 0; i < N_OF(masks); i++) {
        struct virtual_server v = {.family = masks[i].family, .mask = masks[i].mask};
        struct buf out = {0};

        virtual_mask_print(&out, &v);
        ck_assert_str_eq(buf_text(&out), masks[i].text);
        buf_free(&out);
    }
}
END_TEST

/* 50,000 services of one mark, each with a tunnel to nowhere: no pass over all of them for each. */
START_TEST(test_many)
{
    struct virtual_servers all;
    struct virtual_server v;
    struct buf text = {0};
    struct made m;
    size_t n = 0;

    for (unsigned i = 0; i < 50000; i++)
        buf_printf(&text,
                   "[service s%u]\nvip = 10.%u.%u.%u\nports = 80\nfwmark = 1\nforwarding = tun\nreal-server "
                   "= fd00::1\n",
                   i, i >> 16, i >> 8 & 255, i & 255);
    made_begin(&m);
    made_add(&m, "t.ini", text.at, text.len);
    templates_apply(&m.config, &(struct template_places){0}, &m.sources, &m.diag);
    virtual_servers_begin(&all, &m.config, both);
    while (virtual_servers_next(&all, &v)) {
        ck_assert_uint_eq(v.n_services, 50000);
        ck_assert_uint_eq(v.n_servers, 1);
        n++;
    }
    ck_assert_uint_eq(n, 1);
    virtual_servers_end(&all);
    made_free(&m);
    buf_free(&text);
}
END_TEST

static Suite *virtual_server_suite(void)
{
    Suite *s = suite_create("virtual_server");
    TCase *t = new_case(s, "virtual_server");

    tcase_add_loop_test(t, test_case, 0, N_OF(cases));
    tcase_add_test(t, test_wants);
    tcase_add_test(t, test_flag_names);
    tcase_add_test(t, test_masks);
    tcase_add_test(t, test_many);
    return s;
}

int main(void)
{
    return run_suite(virtual_server_suite());
}
