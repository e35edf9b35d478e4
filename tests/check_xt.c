/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/xalloc.h"
#include "lbgen/xt.h"
#include "xt_ask.h"
#include "xt_pairs.h"
#include "xt_refusals.h"
#include "check_util.h"

enum { PAIRS = sizeof xt_pairs / sizeof *xt_pairs, REFUSALS = sizeof xt_refusals / sizeof *xt_refusals };

static const char *slot_name[] = {"IPv4", "IPv6"};

static bool is_of(int families, int slot)
{
    return families == 46 || families == (slot ? 6 : 4);
}

/* --- texts --- */

static struct xt_rule pairs[2][PAIRS], again[2][PAIRS];

static void ask_pairs(void)
{
    for (int slot = 0; slot < 2; slot++) {
        char *why;

        for (size_t i = 0; i < PAIRS; i++)
            pairs[slot][i] = (struct xt_rule){.table = xt_pairs[i].table, .rule = xt_pairs[i].rule};
        ck_assert_int_eq(xt_canonical(slot ? 6 : 4, pairs[slot], PAIRS, &why), 0);
        for (size_t i = 0; i < PAIRS; i++)
            again[slot][i] = (struct xt_rule){.table = xt_pairs[i].table, .rule = pairs[slot][i].text};
        ck_assert_int_eq(xt_canonical(slot ? 6 : 4, again[slot], PAIRS, &why), 0);
    }
}

static void free_pairs(void)
{
    for (int slot = 0; slot < 2; slot++) {
        xt_free_answers(again[slot], PAIRS);
        xt_free_answers(pairs[slot], PAIRS);
    }
}

START_TEST(test_pairs)
{
    for (int slot = 0; slot < 2; slot++) {
        const struct xt_pair *pair = &xt_pairs[_i];
        const struct xt_rule *answer = &pairs[slot][_i];

        if (!is_of(pair->families, slot))
            continue;
        ck_assert_msg(answer->status == XT_OK, "%s, %s: refused: %s", slot_name[slot], pair->rule,
                      answer->text);
        ck_assert_str_eq(answer->text, pair->text ? pair->text : pair->rule);
        ck_assert_str_eq(again[slot][_i].text, answer->text);
    }
}
END_TEST

static size_t where_head_ends(const char *text)
{
    static const char *const ends[] = {" -m ", " -j ", " -g "};

    for (size_t i = 0; i < 3; i++)
        if (strstr(text, ends[i]))
            return (size_t)(strstr(text, ends[i]) - text);
    return strlen(text);
}

START_TEST(test_heads)
{
    for (int slot = 0; slot < 2; slot++) {
        const struct xt_rule *answer = &pairs[slot][_i];

        if (answer->status == XT_OK)
            ck_assert_uint_eq(answer->head_len, where_head_ends(answer->text));
    }
}
END_TEST

START_TEST(test_comment_goes_in_at_the_head)
{
    struct xt_rule rule = ask(4, "filter", "-A INPUT -p tcp --dport 22 -j ACCEPT");
    char with[200];

    snprintf(with, sizeof with, "%.*s -m comment --comment \"x:y\"%s", (int)rule.head_len, rule.text,
             rule.text + rule.head_len);
    struct xt_rule commented = ask(4, "filter", with);

    ck_assert_str_eq(commented.text, with);
    ck_assert_str_eq(with, "-A INPUT -p tcp -m comment --comment \"x:y\" -m tcp --dport 22 -j ACCEPT");
    xt_free_answers(&commented, 1);
    xt_free_answers(&rule, 1);
}
END_TEST

START_TEST(test_longest_comment)
{
    char text[400];
    size_t head = (size_t)snprintf(text, sizeof text, "-A INPUT -m comment --comment ");

    memset(text + head, 'c', 256);
    text[head + 256] = '\0';
    struct xt_rule rule = ask(4, "filter", text);

    ck_assert_int_eq(rule.status, XT_REFUSED);
    ck_assert_uint_eq(rule.at, head);
    ck_assert_uint_eq(rule.len, 256);
    ck_assert_str_eq(rule.text, "this text is too long: it has room for 255 bytes");
    xt_free_answers(&rule, 1);
    text[head + 255] = '\0';
    rule = ask(4, "filter", text);
    ck_assert_str_eq(rule.text, text);
    xt_free_answers(&rule, 1);
}
END_TEST

