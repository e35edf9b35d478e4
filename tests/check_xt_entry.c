/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What counts in a kernel entry, and what does not. */
#include <check.h>
#include <stddef.h>
#include <string.h>
#include <netinet/in.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_comment.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "lbgen/xt_entry.h"
#include "lbgen/xt_own.h"
#include "check_util.h"

enum { DRAFT_MAX = 2048, HEAD = sizeof(struct xt_entry_match) };

static const size_t head_size[FAMILIES] = {sizeof(struct ipt_entry), sizeof(struct ip6t_entry)};
static const size_t target_offset_at[FAMILIES] = {offsetof(struct ipt_entry, target_offset),
                                                  offsetof(struct ip6t_entry, target_offset)};
static const size_t flags_at[FAMILIES] = {offsetof(struct ipt_entry, ip.flags),
                                          offsetof(struct ip6t_entry, ipv6.flags)};
static const uint8_t goto_flag[FAMILIES] = {IPT_F_GOTO, IP6T_F_GOTO};
static const size_t counters_at[FAMILIES] = {offsetof(struct ipt_entry, counters),
                                             offsetof(struct ip6t_entry, counters)};

static struct arena mem;

static void free_mem(void)
{
    arena_free(&mem);
}

/* --- entries made piece by piece --- */

struct draft {
    enum family family;
    size_t len;
    _Alignas(8) unsigned char bytes[DRAFT_MAX];
};

static void start(struct draft *d, enum family family)
{
    memset(d, 0, sizeof *d);
    d->family = family;
    d->len = head_size[family];
}

static void add(struct draft *d, const char *name, uint8_t revision, const void *data, size_t size)
{
    uint16_t whole = (uint16_t)(HEAD + XT_ALIGN(size));
    unsigned char *at = d->bytes + d->len;

    memcpy(at, &whole, sizeof whole);
    strcpy((char *)at + offsetof(struct xt_entry_match, u.user.name), name);
    at[offsetof(struct xt_entry_match, u.user.revision)] = revision;
    memcpy(at + HEAD, data, size);
    d->len += whole;
}

static void add_comment(struct draft *d, const char *text)
{
    struct xt_comment_info comment = {""};

    memcpy(comment.comment, text, strnlen(text, sizeof comment.comment));
    add(d, "comment", 0, &comment, sizeof comment);
}

static void add_target(struct draft *d, const char *name, uint8_t revision, const void *data, size_t size)
{
    uint16_t offset = (uint16_t)d->len;

    memcpy(d->bytes + target_offset_at[d->family], &offset, sizeof offset);
    add(d, name, revision, data, size);
    offset = (uint16_t)d->len;
    memcpy(d->bytes + target_offset_at[d->family] + sizeof offset, &offset, sizeof offset);
}

static void add_jump(struct draft *d, const char *name)
{
    add_target(d, name, 0, &(int){0}, sizeof(int));
}

static struct image_rule image_as(const struct draft *d, const char *jump)
{
    struct image_rule rule;

    ck_assert(entry_is_sound(d->family, d->bytes, d->len));
    entry_image(d->family, d->bytes, jump, &mem, &rule);
    return rule;
}

static struct image_rule image(const struct draft *d)
{
    return image_as(d, NULL);
}

/* -p tcp -m comment --comment lbgen:web -m comment --comment x -m multiport -j MARK */
static void make_full(struct draft *d, enum family family)
{
    static const struct xt_mark_tginfo2 mark = {80, UINT32_MAX};
    unsigned char ports[48] = {1, 2, 80};

    start(d, family);
    d->bytes[0] = 10;
    add_comment(d, "lbgen:web");
    add_comment(d, "x");
    add(d, "multiport", 1, ports, sizeof ports);
    add_target(d, "MARK", 2, &mark, sizeof mark);
}

/* --- what counts --- */

enum counts { ALL, KEY_ALONE, NOTHING };

static bool is_in(size_t i, size_t from, size_t size)
{
    return i >= from && i < from + size;
}

