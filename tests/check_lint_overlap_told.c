/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The very words of lint_overlap, its caps, and inputs that could make it slow. */
#include "lbgen/lint.h"

#include "check_input.h"

#define WEB "[service web]\nvip = 192.0.2.10\nports = 80, 443\nfwmark = 80\n"

#define HINT                                                                                                 \
    "t.ini:5:1: note: give it other addresses or ports, the same mark, or override = yes to let it win\n"

static const struct input_case told[] = {
    /* The specification's own example. */
    {WEB "[service shop]\nvip = 192.0.2.10\nports = 443\nfwmark = 90\n",
     "t.ini:5:1: error: service 'shop' overlaps service 'web' and gives another fwmark (90, 80)\n"
     "    [service shop]\n"
     "    ^~~~~~~~~~~~~~\n"
     "t.ini:1:1: note: 'web' is here; tcp 192.0.2.10:443 would end with mark 90\n" HINT},
    /* Bit by bit: 0x50 | 0x05, whatever the masks. */
    {WEB "[service low]\nvip = 192.0.2.8/29\nports = 80\nfwmark = 0x5/0xf\n",
     "t.ini:5:1: error: service 'low' overlaps service 'web' and gives another fwmark (0x5/0xf, 80)\n"
     "    [service low]\n"
     "    ^~~~~~~~~~~~~\n"
     "t.ini:1:1: note: 'web' is here; tcp 192.0.2.10:80 would end with mark 0x55\n" HINT},
    /* Same value, another mask: IPVS compares 32 bits. */
    {WEB "[service eighty]\nvip = 192.0.2.10\nports = 80\nfwmark = 80/0xff\n",
     "t.ini:5:1: error: service 'eighty' overlaps service 'web' and gives another fwmark (0x50/0xff, 80)\n"
     "    [service eighty]\n"
     "    ^~~~~~~~~~~~~~~~\n"
     "t.ini:1:1: note: 'web' is here; tcp 192.0.2.10:80 would end with mark 0x50\n" HINT},
    {"[service a]\nvip = 2001:db8::/64\nports = any\nfwmark = 1\n"
     "[service b]\nvip = 2001:db8::5\nprotocol = udp, tcp\nports = 5060\nfwmark = 2\nsource = "
     "fd00::/8\ninterface = eth0\n",
     "t.ini:5:1: error: service 'b' overlaps service 'a' and gives another fwmark (2, 1)\n"
     "    [service b]\n"
     "    ^~~~~~~~~~~\n"
     "t.ini:1:1: note: 'a' is here; tcp [2001:db8::5]:5060 from fd00::1 on eth0 would end with mark "
     "2\n" HINT},
    {"[service a]\nvip = 192.0.2.0/24\nprotocol = esp\nfwmark = 1\n"
     "[service b]\nvip = 192.0.2.0/25\nprotocol = esp\nfwmark = 2\n",
     "t.ini:5:1: error: service 'b' overlaps service 'a' and gives another fwmark (2, 1)\n"
     "    [service b]\n"
     "    ^~~~~~~~~~~\n"
     "t.ini:1:1: note: 'a' is here; esp 192.0.2.1 would end with mark 2\n" HINT},
    /* The mark is the one that the packet ends with, whoever else claims it. */
    {"[service a]\nvip = 192.0.2.1\nports = 1\nfwmark = 0x2400/0xff00\n"
     "[service b]\nvip = 192.0.2.1\nports = 1\nfwmark = 0x29/0xff\noverride = yes\n"
     "[service c]\nvip = 192.0.2.0/24\nports = any\nfwmark = 0x81/0x81\noverride = yes\n"
     "[service d]\nvip = 192.0.2.1\nports = 1\nfwmark = 16/16\ninterface = eth0\noverride = yes\n"
     "[service e]\nvip = 192.0.2.1\nports = 1\nfwmark = 0x9/9\n",
     "t.ini:21:1: error: service 'e' overlaps service 'a' and gives another fwmark (0x9/0x9, 0x2400/0xff00)\n"
     "    [service e]\n"
     "    ^~~~~~~~~~~\n"
     "t.ini:1:1: note: 'a' is here; tcp 192.0.2.1:1 would end with mark 0x24a9\n"
     "t.ini:21:1: note: give it other addresses or ports, the same mark, or override = yes to let it win\n"
     "t.ini:21:1: error: service 'e' overlaps service 'b' and gives another fwmark (0x9/0x9, 0x29/0xff)\n"
     "    [service e]\n"
     "    ^~~~~~~~~~~\n"
     "t.ini:5:1: note: 'b' is here; tcp 192.0.2.1:1 would end with mark 0x24a9\n"
     "t.ini:21:1: error: service 'e' overlaps service 'c' and gives another fwmark (0x9/0x9, 0x81/0x81)\n"
     "    [service e]\n"
     "    ^~~~~~~~~~~\n"
     "t.ini:10:1: note: 'c' is here; tcp 192.0.2.1:1 would end with mark 0x24a9\n"
     "t.ini:21:1: error: service 'e' overlaps service 'd' and gives another fwmark (0x9/0x9, 0x10/0x10)\n"
     "    [service e]\n"
     "    ^~~~~~~~~~~\n"
     "t.ini:15:1: note: 'd' is here; tcp 192.0.2.1:1 on eth0 would end with mark 0x24b9\n"},
    /* Hidden by one service, with the same mark: a warning. */
    {WEB "[service more]\nvip = 192.0.2.10\nports = 443\nfwmark = 80\n",
     "t.ini:5:1: warning: service 'more' marks nothing that service 'web' does not mark 80 as well; it can "
     "go\n"
     "    [service more]\n"
     "    ^~~~~~~~~~~~~~\n"
     "t.ini:1:1: note: 'web' is here\n"},
    {"[service a]\nvip = 192.0.2.1\nports = 1\nfwmark = 1\ninterface = eth1\n"
     "[service b]\nvip = 192.0.2.1\nports = 1\nfwmark = 1\ninterface = eth1+\n",
     "t.ini:1:1: warning: service 'a' marks nothing that service 'b' does not mark 1 as well; it can go\n"
     "    [service a]\n"
     "    ^~~~~~~~~~~\n"
     "t.ini:6:1: note: 'b' is here\n"},
    {WEB "[service b]\nvip = 192.0.2.10\nports = 80\nfwmark = 80\noverride = yes\n",
     "t.ini:5:1: warning: service 'b' marks nothing that service 'web' does not mark 80 as well; it can go\n"
     "    [service b]\n"
     "    ^~~~~~~~~~~\n"
     "t.ini:1:1: note: 'web' is here\n"},
    /* What else it gives would be lost with it. */
    {WEB "[service b]\nvip = 192.0.2.10\nports = 80\nfwmark = 80\naccept = yes\nmasquerade = 10.0.0.0/8\n"
         "real-server = 10.0.0.1\n",
     "t.ini:5:1: warning: service 'b' marks nothing that service 'web' does not mark 80 as well; it is "
     "needed at "
     "most for its accept, masquerade, real-server\n"
     "    [service b]\n"
     "    ^~~~~~~~~~~\n"
     "t.ini:1:1: note: 'web' is here\n"},
    {WEB
     "accept = yes\nscheduler = rr\n[service b]\nvip = 192.0.2.10\nports = 80\nfwmark = 80\naccept = yes\n"
     "scheduler = rr\n",
     "t.ini:7:1: warning: service 'b' marks nothing that service 'web' does not mark 80 as well; it can go\n"
     "    [service b]\n"
     "    ^~~~~~~~~~~\n"
     "t.ini:1:1: note: 'web' is here\n"},
    /* A loop between two directors, in whichever order. */
    {WEB "exclude-mac = 52:54:00:12:34:56\n[service b]\nvip = 192.0.2.0/24\nports = 80\nfwmark = 80\n"
         "exclude-mac = 52:54:00:12:34:57\n",
     "t.ini:1:1: warning: service 'web' marks 80 what comes from 52:54:00:12:34:57, too, which service 'b' "
     "excludes for packets that both claim: give 'web' exclude-mac = 52:54:00:12:34:57 as well\n"
     "    [service web]\n"
     "    ^~~~~~~~~~~~~\n"
     "t.ini:10:1: note: 'b' excludes it here\n"
     "t.ini:6:1: warning: service 'b' marks 80 what comes from 52:54:00:12:34:56, too, which service 'web' "
     "excludes for packets that both claim: give 'b' exclude-mac = 52:54:00:12:34:56 as well\n"
     "    [service b]\n"
     "    ^~~~~~~~~~~\n"
     "t.ini:5:1: note: 'web' excludes it here\n"},
};

