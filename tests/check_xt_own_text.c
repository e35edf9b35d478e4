/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of own entries, made by hand and by libxtables: the same. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/lower.h"
#include "lbgen/save_write.h"
#include "lbgen/xalloc.h"
#include "lbgen/xt.h"
#include "lbgen/xt_entry.h"
#include "lbgen/xt_own.h"
#include "lbgen/xt_own_text.h"
#include "check_util.h"
#include "xt_own_rules.h"

enum { RULES = 1500, FLIPPED = 60, TEXTS_MAX = 100000 };

static struct arena mem;
static enum family family;
static const char *texts[TEXTS_MAX];
static const void *entries[TEXTS_MAX];
static size_t n_texts;

static void forget(void)
{
    arena_free(&mem);
    n_texts = 0;
}

/* NULL when it is not told. */
static const char *text_of(const void *entry, const char *jump)
{
    struct xt_decoding d = {.entry = entry, .jump = jump, .chain = "lbgen.u.y"};
    struct buf line = {0};
    const char *text = NULL;

    if (xt_own_text(family, &d, &line))
        text = arena_text(&mem, line.at, line.len);
    else
        MUST(line.len == 0);
    buf_free(&line);
    return text;
}

/* Protocols that only /etc/protocols has a name for. */
static bool is_left_to_libxtables(const struct rule *r)
{
    static const char *const names[] = {"gre", "ipencap", "ipv6"};

    for (int i = 0; r->protocol && i < N_OF(names); i++)
        if (strcmp(names[i], r->protocol) == 0)
            return true;
    return false;
}

static void check_told(void *ctx, const struct rule *r)
{
    struct buf line = {0};
    uint32_t len;
    const char *text = text_of(xt_own_entry(family, r, &mem, &len), NULL);

    (void)ctx;
    save_write_rule(&line, r, family);
    if (is_left_to_libxtables(r))
        text = text ? text : arena_text(&mem, line.at, line.len);
    if (!text || strcmp(text, buf_text(&line)) != 0)
        ck_abort_msg("%s: %s", buf_text(&line), text ? text : "not told");
    buf_free(&line);
    texts[n_texts++] = text;
}

static void check_by_libxtables(void)
{
    struct xt_rule *rules = xcalloc(n_texts, sizeof *rules);
    char *why;

    for (size_t i = 0; i < n_texts; i++)
        rules[i] = (struct xt_rule){
            .table = strstr(texts[i], "-j MASQ") || strstr(texts[i], "-j SNAT") ? "nat" : "mangle",
            .rule = texts[i]};
    ck_assert_int_eq(xt_canonical(family_ops[family].number, rules, n_texts, &why), 0);
    for (size_t i = 0; i < n_texts; i++)
        if (rules[i].status != XT_OK || strcmp(rules[i].text, texts[i]) != 0)
            ck_abort_msg("%s: %s", texts[i], rules[i].text);
    xt_free_answers(rules, n_texts);
    free(rules);
}

START_TEST(test_by_chance)
{
    const struct rule_sink sink = {.rule = check_told};
    struct chance c = {.state = 77 + (uint64_t)_i};
    struct made m;

    family = (enum family)_i;
    for (int i = 0; i < RULES; i++) {
        make_rule(&c, family, &m);
        lower_rule(&sink, &m.rule);
    }
    check_by_libxtables();
}
END_TEST

/* Where the text of a changed entry is told, that entry is what the text makes. */
static void flip(void *ctx, const struct rule *r)
{
    struct xt_own_entry entry;

    (void)ctx;
    xt_own_write(family, r, &entry);
    for (uint32_t i = 0; i < entry.len; i++) {
        entry.bytes[i] ^= (unsigned char)(1 << i % 8);
        if (entry_is_sound(family, entry.bytes, entry.len) && n_texts < TEXTS_MAX) {
            texts[n_texts] = text_of(entry.bytes, NULL);
            entries[n_texts] = arena_copy(&mem, entry.bytes, entry.len);
            n_texts += texts[n_texts] != NULL;
        }
        entry.bytes[i] ^= (unsigned char)(1 << i % 8);
    }
}

static void check_entries(void)
{
    struct xt_encoding *asked = xcalloc(n_texts, sizeof *asked);
    struct image_rule given, made;
    struct complaint why;
    size_t n = 0;

    for (size_t i = 0; i < n_texts; i++)
        asked[i] = (struct xt_encoding){
            .table = strstr(texts[i], "-j MASQ") || strstr(texts[i], "-j SNAT") ? "nat" : "mangle",
            .rule = texts[i]};
    ck_assert(xt_encode(family, asked, n_texts, &mem, &why));
    for (size_t i = 0; i < n_texts; i++) {
        if (!asked[i].entry) /* icmp without -p icmp and the like, which the kernel never had */
            continue;
        entry_image(family, entries[i], NULL, &mem, &given);
        entry_image(family, asked[i].entry, NULL, &mem, &made);
        if (!entry_equal(family, &given, &made))
            ck_abort_msg("something is not said: %s", texts[i]);
        n++;
    }
    ck_assert_uint_gt(n, n_texts / 2);
    free(asked);
}

START_TEST(test_flipped)
{
    const struct rule_sink sink = {.rule = flip};
    struct chance c = {.state = 5 + (uint64_t)_i};
    struct made m;

    family = (enum family)_i;
    for (int i = 0; i < FLIPPED; i++) {
        make_rule(&c, family, &m);
        lower_rule(&sink, &m.rule);
    }
    ck_assert_uint_gt(n_texts, 1000);
    check_entries();
}
END_TEST

START_TEST(test_where_the_kernel_says_it_leads)
{
    struct rule r = {.chain = "x", .icmp_type = -1, .target = TARGET_JUMP, .jump = "", .in_own_chain = true};
    uint32_t len;

    family = (enum family)_i;
    const void *entry = xt_own_entry(family, &r, &mem, &len);
    ck_assert_str_eq(text_of(entry, "DOCKER"), "-A lbgen.u.y -j DOCKER");
    ck_assert_str_eq(text_of(entry, "DROP"), "-A lbgen.u.y -j DROP");
    ck_assert_ptr_null(text_of(entry, ""));
    ck_assert_ptr_null(text_of(entry, "a b"));
    r.jump = "REJECT"; /* as REJECT with its first reason looks, and any chain of that name */
    entry = xt_own_entry(family, &r, &mem, &len);
    ck_assert_ptr_null(text_of(entry, "REJECT"));
    ck_assert_ptr_null(text_of(entry, NULL));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xt_own_text");
    TCase *tcase = new_case(suite, "text");

    tcase_add_checked_fixture(tcase, NULL, forget);
    tcase_add_loop_test(tcase, test_by_chance, IPV4, FAMILIES);
    tcase_add_loop_test(tcase, test_flipped, IPV4, FAMILIES);
    tcase_add_loop_test(tcase, test_where_the_kernel_says_it_leads, IPV4, FAMILIES);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