/* Of the entry that make_full makes. */
static enum counts byte_counts(enum family f, size_t i)
{
    const size_t tag = head_size[f], other = tag + HEAD + 256, multi = other + HEAD + 256,
                 mark = multi + HEAD + 48;
    const size_t parts[] = {tag, other, multi, mark}, names[] = {8, 8, 10, 5};
    const size_t name = offsetof(struct xt_entry_match, u.user.name);

    if (i < head_size[f])
        return is_in(i, 0, f == IPV4 ? sizeof(struct ipt_ip) : offsetof(struct ip6t_ip6, invflags) + 1)
                   ? ALL
                   : NOTHING;
    for (int p = 0; p < 4; p++)
        if (is_in(i, parts[p] + name + names[p], XT_EXTENSION_MAXNAMELEN - names[p]))
            return NOTHING;
    if (i == tag + HEAD - 1) /* revision */
        return KEY_ALONE;
    if (is_in(i, tag + HEAD, 256))
        return i < tag + HEAD + sizeof "lbgen:web" ? KEY_ALONE : NOTHING;
    if (is_in(i, other + HEAD, 256))
        return i < other + HEAD + sizeof "x" ? ALL : NOTHING;
    return ALL;
}

/* Sizes are structure, not meaning. */
static bool is_size(enum family f, size_t i)
{
    const size_t parts[] = {0, HEAD + 256, 2 * (HEAD + 256), 2 * (HEAD + 256) + HEAD + 48};

    for (int p = 0; p < N_OF(parts); p++)
        if (is_in(i, head_size[f] + parts[p], sizeof(uint16_t)))
            return true;
    return is_in(i, target_offset_at[f], 2 * sizeof(uint16_t));
}

START_TEST(test_each_byte)
{
    enum family f = (enum family)_i;
    struct draft d, other;

    make_full(&d, f);
    make_full(&other, f);
    struct image_rule rule = image(&d);
    for (size_t i = 0; i < d.len; i++) {
        enum counts counts = byte_counts(f, i);

        if (is_size(f, i))
            continue;
        /* the tag's first bytes make the comment lbgen's, which is another thing */
        bool in_prefix = is_in(i, head_size[f] + HEAD, 6) ||
                         is_in(i, head_size[f] + offsetof(struct xt_entry_match, u.user.name), 8);
        other.bytes[i] ^= 0x55;
        struct image_rule flipped = image_as(&other, rule.jump);
        if (counts == NOTHING)
            MUST(flipped.key == rule.key && flipped.bare == rule.bare && entry_equal(f, &rule, &flipped));
        else
            MUST(flipped.key != rule.key && !entry_equal(f, &rule, &flipped));
        if (counts == ALL || in_prefix)
            MUST(flipped.bare != rule.bare);
        else
            MUST(flipped.bare == rule.bare);
        other.bytes[i] ^= 0x55;
    }
}
END_TEST

START_TEST(test_counters)
{
    struct xt_counters counters = {.pcnt = 7, .bcnt = UINT64_C(1) << 40};
    struct draft d;

    make_full(&d, (enum family)_i);
    struct image_rule before = image(&d);
    ck_assert_uint_eq(before.packets, 0);
    memcpy(d.bytes + counters_at[_i], &counters, sizeof counters);
    struct image_rule after = image(&d);
    ck_assert_uint_eq(after.packets, 7);
    ck_assert_uint_eq(after.bytes, UINT64_C(1) << 40);
    ck_assert_uint_eq(after.key, before.key);
    ck_assert_uint_eq(after.len, d.len);
    ck_assert_ptr_eq(after.payload, d.bytes);
}
END_TEST

/* --- where it leads --- */

START_TEST(test_jump_of_the_kernel)
{
    struct draft ours, kernels;

    start(&ours, (enum family)_i);
    start(&kernels, (enum family)_i);
    add_jump(&ours, "lbgen.web");
    add_target(&kernels, "", 0, &(int){4711}, sizeof(int));
    strcpy((char *)kernels.bytes + head_size[_i] + 3, "junk");
    struct image_rule a = image(&ours), b = image_as(&kernels, "lbgen.web"),
                      c = image_as(&kernels, "lbgen.wed"), none = image_as(&kernels, "");
    ck_assert_str_eq(a.jump, "lbgen.web");
    ck_assert_uint_eq(a.key, b.key);
    ck_assert(entry_equal((enum family)_i, &a, &b));
    ck_assert(a.key != c.key && !entry_equal((enum family)_i, &a, &c));
    ck_assert(a.key != none.key && c.key != none.key);
}
END_TEST