START_TEST(test_words)
{
    check_said(told[_i].text, told[_i].said, LINT_OVERLAP);
}
END_TEST

/* What must not be found. */
static const char *const good[] = {
    WEB "[service b]\nvip = 192.0.2.11\nports = 80\nfwmark = 1\n",
    WEB "[service b]\nvip = 192.0.2.10\nports = 81\nfwmark = 1\n",
    WEB "[service b]\nvip = 192.0.2.10\nports = 81:442\nfwmark = 1\n",
    WEB "[service b]\nvip = 192.0.2.10\nprotocol = udp\nports = 80\nfwmark = 1\n",
    WEB "[service b]\nvip = 192.0.2.10\nprotocol = esp\nfwmark = 1\n",
    WEB "[service b]\nvip = 192.0.2.10\nports = 80\nfwmark = 1\noverride = yes\n",
    /* A later override may be meant to win over something between. */
    WEB "[service b]\nvip = 192.0.2.0/24\nports = 80\nfwmark = 90\noverride = yes\n"
        "[service c]\nvip = 192.0.2.10\nports = 80\nfwmark = 80\noverride = yes\n",
    "[service a]\nvip = 192.0.2.1\nports = 1\nfwmark = 1\ninterface = eth0\n"
    "[service b]\nvip = 192.0.2.1\nports = 1\nfwmark = 2\ninterface = eth1\n",
    /* eth10 would lose its mark, and nobody else names it. */
    "[service a]\nvip = 192.0.2.1\nports = 1\nfwmark = 1\ninterface = eth1+\n"
    "[service b]\nvip = 192.0.2.0/24\nports = 1\nfwmark = 1\ninterface = eth1\n",
    "[service a]\nvip = 192.0.2.1\nports = 1\nfwmark = 1\ninterface = eth+\n"
    "[service b]\nvip = 192.0.2.1\nports = 1\nfwmark = 2\ninterface = et\n",
    "[service a]\nvip = 192.0.2.1\nports = 1\nfwmark = 1\nsource = 10.0.0.0/25\n"
    "[service b]\nvip = 192.0.2.1\nports = 1\nfwmark = 2\nsource = 10.0.0.128/25\n",
    /* A source list without the family gives no rule there. */
    "[service a]\nvip = 192.0.2.1\nports = 1\nfwmark = 1\nsource = fd00::/8\n"
    "[service b]\nvip = 192.0.2.1\nports = 1\nfwmark = 2\n",
    /* Same mark: only half of each is the other's. */
    "[service a]\nvip = 192.0.2.1, 192.0.2.2\nports = 1\nfwmark = 1\n"
    "[service b]\nvip = 192.0.2.2, 192.0.2.3\nports = 1\nfwmark = 1\n",
    /* Who excludes some MAC addresses, and shares no packet of its mark with others. */
    "[service a]\nvip = 192.0.2.1\nports = 2:9\nfwmark = 1\nexclude-mac = 52:54:00:12:34:56\n"
    "[service b]\nvip = 192.0.2.1\nports = 1\nfwmark = 1\n",
    /* A mark that was refused is no claim; the error is told elsewhere. */
    "[service a]\nvip = 192.0.2.1\nports = any\nfwmark = 1\n",
};

