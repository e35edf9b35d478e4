/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inputs by chance: their rules, imported, make an input whose rules mean the same; with and without lbgen's
 * own tags, and in any order. */
#include <stdio.h>

#include "lbgen/equiv.h"
#include "lbgen/wanted.h"

#include "check_import.h"
#include "check_rule_set.h"

enum { ROUNDS = 250, LOOPS = 4, SERVICES = 8 };

#define PICK(c, list) list[chance_below(c, N_OF(list))]

/* --- inputs --- */

/* one: one of each family; both: some of each. */
static void put_vips(struct chance *c, struct buf *out, bool one, bool both)
{
    static const char *const vips4[] = {"192.0.2.10",   "192.0.2.11",      "192.0.2.0/24", "192.0.2.8/29",
                                        "198.51.100.1", "198.51.100.0/25", "203.0.113.7",  "0.0.0.0/0"};
    static const char *const vips6[] = {"2001:db8::1", "2001:db8::2", "2001:db8::/64", "2001:db8:1::/48"};
    unsigned n = one ? 1 : 1 + chance_below(c, 3);

    for (unsigned i = 0; i < n; i++)
        buf_printf(out, "vip = %s\n", one ? vips4[chance_below(c, 2)] : PICK(c, vips4));
    if (both || chance_one_in(c, 2))
        buf_printf(out, "vip = %s\n", one ? vips6[chance_below(c, 2)] : PICK(c, vips6));
}

static void put_ports(struct chance *c, struct buf *out)
{
    static const char *const ports[] = {"80", "443", "21", "8000:8010", "20000:30000", "53", "1", "65535"};

    if (chance_one_in(c, 8)) {
        buf_str(out, "ports = any\n");
        return;
    }
    for (unsigned i = 0, n = 1 + chance_below(c, 3); i < n; i++)
        buf_printf(out, "ports = %s\n", PICK(c, ports));
    if (chance_one_in(c, 10))
        for (unsigned i = 0; i < 20; i++)
            buf_printf(out, "ports = %u\n", 100 + 2 * i);
}

static void put_nat(struct chance *c, struct buf *out, bool snat)
{
    buf_str(out, "masquerade = 10.0.0.0/24, 2001:db8:ffff::/48\n");
    if (chance_one_in(c, 2))
        buf_str(out, "masquerade = 10.0.1.7\n");
    if (chance_one_in(c, 2))
        buf_str(out, "masquerade-ports = 20, 1000:2000\n");
    if (chance_one_in(c, 2))
        buf_str(out, "masquerade-out = eth0, eth1\n");
    if (snat)
        buf_str(out, "snat = yes\n");
}

/* rare: nat is, since its rules may become some of [rules], which libxtables is asked about. */
static void put_service(struct chance *c, struct buf *out, unsigned number, bool rare)
{
    static const char *const protocols[] = {"udp", "tcp, udp", "esp", "udp, esp", "sctp, ah"};
    static const char *const interfaces[] = {"eth0", "eth+", "eth1, eth2"};
    bool snat = chance_one_in(c, rare ? 80 : 4), nat = snat || chance_one_in(c, rare ? 80 : 5);

    buf_printf(out, "[service s%u]\noverride = yes\n", number);
    put_vips(c, out, snat, nat); /* what has no VIP of a family can't be told from its nat rules */
    if (chance_one_in(c, 2))
        buf_printf(out, "protocol = %s\n", PICK(c, protocols));
    put_ports(c, out);
    buf_printf(out, chance_one_in(c, 4) ? "fwmark = %u/0xff\n" : "fwmark = %u\n", 1 + chance_below(c, 5));
    if (chance_one_in(c, 3))
        buf_printf(out, "interface = %s\n", PICK(c, interfaces));
    if (chance_one_in(c, 3))
        buf_str(out, "source = 198.18.0.0/15, 10.9.0.1, 2001:db8:9::/48\n");
    if (chance_one_in(c, 4))
        buf_str(out, "exclude-mac = 52:54:00:12:34:56, 52:54:00:12:34:57\n");
    if (chance_one_in(c, 3))
        buf_str(out, "accept = yes\n");
    if (chance_one_in(c, 4))
        buf_printf(out, "real-server = 10.1.%u.1\nreal-server = 2001:db8:5:%x::1\n", number, number);
    if (nat)
        put_nat(c, out, snat);
}