START_TEST(test_names)
{
    struct xt_rule rule = ask(6, "filter", "-A lbgen.u.a -p tcp -g lbgen.u.b");

    ck_assert_str_eq(rule.chain, "lbgen.u.a");
    ck_assert_str_eq(rule.target, "lbgen.u.b");
    ck_assert(rule.is_goto && rule.to_chain);
    xt_free_answers(&rule, 1);
    rule = ask(6, "filter", "-A INPUT -j nosuch");
    ck_assert(!rule.is_goto && rule.to_chain);
    xt_free_answers(&rule, 1);
    rule = ask(4, "nat", "-A POSTROUTING -j MASQUERADE");
    ck_assert_str_eq(rule.chain, "POSTROUTING");
    ck_assert_str_eq(rule.target, "MASQUERADE");
    ck_assert(!rule.is_goto && !rule.to_chain);
    xt_free_answers(&rule, 1);
    rule = ask(4, "nat", "-A POSTROUTING -j RETURN");
    ck_assert(!rule.is_goto && !rule.to_chain);
    xt_free_answers(&rule, 1);
    rule = ask(4, "filter", "-A INPUT -i lo");
    ck_assert_str_eq(rule.target, "");
    ck_assert(!rule.to_chain);
    xt_free_answers(&rule, 1);
}
END_TEST

/* --- refusals --- */

static struct xt_rule refusals[2][REFUSALS];
static struct {
    char *rule;
    size_t at, len;
} expected[REFUSALS];

static void unmark(size_t i)
{
    const char *marked = xt_refusals[i].rule, *open = strchr(marked, '<'), *close = strrchr(marked, '>');
    size_t n = 0;

    expected[i].rule = xmalloc(strlen(marked) + 1);
    for (const char *c = marked; *c; c++)
        if (c != open && c != close)
            expected[i].rule[n++] = *c;
    expected[i].rule[n] = '\0';
    expected[i].at = open ? (size_t)(open - marked) : 0;
    expected[i].len = open ? (size_t)(close - open - 1) : 0;
}

static void ask_refusals(void)
{
    for (size_t i = 0; i < REFUSALS; i++)
        unmark(i);
    for (int slot = 0; slot < 2; slot++) {
        char *why;

        for (size_t i = 0; i < REFUSALS; i++)
            refusals[slot][i] = (struct xt_rule){.table = xt_refusals[i].table, .rule = expected[i].rule};
        ck_assert_int_eq(xt_canonical(slot ? 6 : 4, refusals[slot], REFUSALS, &why), 0);
    }
}

static void free_refusals(void)
{
    for (int slot = 0; slot < 2; slot++)
        xt_free_answers(refusals[slot], REFUSALS);
    for (size_t i = 0; i < REFUSALS; i++)
        free(expected[i].rule);
}

START_TEST(test_refusals)
{
    for (int slot = 0; slot < 2; slot++) {
        const struct xt_rule *answer = &refusals[slot][_i];
        const struct xt_refusal *refusal = &xt_refusals[_i];

        if (!is_of(refusal->families, slot))
            continue;
        ck_assert_msg(answer->status == XT_REFUSED, "%s, %s: %d %s", slot_name[slot], answer->rule,
                      answer->status, answer->text);
        ck_assert_msg(strstr(answer->text, refusal->reason), "%s, %s: %s", slot_name[slot], answer->rule,
                      answer->text);
        ck_assert_msg(answer->at == expected[_i].at && answer->len == expected[_i].len,
                      "%s, %s: %s: '%.*s' is blamed", slot_name[slot], answer->rule, answer->text,
                      (int)answer->len, answer->rule + answer->at);
        ck_assert(!strchr(answer->text, '\n'));
        ck_assert_str_eq(answer->chain, "");
        ck_assert_str_eq(answer->target, "");
    }
}
END_TEST

START_TEST(test_what_iptables_restore_cannot_hold)
{
    char *long_word = xmalloc(2000), *many = xmalloc(20000), *wide = xmalloc(20000);

    sprintf(long_word, "-A INPUT -m comment --comment %01100d", 7);
    sprintf(many, "-A INPUT");
    for (int i = 0; i < 200; i++)
        strcat(many, " -i x");
    sprintf(wide, "-A INPUT");
    for (int i = 0; i < 50; i++)
        sprintf(wide + strlen(wide), " -m comment --comment %0220d", i);
    struct xt_rule rules[] = {{.table = "filter", .rule = long_word},
                              {.table = "filter", .rule = many},
                              {.table = "filter", .rule = wide}};
    char *why;

    ck_assert_int_eq(xt_canonical(4, rules, 3, &why), 0);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(rules[i].status, XT_REFUSED);
    ck_assert_str_eq(rules[0].text, "a word of 1100 bytes; iptables-restore takes up to 1023");
    ck_assert_uint_eq(rules[0].len, 1100);
    ck_assert_str_eq(rules[1].text, "more than 240 words; iptables-restore can't take them");
    ck_assert_ptr_nonnull(strstr(rules[2].text, "iptables-restore takes up to 10000"));
    xt_free_answers(rules, 3);
    free(long_word);
    free(many);
    free(wide);
}
END_TEST

/* --- families, sets --- */

