/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lbgen's own rules, made by hand and by libxtables out of their text: the same bytes. */
#include <check.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/lower.h"
#include "lbgen/save_write.h"
#include "lbgen/xalloc.h"
#include "lbgen/xt_entries.h"
#include "lbgen/xt_entry.h"
#include "lbgen/xt_own.h"
#include "check_util.h"
#include "xt_own_rules.h"

enum { RULES = 3000 };

/* --- the two ways --- */

static struct {
    enum family family;
    struct arena mem;
    struct buf line;
    struct xt_encoding *asked;
    struct image_rule *made;
    size_t n, cap;
} both;

static const char *table_of(const struct rule *r)
{
    return r->target == TARGET_SNAT || r->target == TARGET_MASQUERADE ? "nat" : "mangle";
}

static void take(void *ctx, const struct rule *r)
{
    uint32_t len;

    (void)ctx;
    if (both.n == both.cap) {
        both.cap = both.cap ? 2 * both.cap : 1024;
        both.asked = xrealloc(both.asked, both.cap, sizeof *both.asked);
        both.made = xrealloc(both.made, both.cap, sizeof *both.made);
    }
    both.line.len = 0;
    save_write_rule(&both.line, r, both.family);
    both.asked[both.n] = (struct xt_encoding){.table = table_of(r),
                                              .rule = arena_text(&both.mem, both.line.at, both.line.len)};
    const void *entry = xt_own_entry(both.family, r, &both.mem, &len);
    entry_image(both.family, entry, NULL, &both.mem, &both.made[both.n]);
    ck_assert_uint_eq(len, both.made[both.n].len);
    both.n++;
}

static void forget(void)
{
    arena_free(&both.mem);
    buf_free(&both.line);
    free(both.asked);
    free(both.made);
    memset(&both, 0, sizeof both);
}

static void lower(const struct rule *rule)
{
    const struct rule_sink sink = {.rule = take};

    lower_rule(&sink, rule);
}

static void compare(const struct xt_encoding *asked, const struct image_rule *made)
{
    struct image_rule parsed;

    if (!asked->entry)
        ck_abort_msg("%s: refused: %s", asked->rule, asked->refusal);
    entry_image(both.family, asked->entry, NULL, &both.mem, &parsed);
    if (asked->len != made->len || memcmp(asked->entry, made->payload, made->len) != 0)
        ck_abort_msg("other bytes: %s", asked->rule);
    MUST(entry_equal(both.family, made, &parsed));
    MUST(made->key == parsed.key && made->bare == parsed.bare);
    MUST((uintptr_t)made->payload % 8 == 0);
}

static void compare_all(void)
{
    struct complaint why;

    ck_assert_msg(xt_encode(both.family, both.asked, both.n, &both.mem, &why), "%s", why.text);
    for (size_t i = 0; i < both.n; i++)
        compare(&both.asked[i], &both.made[i]);
    forget();
}

START_TEST(test_by_chance)
{
    struct chance c = {.state = 1 + (uint64_t)_i};
    struct made m;

    both.family = (enum family)_i;
    for (int i = 0; i < RULES; i++) {
        make_rule(&c, both.family, &m);
        lower(&m.rule);
    }
    compare_all();
}
END_TEST

START_TEST(test_each_length)
{
    both.family = (enum family)_i;
    for (unsigned len = 0; len <= family_ops[_i].bits; len++) {
        struct prefix p = {.family = (uint8_t)_i, .len = (uint8_t)len};
        struct rule r = {.chain = "INPUT", .src = &p, .icmp_type = -1, .tag = "a", .tag_len = 1};

        p.first.high = len ? UINT64_C(1) << 63 : 0;
        lower(&r);
    }
    compare_all();
}
END_TEST

START_TEST(test_built_in_chains)
{
    static const struct {
        const char *chain;
        enum target target;
    } cases[] = {{"PREROUTING", TARGET_MARK},
                 {"INPUT", TARGET_ACCEPT},
                 {"POSTROUTING", TARGET_MASQUERADE},
                 {"POSTROUTING", TARGET_SNAT},
                 {"OUTPUT", TARGET_RETURN}};

    both.family = (enum family)_i;
    for (int i = 0; i < N_OF(cases); i++) {
        struct rule r = {.chain = cases[i].chain,
                         .target = cases[i].target,
                         .icmp_type = -1,
                         .mark = {80, MARK_MASK_ALL},
                         .to = {.family = (uint8_t)_i, .first = {.high = UINT64_C(0x2001) << 48, .low = 1}},
                         .tag = "vrrp",
                         .tag_len = 4};

        lower(&r);
        ck_assert_str_eq(both.made[i].tag, "vrrp");
    }
    compare_all();
}
END_TEST

START_TEST(test_unknown_protocol_matches_nothing)
{
    struct rule r = {.chain = "INPUT", .protocol = "nosuch", .icmp_type = -1, .in_own_chain = true};
    struct arena mem = {0};
    uint32_t len;
    const unsigned char *entry = xt_own_entry(IPV4, &r, &mem, &len);

    ck_assert_uint_eq(entry[80], 255); /* struct ipt_ip's proto */
    arena_free(&mem);
}
END_TEST

static int asked;

struct protoent *getprotobyname(const char *name)
{
    struct protoent *(*real)(const char *);

    asked++;
    *(void **)&real = dlsym(RTLD_NEXT, "getprotobyname");
    return real(name);
}

/* Each look into /etc/protocols reads the file. */
START_TEST(test_protocols_are_asked_for_once)
{
    struct rule r = {.chain = "OUTPUT", .protocol = "ipencap", .icmp_type = -1, .tag = "a", .tag_len = 1};
    struct xt_own_entry entry;

    asked = 0;
    for (int i = 0; i < 100; i++) {
        entry.len = 0;
        xt_own_write(IPV4, &r, &entry);
    }
    ck_assert_int_le(asked, 1); /* a test before may have asked in this process */
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xt_own");
    TCase *same = new_case(suite, "the same bytes");

    tcase_add_loop_test(same, test_by_chance, IPV4, FAMILIES);
    tcase_add_loop_test(same, test_each_length, IPV4, FAMILIES);
    tcase_add_loop_test(same, test_built_in_chains, IPV4, FAMILIES);
    tcase_add_test(same, test_unknown_protocol_matches_nothing);
    tcase_add_test(same, test_protocols_are_asked_for_once);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