static void put_vrrp(struct chance *c, struct buf *out)
{
    buf_str(out, "[vrrp]\n");
    if (chance_one_in(c, 4)) {
        buf_str(out, "accept = no\n");
        return;
    }
    if (chance_one_in(c, 2))
        buf_str(out, "interface = eth0, eth1\n");
    if (chance_one_in(c, 2))
        buf_str(out, "source = 192.0.2.2, 192.0.2.3, fe80::/10\n");
    if (chance_one_in(c, 2))
        buf_str(out, "authentication = ah\n");
    if (chance_one_in(c, 2))
        buf_str(out, "sync = yes\n");
}

static void chance_input(struct chance *c, struct buf *out, bool tree)
{
    unsigned n = 1 + chance_below(c, SERVICES);

    if (tree)
        buf_str(out, "[lbgen]\nlayout = tree\n");
    put_vrrp(c, out);
    for (unsigned i = 0; i < n; i++)
        put_service(c, out, i, tree);
}

/* --- rules --- */

static void rules_of(const struct input *input, enum family family, struct buf *out)
{
    wanted_text(&input->config, &input->host.of[family], family, out);
}

static void cut(struct buf *b, const char *first, const char *end)
{
    memmove(b->at + (first - b->at), end, b->len - (size_t)(end - b->at));
    b->len -= (size_t)(end - first);
}

/* The mangle table alone, as if written by hand: without tags, its rules in any order. Rules to any address
 * are left out: without a tag they are no service's. Returns whether there was none. */
static bool make_foreign(struct chance *c, struct buf *rules)
{
    const char *lines[2000];
    size_t n = 0;
    bool whole = true;
    struct buf out = {0}, chains = {0};

    for (char *at; (at = strstr(buf_text(rules), " -m comment --comment \""));)
        cut(rules, at, strchr(strchr(at, '"') + 1, '"') + 1);
    for (char *at; (at = strstr((char *)(uintptr_t)buf_text(rules), "lbgen."));)
        memcpy(at, "macs-", 5);
    buf_text(rules);
    char *mangle = strstr(rules->at, "*mangle"), *end = mangle ? strstr(mangle, "COMMIT") : NULL;
    for (char *line = mangle; line && line < end; line = strchr(line, '\n') + 1) {
        size_t len = (size_t)(strchr(line, '\n') - line);

        if (strncmp(line, "-A PREROUTING", 13) == 0) {
            if (n < N_OF(lines) && memmem(line, len, " -d ", 4))
                lines[n++] = line;
            else
                whole = false;
        } else if (line[0] == '-')
            buf_add(&chains, line, len + 1);
        else if (line[0] != '#')
            buf_add(&out, line, len + 1);
    }
    while (n) {
        size_t i = chance_below(c, (uint32_t)n);

        buf_add(&out, lines[i], (size_t)(strchr(lines[i], '\n') - lines[i]) + 1);
        lines[i] = lines[--n];
    }
    if (chains.len)
        buf_add(&out, chains.at, chains.len);
    buf_str(&out, mangle ? "COMMIT\n" : "");
    buf_free(&chains);
    buf_free(rules);
    *rules = out;
    return whole;
}

/* --- judging --- */

static void fail_with(const char *what, struct buf *rules, struct buf *imported, struct buf *made,
                      const char *ini)
{
    fprintf(stderr, "%s\n--- rules\n%s\n--- imported\n%s\n--- made again\n%s\n--- of\n%s\n", what,
            buf_text(rules), buf_text(imported), buf_text(made), ini);
    ck_abort_msg("%s", what);
}