START_TEST(test_goto_is_no_jump)
{
    struct draft jump, go;

    start(&jump, (enum family)_i);
    start(&go, (enum family)_i);
    add_jump(&jump, "x");
    add_jump(&go, "x");
    go.bytes[flags_at[_i]] |= goto_flag[_i];
    struct image_rule a = image(&jump), b = image(&go);
    ck_assert(a.key != b.key && !entry_equal((enum family)_i, &a, &b));
}
END_TEST

START_TEST(test_name_without_end)
{
    char name[XT_EXTENSION_MAXNAMELEN + 1];
    struct draft d;

    memset(name, 'n', sizeof name);
    name[XT_EXTENSION_MAXNAMELEN] = '\0';
    start(&d, (enum family)_i);
    add_jump(&d, "");
    memcpy(d.bytes + head_size[_i] + 2, name, XT_EXTENSION_MAXNAMELEN);
    struct image_rule rule = image(&d);
    ck_assert_str_eq(rule.jump, name);
}
END_TEST

/* --- tags --- */

START_TEST(test_tags)
{
    static const struct {
        const char *first, *second, *tag;
    } cases[] = {{"lbgen:web", NULL, "web"},  {"lbgen:", NULL, ""},     {"lbgen", NULL, NULL},
                 {"Lbgen:web", NULL, NULL},   {" lbgen:x", NULL, NULL}, {"lbgen:rules", "lbgen:x", "rules"},
                 {"mine", "lbgen:web", "web"}};
    struct draft d;

    for (int i = 0; i < N_OF(cases); i++) {
        start(&d, (enum family)_i);
        add_comment(&d, cases[i].first);
        if (cases[i].second)
            add_comment(&d, cases[i].second);
        add_jump(&d, "ACCEPT");
        struct image_rule rule = image(&d);
        if (cases[i].tag)
            ck_assert_str_eq(rule.tag, cases[i].tag);
        else
            ck_assert_ptr_null(rule.tag);
        ck_assert_int_eq(rule.key == rule.bare, !cases[i].tag);
    }
}
END_TEST

START_TEST(test_tag_without_end)
{
    char text[257];
    struct draft d;

    memset(text, 't', sizeof text);
    memcpy(text, "lbgen:", 6);
    text[256] = '\0';
    start(&d, (enum family)_i);
    add_comment(&d, text);
    add_jump(&d, "ACCEPT");
    struct image_rule rule = image(&d);
    ck_assert_str_eq(rule.tag, text + 6);
}
END_TEST

START_TEST(test_bare)
{
    struct draft tagged, plain, elsewhere, twice;
    unsigned char data[8] = {1};

    start(&tagged, (enum family)_i);
    add_comment(&tagged, "lbgen:web");
    add(&tagged, "icmp", 0, data, sizeof data);
    start(&plain, (enum family)_i);
    add(&plain, "icmp", 0, data, sizeof data);
    start(&elsewhere, (enum family)_i);
    add(&elsewhere, "icmp", 0, data, sizeof data);
    add_comment(&elsewhere, "lbgen:web");
    start(&twice, (enum family)_i);
    add_comment(&twice, "lbgen:web");
    add_comment(&twice, "lbgen:web");
    add(&twice, "icmp", 0, data, sizeof data);
    struct draft *all[] = {&tagged, &plain, &elsewhere, &twice};
    struct image_rule rules[4];
    for (int i = 0; i < 4; i++) {
        add_jump(all[i], "ACCEPT");
        rules[i] = image(all[i]);
    }
    ck_assert_uint_eq(rules[0].bare, rules[1].key);
    ck_assert_uint_eq(rules[0].bare, rules[2].bare);
    ck_assert(rules[3].bare != rules[0].bare);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            ck_assert_int_eq(rules[i].key == rules[j].key, i == j);
            ck_assert_int_eq(entry_equal((enum family)_i, &rules[i], &rules[j]), i == j);
        }
}
END_TEST

