/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/save_unknown.h"

#include "lbgen/save_read.h"

#include "check_util.h"

static const struct {
    const char *line, *matches, *target; /* NULL: none */
    bool steady;
} lines[] = {
    {"-A INPUT -s 192.0.2.0/24 -j ACCEPT", NULL, NULL, false},
    {"-A INPUT -s 192.0.2.0/24 -m recent --name \"a b\" --rcheck -m comment --comment \"x\" -j ACCEPT",
     "-m recent --name \"a b\" --rcheck", NULL, false},
    {"-A INPUT -p tcp -m tcp --dport 80 -m length --length 0:40 -j DROP", "-m length --length 0:40", NULL,
     true},
    {"-A INPUT -m length ! --length 5 ! -i eth0 -j DROP", "-m length ! --length 5", NULL, true},
    {"-A INPUT -m limit --limit 1/sec -m length --length 5", "-m limit --limit 1/sec -m length --length 5",
     NULL, false},
    {"-A INPUT -p tcp -m tcp --tcp-option 5 --dport 80 -j DROP", "-m tcp --tcp-option 5 --dport 80", NULL,
     true},
    {"[1:2] -A PREROUTING -d 192.0.2.10/32 -j DNAT --to-destination 10.0.0.1", NULL,
     "-j DNAT --to-destination 10.0.0.1", true},
    {"-A INPUT -m length --length 5 -j NFQUEUE --queue-num 3", "-m length --length 5",
     "-j NFQUEUE --queue-num 3", true},
    {"-A INPUT -p tcp -m comment --comment x -j DSCP --set-dscp 0x03", NULL, "-j DSCP --set-dscp 0x03", true},
    {"-A INPUT -j MARK --set-xmark 0x1/0xffffffff", NULL, NULL, false},
};

START_TEST(test_lines)
{
    struct arena mem = {0};
    struct seen_rule seen;
    struct set_rule rule = {
        .rule = &seen, .text = lines[_i].line, .text_len = (uint32_t)strlen(lines[_i].line)};

    ck_assert(save_read_rule(rule.text, rule.text_len, &mem, &seen));
    save_unknown_words(&rule, &mem);
    ck_assert_pstr_eq(rule.matches, lines[_i].matches);
    ck_assert_pstr_eq(rule.target, lines[_i].target);
    ck_assert_int_eq(rule.steady, lines[_i].steady);
    arena_free(&mem);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("save_unknown");

    tcase_add_loop_test(new_case(suite, "lines"), test_lines, 0, N_OF(lines));
    return run_suite(suite);
}
