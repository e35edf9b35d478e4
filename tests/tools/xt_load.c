/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xt_load [FAMILY TABLE RULE]...: loads each rule of tests/xt_pairs.h, and those given, into the kernel's
 * tables as xt_encode makes it, and reads it back with libiptc: the kernel's entry has to be the same rule,
 * and its text the rule's text. Prints what is not so, and "PASSED FAILED SKIPPED"; what the kernel refuses
 * is skipped. For a network namespace of its own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libiptc/libiptc.h>
#include <libiptc/libip6tc.h>

#include "../xt_pairs.h"
#include "lbgen/xt_entries.h"
#include "lbgen/xt_entry.h"

enum { PAIRS = sizeof xt_pairs / sizeof *xt_pairs };

#define OPS(prefix, entry)                                                                                   \
    static const void *prefix##_first(const char *chain, struct xtc_handle *h)                               \
    {                                                                                                        \
        return prefix##_first_rule(chain, h);                                                                \
    }                                                                                                        \
    static const char *prefix##_target(const void *rule, struct xtc_handle *h)                               \
    {                                                                                                        \
        return prefix##_get_target(rule, h);                                                                 \
    }                                                                                                        \
    static int prefix##_append(const xt_chainlabel chain, const void *rule, struct xtc_handle *h)            \
    {                                                                                                        \
        return prefix##_append_entry(chain, rule, h);                                                        \
    }
OPS(iptc, ipt_entry)
OPS(ip6tc, ip6t_entry)

static const struct ops {
    struct xtc_handle *(*init)(const char *table);
    void (*free)(struct xtc_handle *h);
    const void *(*first)(const char *chain, struct xtc_handle *h);
    const char *(*target)(const void *rule, struct xtc_handle *h);
    int (*append)(const xt_chainlabel chain, const void *rule, struct xtc_handle *h);
    int (*is_chain)(const char *chain, struct xtc_handle *h);
    int (*create)(const xt_chainlabel chain, struct xtc_handle *h);
    int (*flush)(const xt_chainlabel chain, struct xtc_handle *h);
    int (*commit)(struct xtc_handle *h);
} ops[FAMILIES] = {
    [IPV4] = {iptc_init, iptc_free, iptc_first, iptc_target, iptc_append, iptc_is_chain, iptc_create_chain,
              iptc_flush_entries, iptc_commit},
    [IPV6] = {ip6tc_init, ip6tc_free, ip6tc_first, ip6tc_target, ip6tc_append, ip6tc_is_chain,
              ip6tc_create_chain, ip6tc_flush_entries, ip6tc_commit},
};

static int passed, failed, skipped;
static struct arena mem;

static void chain_of(const char *text, xt_chainlabel chain)
{
    memcpy(chain, text + 3, strcspn(text + 3, " "));
}

static void make_chain(const struct ops *o, const char *name, struct xtc_handle *h)
{
    xt_chainlabel chain = "";

    if (strncmp(name, "lbgen", 5) != 0 && strncmp(name, "chain-", 6) != 0)
        return;
    strcpy(chain, name);
    if (!o->is_chain(chain, h))
        o->create(chain, h);
}

/* The rule alone in its chain. */
static bool load(const struct ops *o, const struct xt_encoding *rule, const char *jump)
{
    struct xtc_handle *h = o->init(rule->table);
    xt_chainlabel chain = "";

    chain_of(rule->rule, chain);
    if (!h)
        return false;
    make_chain(o, chain, h);
    make_chain(o, jump, h);
    bool good = o->flush(chain, h) && o->append(chain, rule->entry, h) && o->commit(h);
    int error = errno;
    o->free(h);
    errno = error;
    return good;
}

static void clear(const struct ops *o, const struct xt_encoding *rule)
{
    struct xtc_handle *h = o->init(rule->table);
    xt_chainlabel chain = "";

    chain_of(rule->rule, chain);
    o->flush(chain, h);
    o->commit(h);
    o->free(h);
}

static bool is_same(enum family family, const struct image_rule *a, const struct image_rule *b)
{
    return entry_equal(family, a, b) && a->key == b->key && a->bare == b->bare && a->final == b->final &&
           (a->tag ? b->tag && strcmp(a->tag, b->tag) == 0 : !b->tag);
}

static void fail(const struct xt_encoding *rule, const char *what)
{
    printf("FAIL %s: %s: %s\n", rule->table, rule->rule, what);
    failed++;
}

static void compare(enum family family, const struct xt_encoding *rule, const struct image_rule *wanted)
{
    const struct ops *o = &ops[family];
    struct xtc_handle *h = o->init(rule->table);
    struct complaint why;
    struct image_rule live;
    xt_chainlabel chain = "";

    chain_of(rule->rule, chain);
    const void *entry = o->first(chain, h);
    const char *jump = o->target(entry, h);
    struct xt_decoding text = {.entry = entry, .jump = jump, .chain = chain};
    entry_image(family, entry, jump, &mem, &live);
    if (!is_same(family, wanted, &live))
        fail(rule, "the kernel gives another rule");
    else if (!xt_decode(family, &text, 1, &mem, &why) || !text.text)
        fail(rule, text.refusal ? text.refusal : why.text);
    else if (strcmp(text.text, rule->rule) != 0)
        fail(rule, text.text);
    else
        passed++;
    o->free(h);
}

static void check(enum family family, const struct xt_encoding *rule)
{
    struct image_rule wanted;

    if (!rule->entry) {
        printf("SKIP %s: %s: %s\n", rule->table, rule->rule, rule->refusal);
        skipped++;
        return;
    }
    entry_image(family, rule->entry, NULL, &mem, &wanted);
    if (!load(&ops[family], rule, wanted.jump)) {
        printf("SKIP %s: %s: %s\n", rule->table, rule->rule, strerror(errno));
        skipped++;
        return;
    }
    compare(family, rule, &wanted);
    clear(&ops[family], rule);
}

static void check_all(enum family family, struct xt_encoding *rules, size_t n)
{
    struct complaint why;

    if (!xt_encode(family, rules, n, &mem, &why)) {
        fprintf(stderr, "xt_load: %s\n", why.text);
        exit(3);
    }
    for (size_t i = 0; i < n; i++)
        check(family, &rules[i]);
}

static void check_pairs(enum family family)
{
    static struct xt_encoding rules[PAIRS];
    size_t n = 0;

    for (size_t i = 0; i < PAIRS; i++)
        if (xt_pairs[i].families == 46 || xt_pairs[i].families == family_ops[family].number)
            rules[n++] = (struct xt_encoding){.table = xt_pairs[i].table,
                                              .rule = xt_pairs[i].text ? xt_pairs[i].text : xt_pairs[i].rule};
    check_all(family, rules, n);
}

int main(int argc, char **argv)
{
    check_pairs(IPV4);
    check_pairs(IPV6);
    for (int i = 1; i + 2 < argc; i += 3) {
        struct xt_encoding rule = {.table = argv[i + 1], .rule = argv[i + 2]};

        check_all(*argv[i] == '6' ? IPV6 : IPV4, &rule, 1);
    }
    arena_free(&mem);
    printf("%d %d %d\n", passed, failed, skipped);
    return failed ? 1 : 0;
}