/* --- final --- */

static bool is_final(enum family family, const char *comment, const char *jump, bool is_goto)
{
    struct draft d;

    start(&d, family);
    add_comment(&d, comment);
    add_comment(&d, "further");
    add_jump(&d, jump);
    if (is_goto)
        d.bytes[flags_at[family]] |= goto_flag[family];
    return image(&d).final;
}

START_TEST(test_final)
{
    enum family f = (enum family)_i;

    ck_assert(is_final(f, "lbgen:rules", "ACCEPT", false));
    ck_assert(is_final(f, "lbgen:rules", "DROP", false));
    ck_assert(is_final(f, "lbgen:rules", "REJECT", false));
    ck_assert(is_final(f, "lbgen:rules", "RETURN", false));
    ck_assert(is_final(f, "lbgen:rules", "NFQUEUE", false));
    ck_assert(is_final(f, "lbgen:rules", "lbgen.u.x", true));
    ck_assert(!is_final(f, "lbgen:rules", "lbgen.u.x", false));
    ck_assert(!is_final(f, "lbgen:rules", "", false));
    ck_assert(!is_final(f, "lbgen:rules", "LOG", false));
    ck_assert(!is_final(f, "lbgen:rules", "MARK", false));
    ck_assert(!is_final(f, "lbgen:rule", "ACCEPT", false));
    ck_assert(!is_final(f, "lbgen:web", "ACCEPT", false));
    ck_assert(!is_final(f, "rules", "ACCEPT", false));
}
END_TEST

START_TEST(test_not_final_with_a_match)
{
    unsigned char data[8] = {1};
    struct draft d;

    start(&d, (enum family)_i);
    add_comment(&d, "lbgen:rules");
    add(&d, "icmp", 0, data, sizeof data);
    add_jump(&d, "DROP");
    ck_assert(!image(&d).final);
    for (size_t i = 0; i < flags_at[_i]; i++) {
        start(&d, (enum family)_i);
        d.bytes[i] = 1;
        add_comment(&d, "lbgen:rules");
        add_jump(&d, "DROP");
        MUST(!image(&d).final);
    }
}
END_TEST

/* --- soundness --- */

START_TEST(test_sound)
{
    enum family f = (enum family)_i;
    struct draft d, broken;

    make_full(&d, f);
    ck_assert(entry_is_sound(f, d.bytes, d.len));
    for (size_t len = 0; len < d.len; len++)
        MUST(!entry_is_sound(f, d.bytes, len));
    for (size_t i = head_size[f]; i < d.len; i++) {
        if (!is_size(f, i))
            continue;
        make_full(&broken, f);
        broken.bytes[i] ^= 0xff;
        MUST(!entry_is_sound(f, broken.bytes, d.len));
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xt_entry");
    TCase *key = new_case(suite, "what counts");

    tcase_add_checked_fixture(key, NULL, free_mem);
    tcase_add_loop_test(key, test_each_byte, IPV4, FAMILIES);
    tcase_add_loop_test(key, test_counters, IPV4, FAMILIES);
    tcase_add_loop_test(key, test_jump_of_the_kernel, IPV4, FAMILIES);
    tcase_add_loop_test(key, test_goto_is_no_jump, IPV4, FAMILIES);
    tcase_add_loop_test(key, test_name_without_end, IPV4, FAMILIES);
    tcase_add_loop_test(key, test_tags, IPV4, FAMILIES);
    tcase_add_loop_test(key, test_tag_without_end, IPV4, FAMILIES);
    tcase_add_loop_test(key, test_bare, IPV4, FAMILIES);
    tcase_add_loop_test(key, test_final, IPV4, FAMILIES);
    tcase_add_loop_test(key, test_not_final_with_a_match, IPV4, FAMILIES);
    tcase_add_loop_test(key, test_sound, IPV4, FAMILIES);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
