/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text to kernel entries and back. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "lbgen/buf.h"
#include "lbgen/xt_entries.h"
#include "lbgen/xt_entry.h"
#include "xt_pairs.h"
#include "check_util.h"

enum { PAIRS = N_OF(xt_pairs) };

static struct arena mem;

static void free_mem(void)
{
    arena_free(&mem);
}

/* --- there and back --- */

static struct xt_encoding encoded[FAMILIES][PAIRS];
static struct xt_decoding decoded[FAMILIES][PAIRS];

static bool is_of(const struct xt_pair *pair, enum family family)
{
    return pair->families == 46 || pair->families == family_ops[family].number;
}

static const char *text_of(const struct xt_pair *pair)
{
    return pair->text ? pair->text : pair->rule;
}

static const char *chain_of(const char *text)
{
    size_t len = strcspn(text + 3, " ");

    return arena_text(&mem, text + 3, len);
}

static void ask_pairs(void)
{
    struct complaint why;

    for (enum family f = IPV4; f < FAMILIES; f++) {
        size_t n = 0;

        for (int i = 0; i < PAIRS; i++)
            encoded[f][i] = (struct xt_encoding){.table = xt_pairs[i].table, .rule = text_of(&xt_pairs[i])};
        ck_assert_msg(xt_encode(f, encoded[f], PAIRS, &mem, &why), "%s", why.text);
        for (int i = 0; i < PAIRS; i++)
            if (encoded[f][i].entry)
                decoded[f][n++] =
                    (struct xt_decoding){.entry = encoded[f][i].entry, .chain = chain_of(encoded[f][i].rule)};
        ck_assert_msg(xt_decode(f, decoded[f], n, &mem, &why), "%s", why.text);
        for (int i = PAIRS; i-- > 0;)
            if (encoded[f][i].entry)
                decoded[f][i] = decoded[f][--n];
    }
}

START_TEST(test_there_and_back)
{
    const struct xt_pair *pair = &xt_pairs[_i];

    for (enum family f = IPV4; f < FAMILIES; f++) {
        const struct xt_encoding *e = &encoded[f][_i];

        if (!is_of(pair, f))
            continue;
        if (!e->entry && strstr(e->refusal, "this kernel does not have"))
            continue;
        ck_assert_msg(e->entry != NULL, "%s: refused: %s", e->rule, e->refusal);
        ck_assert_ptr_null(e->refusal);
        ck_assert_msg(decoded[f][_i].text != NULL, "%s: refused: %s", e->rule, decoded[f][_i].refusal);
        ck_assert_str_eq(decoded[f][_i].text, e->rule);
    }
}
END_TEST

/* --- refusals --- */

static struct xt_encoding encode(const char *table, const char *rule)
{
    struct xt_encoding e = {.table = table, .rule = rule};
    struct complaint why;

    ck_assert_msg(xt_encode(IPV4, &e, 1, &mem, &why), "%s", why.text);
    ck_assert_int_eq(e.entry == NULL, e.refusal != NULL);
    return e;
}

START_TEST(test_nothing_asked)
{
    struct complaint why;

    ck_assert(xt_encode(IPV4, NULL, 0, &mem, &why));
    ck_assert(xt_decode(IPV6, NULL, 0, &mem, &why));
}
END_TEST

START_TEST(test_encode_refuses)
{
    static const struct {
        const char *rule, *reason;
    } cases[] = {{"-A INPUT -m nosuch", "there is no match 'nosuch' for IPv4"},
                 {"-A INPUT -s fd00::1/128 -j ACCEPT", "this address is not of IPv4"},
                 {"-A INPUT -p tcp -m tcp --dport x -j ACCEPT", "x"},
                 {"-A INPUT -m set --match-set lbgen-no-such-set src -j DROP", ""},
                 {"INPUT", "a rule begins with -A CHAIN"},
                 {"-A INPUT \"", "this quote is not closed"}};

    for (int i = 0; i < N_OF(cases); i++) {
        struct xt_encoding e = encode("filter", cases[i].rule);

        ck_assert_msg(!e.entry && *e.refusal && strstr(e.refusal, cases[i].reason), "%s: %s", cases[i].rule,
                      e.refusal);
    }
}
END_TEST