START_TEST(test_foreign)
{
    static const struct {
        const char *rule;
        int family; /* where it belongs */
    } rules[] = {
        {"-A INPUT -s 10.0.0.1 -j ACCEPT", 4},
        {"-A INPUT ! -d 10.0.0.0/8 -j ACCEPT", 4},
        {"-A INPUT -s fd00::1 -j ACCEPT", 6},
        {"-A INPUT --source fd00::1 -j ACCEPT", 6},
        {"-A INPUT --sour fd00::1 -j ACCEPT", 6},
        {"-A INPUT --dst ::ffff:10.0.0.1 -d 10.0.0.1", 0},
        {"-A INPUT -s 10.0.0.1 -p icmp --icmp-type 8 -j ACCEPT", 4},
        {"-A INPUT -p icmpv6 --icmpv6-type 128 -s fe80::/10 -j ACCEPT", 6},
        {"-A INPUT -4 -j ACCEPT", 4},
        {"-A INPUT --ipv6 -j ACCEPT", 6},
        {"-A INPUT -s 10.0.0.1 -m set --match-set a src", 4},
        {"-A INPUT -d fd00::1 -m set --match-set a src", 6},
    };

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        for (int family = 4; family <= 6; family += 2) {
            struct xt_rule rule = ask(family, "filter", rules[i].rule);
            enum xt_status want = rules[i].family == family ? XT_OK
                                  : rules[i].family         ? XT_FOREIGN
                                                            : XT_REFUSED;

            if (want == XT_OK && strstr(rules[i].rule, "-m set"))
                want = XT_AS_WRITTEN;
            ck_assert_msg(rule.status == want, "IPv%d, %s: %d %s", family, rule.rule, rule.status, rule.text);
            xt_free_answers(&rule, 1);
        }
}
END_TEST

START_TEST(test_as_written)
{
    static const struct {
        const char *rule, *text, *chain, *target, *head;
        bool is_goto, to_chain;
    } rules[] = {
        {"-A INPUT  -p tcp\t-m set --match-set a src -j ACCEPT",
         "-A INPUT -p tcp -m set --match-set a src -j ACCEPT", "INPUT", "ACCEPT", "-A INPUT -p tcp", false,
         false},
        {"--append INPUT -m \"set\" ! --match-set \"a b\" src,dst",
         "-A INPUT -m \"set\" ! --match-set \"a b\" src,dst", "INPUT", "", "-A INPUT", false, false},
        {"-A lbgen.u.x -j SET --add-set \"it's\" src --exist",
         "-A lbgen.u.x -j SET --add-set \"it's\" src --exist", "lbgen.u.x", "SET", "-A lbgen.u.x", false,
         false},
        {"-A INPUT -p tcp --dport 80 -m set --match-set a src --goto lbgen.u.y",
         "-A INPUT -p tcp --dport 80 -m set --match-set a src --goto lbgen.u.y", "INPUT", "lbgen.u.y",
         "-A INPUT -p tcp --dport 80", true, true},
        {"-A INPUT -j DROP -m comment --comment \"a  b\" -mset --match-set a dst",
         "-A INPUT -j DROP -m comment --comment \"a  b\" -mset --match-set a dst", "INPUT", "DROP",
         "-A INPUT -j DROP", false, false},
        {"-A INPUT -m set --match-set a dst -j LOG", "-A INPUT -m set --match-set a dst -j LOG", "INPUT",
         "LOG", "-A INPUT", false, false},
        {"-A INPUT -m set --match-set a dst -j other", "-A INPUT -m set --match-set a dst -j other", "INPUT",
         "other", "-A INPUT", false, true},
    };

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct xt_rule rule = ask(4, "filter", rules[i].rule);

        ck_assert_msg(rule.status == XT_AS_WRITTEN, "%s: %d %s", rule.rule, rule.status, rule.text);
        ck_assert_str_eq(rule.text, rules[i].text);
        ck_assert_str_eq(rule.chain, rules[i].chain);
        ck_assert_str_eq(rule.target, rules[i].target);
        ck_assert_uint_eq(rule.head_len, strlen(rules[i].head));
        ck_assert_int_eq(rule.is_goto, rules[i].is_goto);
        ck_assert_int_eq(rule.to_chain, rules[i].to_chain);
        xt_free_answers(&rule, 1);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xt");
    TCase *texts = tcase_create("texts"), *refused = tcase_create("refused"), *rules = tcase_create("rules");

    tcase_add_unchecked_fixture(texts, ask_pairs, free_pairs);
    tcase_add_loop_test(texts, test_pairs, 0, PAIRS);
    tcase_add_loop_test(texts, test_heads, 0, PAIRS);
    suite_add_tcase(suite, texts);
    tcase_add_unchecked_fixture(refused, ask_refusals, free_refusals);
    tcase_add_loop_test(refused, test_refusals, 0, REFUSALS);
    suite_add_tcase(suite, refused);
    tcase_add_test(rules, test_comment_goes_in_at_the_head);
    tcase_add_test(rules, test_longest_comment);
    tcase_add_test(rules, test_names);
    tcase_add_test(rules, test_what_iptables_restore_cannot_hold);
    tcase_add_test(rules, test_foreign);
    tcase_add_test(rules, test_as_written);
    suite_add_tcase(suite, rules);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
