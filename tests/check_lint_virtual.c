/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/lint_virtual.h"

#include "check_input.h"

#define A "[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 80\n"
#define B "[service b]\nvip = 192.0.2.2\nports = 80\nfwmark = 80\n"
#define D "[service d]\nvip = 192.0.2.3, 2001:db8::3\nports = 80\nfwmark = 80\n"
#define R "real-server = 10.0.0.1\n"
#define S "real-server = fd00::1\n"

/* A piece of what is said; "" : nothing is. */
static const struct input_case cases[] = {
    {"", ""},
    {A, ""},
    {A R, ""},
    {D R S, ""},
    {A R "scheduler = sh\nscheduler-flags = sh-port, sh-fallback, flag-3\n", ""},
    {A R "scheduler = mh\nscheduler-flags = mh-port\n", ""},
    {A R "scheduler = rr\nscheduler-flags = flag-1\n", ""},
    {A R "persistence = 5\npersistence-mask = 24\n", ""},
    {A R "sorry-server = 10.0.0.9\n", ""},
    {A R "real-server = 10.0.0.2 weight 0\n", ""},
    {A "forwarding = tun\n" S, ""},
    {D "forwarding = tun\n" R S, ""},
    /* Where nothing is written, nothing is left out. */
    {A "scheduler-flags = sh-port\npersistence-mask = 64\n", ""},
    /* Servers of a family without packets. */
    {A R S, "t.ini:6:15: warning: this server is left out: no service sets fwmark 80 in IPv6\n"},
    {A S, "t.ini:5:15: warning: this server is left out"},
    {A R "sorry-server = fd00::9\n", "t.ini:6:16: warning: this server is left out"},
    {A R S "[service b]\nvip = 2001:db8::2\nports = 80\nfwmark = 80\n", ""},
    /* Flags, masks, sorry servers, weights. */
    {A R "scheduler = rr\nscheduler-flags = sh-port\n",
     "t.ini:7:1: warning: the flags of scheduler sh are left out: fwmark 80 has scheduler rr"},
    {A R "scheduler = sh\nscheduler-flags = sh-port, mh-port\n", "the flags of scheduler mh are left out"},
    {A R "scheduler-flags = sh-port\n" B "scheduler = sh\n", ""},
    {A R "persistence-mask = 24\n",
     "t.ini:6:1: warning: 'persistence-mask' does nothing without 'persistence'"},
    {A R "persistence = 0\npersistence-mask = 24\n", "does nothing without 'persistence'"},
    {A R "persistence-mask = 24\n" B "persistence = 5\n", ""},
    {A R "persistence = 5\npersistence-mask = 64\n", "this mask is none of IPv4"},
    {D R S "persistence = 5\npersistence-mask = 255.255.255.0\n", "this mask is none of IPv6"},
    {D R S "persistence = 5\npersistence-mask = 24\n", "all IPv6 clients of a /24 count as one"},
    {"[service d]\nvip = 2001:db8::3\nports = 80\nfwmark = 80\npersistence = 5\npersistence-mask = 24\n" S,
     ""},
    {D R S "sorry-server = 10.0.0.9\n",
     "the sorry server is of the other family: fwmark 80 has none in IPv6"},
    {D R "sorry-server = 10.0.0.9\n", ""},
    {A "real-server = 10.0.0.1 weight 0\n",
     "t.ini:1:1: warning: all real servers of fwmark 80 in IPv4 have weight 0"},
    {D R "real-server = fd00::1 weight 0\n", "in IPv6 have weight 0"},
    /* Services of one mark. */
    {A R "one-packet = yes\n" B "one-packet = no\n",
     "t.ini:11:1: warning: fwmark 80 has one 'one-packet' for all its services: that of 'a' counts"},
    {A R "one-packet = yes\n" B "one-packet = yes\n", ""},
    {A R "one-packet = yes\n" B, ""},
    {A R "scheduler = sh\nscheduler-flags = sh-port\n" B "scheduler-flags = sh-fallback\n",
     "one 'scheduler-flags'"},
    {A R "persistence = 5\npersistence-mask = 24\n" B "persistence-mask = 16\n", "one 'persistence-mask'"},
    {A R "sorry-server = 10.0.0.8\n" B "sorry-server = 10.0.0.9\n", "one 'sorry-server'"},
    {A R "sorry-server = 10.0.0.8\n[service c]\nvip = 192.0.2.9\nports = 80\nfwmark = 9\n" R
         "sorry-server = 10.0.0.9\n",
     ""},
};

static const char *said_of(struct made *m, const char *text, const bool wants[FAMILIES])
{
    struct diag others = {0};

    make(m, text, 0);
    lint_marks(&m->config, &others);
    diag_free(&others);
    m->printed.len = 0;
    lint_virtual(&m->config, wants, &m->diag);
    diag_print(&m->diag, &m->sources, &m->printed, (struct caret_look){0});
    return buf_text(&m->printed);
}

static void check_virtual(const char *text, const bool wants[FAMILIES], const char *piece)
{
    struct made m;
    const char *said = said_of(&m, text, wants);

    if (*piece ? !strstr(said, piece) : *said)
        ck_abort_msg("of\n%s\nwas said\n%s\nwithout\n%s", text, said, *piece ? piece : "(nothing)");
    made_free(&m);
}

START_TEST(test_case)
{
    check_virtual(cases[_i].text, (const bool[FAMILIES]){true, true}, cases[_i].said);
}
END_TEST

/* Nothing is said of a family that is not asked for. */
START_TEST(test_wants)
{
    const bool only4[FAMILIES] = {[IPV4] = true}, only6[FAMILIES] = {[IPV6] = true};

    check_virtual(D R S "persistence = 5\npersistence-mask = 255.255.255.0\n", only4, "");
    check_virtual(D R S "persistence = 5\npersistence-mask = 255.255.255.0\n", only6, "none of IPv6");
    check_virtual(D R S "sorry-server = 10.0.0.9\n", only4, "");
    check_virtual(A "real-server = 10.0.0.1 weight 0\n", only6, "");
}
END_TEST

static Suite *lint_virtual_suite(void)
{
    Suite *s = suite_create("lint_virtual");
    TCase *t = new_case(s, "lint_virtual");

    tcase_add_loop_test(t, test_case, 0, N_OF(cases));
    tcase_add_test(t, test_wants);
    return s;
}

int main(void)
{
    return run_suite(lint_virtual_suite());
}