START_TEST(test_one_refusal_spoils_nothing)
{
    struct xt_encoding e[] = {{.table = "filter", .rule = "-A INPUT -j ACCEPT"},
                              {.table = "filter", .rule = "-A INPUT -m nosuch"},
                              {.table = "filter", .rule = "-A INPUT -j ACCEPT"}};
    struct complaint why;

    ck_assert(xt_encode(IPV6, e, 3, &mem, &why));
    ck_assert(e[0].entry && !e[1].entry && e[2].entry);
    ck_assert_uint_eq(e[0].len, e[2].len);
    ck_assert_mem_eq(e[0].entry, e[2].entry, e[0].len);
}
END_TEST

START_TEST(test_more_than_an_entry_holds)
{
    struct buf rule = {0};

    buf_str(&rule, "-A INPUT");
    for (int i = 0; i < 33; i++) /* 2016 bytes each */
        buf_str(&rule, " -m u32 --u32 0x0=0x0");
    struct xt_encoding e = encode("filter", buf_text(&rule));
    ck_assert_msg(!e.entry && strstr(e.refusal, "which holds up to 65535"), "%s", e.refusal);
    buf_free(&rule);
}
END_TEST

/* An entry with one thing changed in it, decoded. */
static struct xt_decoding decode_changed(enum family family, const char *rule, size_t at, const void *bytes,
                                         size_t len)
{
    struct xt_encoding e = {.table = "filter", .rule = rule};
    struct xt_decoding d = {.chain = "INPUT"};
    struct complaint why;

    ck_assert(xt_encode(family, &e, 1, &mem, &why) && e.entry);
    char *copy = arena_copy(&mem, e.entry, e.len);
    ck_assert_uint_le(at + len, e.len);
    memcpy(copy + at, bytes, len);
    d.entry = copy;
    ck_assert(xt_decode(family, &d, 1, &mem, &why));
    ck_assert_int_eq(d.text == NULL, d.refusal != NULL);
    return d;
}

enum { V4 = sizeof(struct ipt_entry), V6 = sizeof(struct ip6t_entry), NAME_AT = 2, REVISION_AT = 31 };

