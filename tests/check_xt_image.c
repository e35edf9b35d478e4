/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lbgen/xt_entries.h"
#include "lbgen/xt_entry.h"
#include "lbgen/xt_image.h"
#include "check_util.h"

static int forks;

pid_t fork(void)
{
    static pid_t (*real)(void);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "fork");
    forks++;
    return real();
}

static struct image image;
static struct xt_image_sink state;
static struct rule_sink sink;

static void begin(enum family family)
{
    sink = xt_image_sink_begin(&state, &image, family);
}

static void finish(void)
{
    struct complaint why;

    ck_assert_msg(xt_image_sink_finish(&state, &why), "%s", why.text);
}

static void free_image(void)
{
    image_free(&image);
}

static struct rule mark_rule(const char *chain, const char *tag)
{
    return (struct rule){.chain = chain,
                         .protocol = "tcp",
                         .port_match = true,
                         .icmp_type = -1,
                         .target = TARGET_MARK,
                         .mark = {80, MARK_MASK_ALL},
                         .tag = tag,
                         .tag_len = strlen(tag)};
}

static struct rule text_rule(const char *chain, const char *text)
{
    return (struct rule){.chain = chain,
                         .icmp_type = -1,
                         .tag = "rules",
                         .tag_len = 5,
                         .in_own_chain = strncmp(chain, "lbgen", 5) == 0,
                         .text = text,
                         .text_len = strlen(text),
                         .head_len = strlen("-A ") + strlen(chain)};
}

static void put(struct rule rule)
{
    sink.rule(sink.ctx, &rule);
}

START_TEST(test_tables_and_chains)
{
    enum family f = (enum family)_i;

    forks = 0;
    begin(f);
    sink.table(sink.ctx, TABLE_MANGLE);
    sink.chain(sink.ctx, "PREROUTING", "ACCEPT");
    sink.chain(sink.ctx, "INPUT", "DROP");
    sink.chain(sink.ctx, "lbgen.web", "-");
    put(mark_rule("PREROUTING", "web"));
    put(mark_rule("PREROUTING", "shop"));
    put(mark_rule("lbgen.web", "web"));
    put(mark_rule("PREROUTING", "late"));
    sink.end(sink.ctx);
    sink.table(sink.ctx, TABLE_FILTER);
    sink.chain(sink.ctx, "INPUT", "DROP");
    put(mark_rule("INPUT", "web"));
    sink.end(sink.ctx);
    finish();
    ck_assert_int_eq(forks, 0);
    ck_assert_int_eq(image.form, PAYLOAD_ENTRY);
    for (int t = 0; t < TABLES; t++)
        ck_assert_int_eq(image.of[t].present, t == TABLE_MANGLE || t == TABLE_FILTER);
    const struct image_table *mangle = &image.of[TABLE_MANGLE], *filter = &image.of[TABLE_FILTER];
    ck_assert_uint_eq(mangle->n, 3);
    ck_assert(mangle->at[0].builtin && mangle->at[1].builtin && !mangle->at[2].builtin);
    ck_assert(!mangle->at[0].own && mangle->at[2].own);
    ck_assert_int_eq(mangle->at[1].policy, POLICY_NONE);
    ck_assert_uint_eq(mangle->at[0].n, 3);
    ck_assert_str_eq(mangle->at[0].at[0].tag, "web");
    ck_assert_str_eq(mangle->at[0].at[1].tag, "shop");
    ck_assert_str_eq(mangle->at[0].at[2].tag, "late");
    ck_assert_str_eq(mangle->at[0].at[0].jump, "MARK");
    ck_assert_uint_eq(mangle->at[0].at[0].bare, mangle->at[0].at[1].bare);
    ck_assert_uint_eq(mangle->at[1].n, 0);
    ck_assert_uint_eq(mangle->at[2].n, 1);
    ck_assert_uint_eq(filter->n, 1);
    ck_assert_uint_eq(filter->at[0].n, 1);
}
END_TEST

START_TEST(test_ports_are_cut)
{
    struct port_range ports[20];
    struct rule rule = mark_rule("PREROUTING", "web");

    for (uint16_t i = 0; i < 20; i++)
        ports[i] = (struct port_range){(uint16_t)(i + 1), (uint16_t)(i + 1)};
    rule.ports = ports;
    rule.n_ports = 20;
    begin(IPV4);
    sink.table(sink.ctx, TABLE_MANGLE);
    sink.chain(sink.ctx, "PREROUTING", "ACCEPT");
    put(rule);
    finish();
    ck_assert_uint_eq(image.of[TABLE_MANGLE].at[0].n, 2);
}
END_TEST