static void judge(struct buf *rules, enum family family, const char *ini, bool whole)
{
    struct imported imported;
    struct input again;
    struct text_set old, new;
    struct buf made = {0};
    struct equiv out;

    import_text(&imported, IMPORT_SAVE, rules->len ? rules->at : "", rules->len);
    MUST(diag_errors(&imported.diag) == 0);
    if (whole && imported.draft.left_out)
        fail_with("something was left out", rules, &imported.text, &made, ini);
    read_ini(&again, buf_text(&imported.text), imported.text.len);
    if (diag_errors(&again.diag))
        fail_with(again.diag.at[0].text, rules, &imported.text, &made, ini);
    rules_of(&again, family, &made);
    text_set_read(&old, buf_text(rules));
    text_set_read(&new, buf_text(&made));
    for (int path = 0; path < PATHS; path++) {
        equiv(&old.rules, &new.rules, family, (enum path)path, &out);
        if (out.verdict != EQUIV_EQUAL)
            fail_with(out.verdict == EQUIV_DIFFERENT ? "not equal" : out.why, rules, &imported.text, &made,
                      ini);
    }
    text_set_free(&old);
    text_set_free(&new);
    buf_free(&made);
    input_free(&again);
    imported_free(&imported);
}

/* As iptables-save prints it: without the comments that say whose rules of lbgen's own chains are. */
static void drop_comments(struct buf *rules)
{
    for (char *at; (at = strstr((char *)(uintptr_t)buf_text(rules), "\n#"));)
        cut(rules, at, strchr(at + 1, '\n'));
}

enum way { OWN, FOREIGN, TREE, LIVE_TREE };

/* Whether the input by chance was good; then it was judged. */
static bool try_one(struct chance *c, enum way way)
{
    enum family family = chance_one_in(c, 3) ? IPV6 : IPV4;
    struct buf ini = {0}, rules = {0};
    struct input input;

    chance_input(c, &ini, way == TREE || way == LIVE_TREE);
    read_ini(&input, buf_text(&ini), ini.len);
    bool good = diag_errors(&input.diag) == 0, whole = true;
    if (good) {
        rules_of(&input, family, &rules);
        if (way == FOREIGN)
            whole = make_foreign(c, &rules);
        else if (way != OWN)
            whole = false; /* a service may be hidden, and what it accepts is nobody's then */
        if (way == LIVE_TREE)
            drop_comments(&rules);
        /* Without an address nothing tells the family. */
        good = rules.len && strstr(buf_text(&rules), " -d ");
        if (good)
            judge(&rules, family, ini.at, whole);
    }
    buf_free(&rules);
    buf_free(&ini);
    input_free(&input);
    return good;
}

static void try_many(uint64_t seed, enum way way)
{
    struct chance c = {.state = seed};
    int good = 0;

    for (int i = 0; i < ROUNDS; i++)
        good += try_one(&c, way);
    ck_assert_int_gt(good, ROUNDS / 4);
}

START_TEST(test_own)
{
    try_many(77U + (uint64_t)_i, OWN);
}
END_TEST

START_TEST(test_foreign)
{
    try_many(7777U + (uint64_t)_i, FOREIGN);
}
END_TEST

START_TEST(test_tree)
{
    try_many(777777U + (uint64_t)_i, TREE);
}
END_TEST

START_TEST(test_live_tree)
{
    try_many(77777777U + (uint64_t)_i, LIVE_TREE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import_chance");
    TCase *tcase = new_case(suite, "round trips");

    tcase_add_loop_test(tcase, test_own, 0, LOOPS);
    tcase_add_loop_test(tcase, test_foreign, 0, LOOPS);
    tcase_add_loop_test(tcase, test_tree, 0, LOOPS);
    tcase_add_loop_test(tcase, test_live_tree, 0, LOOPS);
    return run_suite(suite);
}