START_TEST(test_decode_refuses)
{
    static const struct {
        enum family family;
        const char *rule;
        size_t at, len;
        const char *bytes, *reason;
    } cases[] = {
        {IPV4, "-A INPUT -m limit --limit 3/sec -j ACCEPT", V4 + NAME_AT, 6, "timil", "the match 'timil'"},
        {IPV4, "-A INPUT -m limit --limit 3/sec -j ACCEPT", V4 + REVISION_AT, 1, "\x7", "the match 'limit'"},
        {IPV4, "-A INPUT -j LOG --log-prefix x", V4 + NAME_AT, 4, "GOL", "the target 'GOL'"},
        {IPV4, "-A INPUT -j LOG --log-prefix x", V4 + REVISION_AT, 1, "\x7", "the target 'LOG'"},
        /* another extension's name: the size is not its */
        {IPV4, "-A INPUT -m limit --limit 3/sec -j ACCEPT", V4 + NAME_AT, 4, "mac", "the match 'mac'"},
        {IPV4, "-A INPUT -j LOG --log-prefix x", V4 + NAME_AT, 5, "MARK", "the target 'MARK'"},
        {IPV4, "-A INPUT -i eth0 -j ACCEPT", offsetof(struct ipt_entry, ip.iniface), 4, "e h0", "interface"},
        {IPV4, "-A INPUT -i eth0 -j ACCEPT", offsetof(struct ipt_entry, ip.iniface_mask), 1, "\x7f",
         "interface"},
        {IPV4, "-A INPUT -i eth0 -j ACCEPT", offsetof(struct ipt_entry, ip.iniface_mask) + 3, 2, "\0",
         "interface"},
        {IPV4, "-A INPUT -s 10.0.0.0/8 -j ACCEPT", offsetof(struct ipt_entry, ip.src) + 3, 1, "\x1",
         "address"},
        {IPV6, "-A INPUT -d fd00::/8 -j ACCEPT", offsetof(struct ip6t_entry, ipv6.dst) + 1, 1, "\x1",
         "address"},
        {IPV4, "-A INPUT -j ACCEPT", offsetof(struct ipt_entry, ip.flags), 1, "\x40", "flags"},
        {IPV4, "-A INPUT -j ACCEPT", offsetof(struct ipt_entry, ip.invflags), 1, "\x04", "flags"},
        {IPV6, "-A INPUT -p tcp -j ACCEPT", offsetof(struct ip6t_entry, ipv6.flags), 1, "\0", "a protocol"},
        {IPV6, "-A INPUT -p tcp -j ACCEPT", offsetof(struct ip6t_entry, ipv6.flags), 1, "\x03", "flags"},
        {IPV6, "-A INPUT -m comment --comment abc -j ACCEPT", V6 + 33, 1, "\n", "a control byte (0x0a)"},
    };

    for (int i = 0; i < N_OF(cases); i++) {
        struct xt_decoding d =
            decode_changed(cases[i].family, cases[i].rule, cases[i].at, cases[i].bytes, cases[i].len);

        ck_assert_msg(!d.text && strstr(d.refusal, cases[i].reason), "case %d: %s: %s", i, cases[i].rule,
                      d.text ? d.text : d.refusal);
    }
}
END_TEST

/* As the kernel gives it back: a verdict without a name. */
START_TEST(test_decode_with_a_jump_of_its_own)
{
    static const char *const jumps[] = {"ACCEPT", "lbgen.u.a", "DOCKER-USER", "MARK", ""};
    struct xt_encoding e = encode("filter", "-A INPUT -i lo -j DROP");
    char *copy = arena_copy(&mem, e.entry, e.len);

    memset(copy + V4 + NAME_AT, 0, 4);
    copy[V4 + 32] = '\xfe';
    for (int i = 0; i < N_OF(jumps); i++) {
        struct xt_decoding d = {.entry = copy, .jump = jumps[i], .chain = "x"};
        struct complaint why;
        char text[80];

        ck_assert(xt_decode(IPV4, &d, 1, &mem, &why));
        snprintf(text, sizeof text, "-A x -i lo%s%s", *jumps[i] ? " -j " : "", jumps[i]);
        ck_assert_str_eq(d.text, text);
    }
}
END_TEST

START_TEST(test_junk_behind_names)
{
    struct xt_decoding d =
        decode_changed(IPV4, "-A INPUT -m limit --limit 3/sec -j ACCEPT", V4 + NAME_AT + 6, "junk", 4);

    ck_assert_str_eq(d.text, "-A INPUT -m limit --limit 3/sec -j ACCEPT");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xt_entries");
    TCase *pairs = new_case(suite, "pairs"), *refusals = new_case(suite, "refusals");

    tcase_add_unchecked_fixture(pairs, ask_pairs, free_mem);
    tcase_add_loop_test(pairs, test_there_and_back, 0, PAIRS);
    tcase_add_checked_fixture(refusals, NULL, free_mem);
    tcase_add_test(refusals, test_nothing_asked);
    tcase_add_test(refusals, test_encode_refuses);
    tcase_add_test(refusals, test_one_refusal_spoils_nothing);
    tcase_add_test(refusals, test_more_than_an_entry_holds);
    tcase_add_test(refusals, test_decode_refuses);
    tcase_add_test(refusals, test_decode_with_a_jump_of_its_own);
    tcase_add_test(refusals, test_junk_behind_names);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