static void check_text(const struct image_chain *chain, size_t i, const char *expected)
{
    struct xt_decoding d = {.entry = chain->at[i].payload, .jump = chain->at[i].jump, .chain = chain->name};
    struct complaint why;

    ck_assert(xt_decode(IPV4, &d, 1, &image.mem, &why));
    ck_assert_str_eq(d.text, expected);
}

START_TEST(test_texts_keep_their_places)
{
    begin(IPV4);
    sink.table(sink.ctx, TABLE_FILTER);
    sink.chain(sink.ctx, "INPUT", "DROP");
    sink.chain(sink.ctx, "lbgen.u.x", "-");
    put(mark_rule("INPUT", "web"));
    put(text_rule("INPUT", "-A INPUT -m limit --limit 3/sec -j lbgen.u.x"));
    put(mark_rule("INPUT", "shop"));
    put(text_rule("INPUT", "-A INPUT -j REJECT --reject-with icmp-port-unreachable"));
    put(text_rule("lbgen.u.x", "-A lbgen.u.x -j DROP"));
    sink.end(sink.ctx);
    sink.table(sink.ctx, TABLE_RAW);
    sink.chain(sink.ctx, "PREROUTING", "ACCEPT");
    put(text_rule("PREROUTING", "-A PREROUTING -j CT --notrack"));
    sink.end(sink.ctx);
    forks = 0;
    finish();
    ck_assert_int_eq(forks, 1);
    const struct image_chain *input = &image.of[TABLE_FILTER].at[0], *x = &image.of[TABLE_FILTER].at[1];
    ck_assert_uint_eq(input->n, 4);
    check_text(input, 1, "-A INPUT -m comment --comment \"lbgen:rules\" -m limit --limit 3/sec -j lbgen.u.x");
    ck_assert_str_eq(input->at[1].tag, "rules");
    ck_assert_str_eq(input->at[1].jump, "lbgen.u.x");
    ck_assert(!input->at[1].final && input->at[3].final);
    ck_assert_str_eq(input->at[2].tag, "shop");
    check_text(x, 0, "-A lbgen.u.x -j DROP");
    ck_assert_ptr_null(x->at[0].tag);
    check_text(&image.of[TABLE_RAW].at[0], 0,
               "-A PREROUTING -m comment --comment \"lbgen:rules\" -j CT --notrack");
}
END_TEST

START_TEST(test_refused_text)
{
    struct complaint why;

    begin(IPV4);
    sink.table(sink.ctx, TABLE_FILTER);
    sink.chain(sink.ctx, "INPUT", "DROP");
    put(text_rule("INPUT", "-A INPUT -m set --match-set lbgen-no-such-set src -j DROP"));
    sink.end(sink.ctx);
    ck_assert(!xt_image_sink_finish(&state, &why));
    ck_assert_msg(strstr(why.text, "-A INPUT"), "%s", why.text);
}
END_TEST

START_TEST(test_many_chains)
{
    enum { CHAINS = 30000 };
    char name[30];

    begin(IPV6);
    sink.table(sink.ctx, TABLE_MANGLE);
    for (int i = 0; i < CHAINS; i++) {
        snprintf(name, sizeof name, "lbgen-%d", i);
        sink.chain(sink.ctx, name, "-");
    }
    for (int i = 0; i < CHAINS; i++) {
        snprintf(name, sizeof name, "lbgen-%d", i);
        put(mark_rule(name, "web"));
        put(mark_rule(name, "web"));
    }
    sink.end(sink.ctx);
    finish();
    ck_assert_uint_eq(image.of[TABLE_MANGLE].n, CHAINS);
    for (int i = 0; i < CHAINS; i++)
        MUST(image.of[TABLE_MANGLE].at[i].n == 2);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xt_image");
    TCase *tcase = new_case(suite, "image");

    tcase_add_checked_fixture(tcase, NULL, free_image);
    tcase_add_loop_test(tcase, test_tables_and_chains, IPV4, FAMILIES);
    tcase_add_test(tcase, test_ports_are_cut);
    tcase_add_test(tcase, test_texts_keep_their_places);
    tcase_add_test(tcase, test_refused_text);
    tcase_add_test(tcase, test_many_chains);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