START_TEST(test_nothing_is_told)
{
    check_says(good[_i], "", LINT_OVERLAP);
}
END_TEST

/* ip6tables can't match ah, so these services mark nothing in IPv6 and can't meet there. */
START_TEST(test_ah_in_ipv6_claims_nothing)
{
    check_says("[service a]\nvip = 2001:db8::1\nprotocol = ah\nfwmark = 1\n"
               "[service b]\nvip = 2001:db8::1\nprotocol = ah\nfwmark = 2\n",
               "", LINT_OVERLAP);
}
END_TEST

/* Hidden by two services together: true of the two, so no single one may be named as if it hid all. */
START_TEST(test_hidden_by_two)
{
    struct made m;
    const char *printed = make(&m,
                               "[service a]\nvip = 192.0.2.1\nports = 1:5\nfwmark = 1\n"
                               "[service b]\nvip = 192.0.2.2\nports = 1:5\nfwmark = 1\n"
                               "[service c]\nvip = 192.0.2.1, 192.0.2.2\nports = 2\nfwmark = 1\n",
                               LINT_OVERLAP);

    if (strstr(printed, "marks nothing that service 'a' does not") ||
        strstr(printed, "marks nothing that service 'b' does not"))
        ck_abort_msg("not true of one service alone:\n%s", printed);
    made_free(&m);
}
END_TEST

/* One partner with very many ports in common must not hide the next one. */
START_TEST(test_each_partner_is_told)
{
    struct buf text = {0};
    struct made m;

    for (int s = 0; s < 3; s++) {
        buf_printf(&text, "[service s%d]\nvip = 192.0.2.%s\nfwmark = %d\nports =", s,
                   s == 2 ? "0/30"
                   : s    ? "2"
                          : "1",
                   s + 1);
        for (int port = 1; port <= 2 * _i; port += 2)
            buf_printf(&text, " %d", port);
        buf_char(&text, '\n');
    }
    const char *printed = make(&m, buf_text(&text), LINT_OVERLAP);
    if (!strstr(printed, "'s2' overlaps service 's0'") || !strstr(printed, "'s2' overlaps service 's1'"))
        ck_abort_msg("with %d ports in common was said\n%s", _i, printed);
    made_free(&m);
    buf_free(&text);
}
END_TEST

/* Eight findings of one service, then a note that there are more. */
START_TEST(test_cap)
{
    struct buf text = {0};
    struct made m;

    for (int s = 0; s < _i; s++)
        buf_printf(&text, "[service s%d]\nvip = 192.0.2.%d\nfwmark = 1\nports = 1\n", s, s);
    buf_str(&text, "[service all]\nvip = 192.0.2.0/24\nfwmark = 2\nports = 1\n");
    const char *printed = make(&m, buf_text(&text), LINT_OVERLAP);
    ck_assert_int_eq((int)diag_errors(&m.diag), _i < 8 ? _i : 8);
    ck_assert_int_eq(strstr(printed, "and it overlaps more services than these") != NULL, _i > 8);
    made_free(&m);
    buf_free(&text);
}
END_TEST

enum { COPIES = 20000 };

/* One service again and again, with 1, 2 or as many marks: each later copy is told of, and only a few times.
 */
START_TEST(test_copies)
{
    struct buf text = {0};
    struct made m;
    unsigned marks = _i == 0 ? 1 : _i == 1 ? 2 : COPIES;

    for (unsigned s = 0; s < COPIES; s++)
        buf_printf(
            &text,
            "[service s%u]\nvip = 192.0.2.0/24, 2001:db8::1\nfwmark = %u\nports = 80, 443, 1000:2000\n%s", s,
            s % marks + 1, _i == 3 ? "override = yes\n" : "");
    made_begin(&m);
    made_add(&m, "t.ini", text.at, text.len);
    templates_apply(&m.config, &(struct template_places){0}, &m.sources, &m.diag);
    lint_overlap(&m.config, &m.diag);
    ck_assert_uint_eq(diag_errors(&m.diag) > 0, _i == 1 || _i == 2);
    ck_assert_uint_le(m.diag.n, 8 * COPIES);
    if (_i == 0)
        ck_assert_uint_eq(m.diag.count[SEVERITY_WARNING], COPIES - 1);
    made_free(&m);
    buf_free(&text);
}
END_TEST

/* Many services inside one wide one, each with another port: no pair among the narrow ones. */
START_TEST(test_one_wide_service)
{
    struct buf text = {0};
    struct made m;

    buf_str(&text, "[service wide]\nvip = 10.0.0.0/8\nfwmark = 1\nports = any\n");
    for (unsigned s = 0; s < COPIES; s++)
        buf_printf(&text, "[service s%u]\nvip = 10.0.%u.%u\nfwmark = %u\nports = %u\noverride = yes\n", s,
                   s / 4 >> 8, s / 4 & 255, s + 2, s % 4 + 1);
    made_begin(&m);
    made_add(&m, "t.ini", text.at, text.len);
    templates_apply(&m.config, &(struct template_places){0}, &m.sources, &m.diag);
    lint_overlap(&m.config, &m.diag);
    ck_assert_uint_eq(m.diag.n, 0);
    made_free(&m);
    buf_free(&text);
}
END_TEST

static Suite *told_suite(void)
{
    Suite *s = suite_create("lint_overlap_told");
    TCase *t = new_case(s, "words"), *big = new_case(s, "big");

    tcase_add_loop_test(t, test_words, 0, N_OF(told));
    tcase_add_loop_test(t, test_nothing_is_told, 0, N_OF(good));
    tcase_add_test(t, test_ah_in_ipv6_claims_nothing);
    tcase_add_test(t, test_hidden_by_two);
    tcase_add_loop_test(t, test_each_partner_is_told, 30, 34);
    tcase_add_loop_test(t, test_each_partner_is_told, 99, 100);
    tcase_add_loop_test(t, test_cap, 7, 11);
    tcase_add_loop_test(big, test_copies, 0, 4);
    tcase_add_test(big, test_one_wide_service);
    return s;
}

int main(void)
{
    return run_suite(told_suite());
}
