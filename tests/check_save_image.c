/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/save_image.h"

#include "check_util.h"

static struct image_rule rule_of(const char *line, struct arena *mem)
{
    struct image_rule rule;

    save_image_rule(line, strlen(line), mem, &rule);
    return rule;
}

/* Two lines: whether their keys are the same, and whether they are without lbgen's comment. */
static const struct {
    const char *a, *b;
    bool same, same_bare;
} pairs[] = {
    {"-A INPUT -j ACCEPT", "-A INPUT -j ACCEPT", true, true},
    {"-A INPUT -j ACCEPT", "-A OUTPUT -j ACCEPT", true, true}, /* the chain is no part of it */
    {"-A INPUT -j ACCEPT", "[5:6] -A INPUT -j ACCEPT", true, true},
    {"-A INPUT -j ACCEPT", "-A  INPUT\t -j  ACCEPT ", true, true},
    {"-A INPUT -j ACCEPT", "-A \"INPUT\" \"-j\" \"ACCEPT\"", true, true},
    {"-A INPUT -j ACCEPT", "-A INPUT -j DROP", false, false},
    {"-A INPUT -j ACCEPT", "-A INPUT -g ACCEPT", false, false},
    {"-A INPUT -j ACCEPT", "-A INPUT", false, false},
    {"-A INPUT", "-A OUTPUT", true, true},
    {"-A INPUT -p vrrp -j ACCEPT", "-A INPUT -p 112 -j ACCEPT", true, true},
    {"-A INPUT -p vrrp -j ACCEPT", "-A INPUT -p carp -j ACCEPT", true, true},
    {"-A INPUT -p vrrp -j ACCEPT", "-A INPUT -p \"112\" -j ACCEPT", true, true},
    {"-A INPUT -p vrrp -j ACCEPT", "-A INPUT ! -p vrrp -j ACCEPT", false, false},
    {"-A INPUT ! -p 6 -j ACCEPT", "-A INPUT ! -p tcp -j ACCEPT", true, true},
    {"-A INPUT -p tcp -j ACCEPT", "-A INPUT -p udp -j ACCEPT", false, false},
    {"-A INPUT -p esp -j ACCEPT", "-A INPUT -p 50 -j ACCEPT", true, true},
    {"-A INPUT -p ipv6-icmp -j ACCEPT", "-A INPUT -p 58 -j ACCEPT", true, true},
    {"-A INPUT -p udplite -j ACCEPT", "-A INPUT -p 136 -j ACCEPT", true, true},
    {"-A INPUT -p none-such -j ACCEPT", "-A INPUT -p none-such -j ACCEPT", true, true},
    {"-A INPUT -p none-such -j ACCEPT", "-A INPUT -p nonesuch -j ACCEPT", false, false},
    {"-A INPUT -p 256 -j ACCEPT", "-A INPUT -p 0 -j ACCEPT", false, false},
    /* only behind -p, and not where -p is a value itself */
    {"-A INPUT -m vrrp -j ACCEPT", "-A INPUT -m 112 -j ACCEPT", false, false},
    {"-A INPUT -m comment --comment vrrp", "-A INPUT -m comment --comment 112", false, false},
    {"-A INPUT -m comment --comment -p --x vrrp", "-A INPUT -m comment --comment -p --x 112", false, false},
    {"-A INPUT -m comment --comment \"a\"", "-A INPUT -m comment --comment a", true, true},
    {"-A INPUT -m comment --comment \"a b\"", "-A INPUT -m comment --comment a b", false, false},
    {"-A INPUT -m comment --comment \"a\\\"\\\\\\'\"", "-A INPUT -m comment --comment \"a\\\"\\\\'\"", true,
     true},
    {"-A INPUT -m comment --comment \"\"", "-A INPUT -m comment --comment", false, false},
    {"-A INPUT -m comment --comment \"lbgen:web\" -j ACCEPT",
     "-A INPUT -m comment --comment lbgen:web -j ACCEPT", true, true},
    /* without lbgen's comment */
    {"-A INPUT -m comment --comment \"lbgen:web\" -j ACCEPT", "-A INPUT -j ACCEPT", false, true},
    {"-A INPUT -p tcp -m comment --comment \"lbgen:web\" -m tcp --dport 80 -j ACCEPT",
     "-A INPUT -p 6 -m tcp --dport 80 -j ACCEPT", false, true},
    {"-A INPUT -p tcp -m comment --comment \"lbgen:web\" -m tcp --dport 80 -j ACCEPT",
     "-A INPUT -p 6 -m tcp --dport 81 -j ACCEPT", false, false},
    {"-A INPUT -p tcp -m tcp --dport 80 -m comment --comment \"lbgen:\" -j ACCEPT",
     "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT", false, true},
    {"-A INPUT -m comment --comment \"web\" -j ACCEPT", "-A INPUT -j ACCEPT", false, false},
    {"-A INPUT -m comment --comment \"see lbgen:web\" -j ACCEPT", "-A INPUT -j ACCEPT", false, false},
    {"-A INPUT -m comment --comment \"lbgen:a\" -j ACCEPT",
     "-A INPUT -m comment --comment \"lbgen:b\" -j ACCEPT", false, true},
    /* the first one is lbgen's */
    {"-A INPUT -m comment --comment \"lbgen:rules\" -m comment --comment \"lbgen:x\"",
     "-A INPUT -m comment --comment \"lbgen:x\"", false, false},
    {"-A INPUT -m comment --comment \"lbgen:rules\" -m comment --comment \"x\"",
     "-A INPUT -m comment --comment \"x\"", false, true},
};

START_TEST(test_pairs)
{
    struct arena mem = {0};
    const struct image_rule a = rule_of(pairs[_i].a, &mem), b = rule_of(pairs[_i].b, &mem);

    ck_assert_int_eq(a.key == b.key, pairs[_i].same);
    ck_assert_int_eq(a.bare == b.bare, pairs[_i].same_bare);
    arena_free(&mem);
}
END_TEST

#define R(tag) "-m comment --comment \"lbgen:" tag "\""

static const struct {
    const char *line, *payload, *tag, *jump;
    bool final;
    uint64_t packets, bytes;
} rules[] = {
    {"-A INPUT -j DROP", "-A INPUT -j DROP", NULL, "DROP", false, 0, 0},
    {"[1:2] -A INPUT -j DROP", "-A INPUT -j DROP", NULL, "DROP", false, 1, 2},
    {"[18446744073709551615:18446744073709551614]  -A A -j B", "-A A -j B", NULL, "B", false, UINT64_MAX,
     UINT64_MAX - 1},
    {"[:] -A A", "-A A", NULL, "", false, 0, 0},
    {"[x:y] -A A", "-A A", NULL, "", false, 0, 0},
    {"[7] -A A", "-A A", NULL, "", false, 7, 0},
    {"-A INPUT " R("web") " -g lbgen.web", "-A INPUT " R("web") " -g lbgen.web", "web", "lbgen.web", false, 0,
     0},
    {"-A INPUT " R("rules") " -j DROP", "-A INPUT " R("rules") " -j DROP", "rules", "DROP", true, 0, 0},
    {"[3:4] -A INPUT " R("rules") " -j DROP", "-A INPUT " R("rules") " -j DROP", "rules", "DROP", true, 3, 4},
    {"-A INPUT -p tcp " R("rules") " -j DROP", "-A INPUT -p tcp " R("rules") " -j DROP", "rules", "DROP",
     false, 0, 0},
    {"-A INPUT -m comment --comment -j -j LOG", "-A INPUT -m comment --comment -j -j LOG", NULL, "LOG", false,
     0, 0},
    {"-A INPUT -j", "-A INPUT -j", NULL, "", false, 0, 0},
};

START_TEST(test_rule)
{
    size_t len = strlen(rules[_i].line);
    char *line = exact_copy(rules[_i].line, len);
    struct arena mem = {0};
    struct image_rule rule;

    save_image_rule(line, len, &mem, &rule);
    ck_assert_uint_eq(rule.len, strlen(rules[_i].payload));
    ck_assert_mem_eq(rule.payload, rules[_i].payload, rule.len);
    ck_assert_pstr_eq(rule.tag, rules[_i].tag);
    ck_assert_str_eq(rule.jump, rules[_i].jump);
    ck_assert_int_eq(rule.final, rules[_i].final);
    ck_assert_uint_eq(rule.packets, rules[_i].packets);
    ck_assert_uint_eq(rule.bytes, rules[_i].bytes);
    arena_free(&mem);
    free(line);
}
END_TEST

static void read_image(const char *text, struct image *out)
{
    struct save_file file = {0};
    struct complaint why;

    ck_assert(save_file_read(&file, text, strlen(text), &why));
    save_image_read(&file, out);
    save_file_free(&file); /* the image does not need it */
}

START_TEST(test_file)
{
    struct image image = {0};

    read_image("# x\n*broute\n:BROUTING ACCEPT [0:0]\n-A BROUTING -j DROP\nCOMMIT\n"
               "*filter\n:INPUT DROP [5:66]\n:FORWARD ACCEPT [0:0]\n:OUTPUT - [0:0]\n:DOCKER - [0:0]\n"
               ":lbgen.web - [1:1]\n[1:2] -A INPUT -j DOCKER\n-A DOCKER -j RETURN\n-A lbgen.web\n"
               "-A INPUT -j ACCEPT\nCOMMIT\n*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n",
               &image);
    const struct image_table *t = &image.of[TABLE_FILTER];
    ck_assert_int_eq(image.form, PAYLOAD_LINE);
    ck_assert(t->present && image.of[TABLE_NAT].present && !image.of[TABLE_MANGLE].present);
    ck_assert_uint_eq(t->n, 5);
    ck_assert_str_eq(t->at[0].name, "INPUT");
    ck_assert_int_eq(t->at[0].policy, POLICY_DROP);
    ck_assert_uint_eq(t->at[0].packets, 5);
    ck_assert_uint_eq(t->at[0].bytes, 66);
    ck_assert_uint_eq(t->at[0].n, 2);
    ck_assert_uint_eq(t->at[0].at[0].bytes, 2);
    ck_assert_str_eq(t->at[0].at[1].jump, "ACCEPT");
    ck_assert_int_eq(t->at[2].policy, POLICY_ACCEPT);
    ck_assert_int_eq(t->at[3].policy, POLICY_NONE);
    ck_assert(!t->at[3].own && !t->at[3].builtin && t->at[3].n == 1);
    ck_assert(t->at[4].own && t->at[4].n == 1);
    /* never declared */
    ck_assert_uint_eq(image.of[TABLE_NAT].n, 1);
    ck_assert_int_eq(image.of[TABLE_NAT].at[0].policy, POLICY_ACCEPT);
    image_free(&image);
}
END_TEST

static void give_rules(const struct rule_sink *sink)
{
    static const struct port_range ports[] = {{1, 2},   {3, 4},   {5, 6},   {7, 8},   {9, 10},
                                              {11, 12}, {13, 14}, {15, 16}, {80, 80}, {443, 443}};
    static const struct mac mac = {{2, 0, 0, 0, 0, 1}};
    static const char text[] = "-A INPUT -j REJECT --reject-with icmp-port-unreachable";
    struct rule rule = {.chain = "PREROUTING",
                        .protocol = "tcp",
                        .port_match = true,
                        .ports = ports,
                        .n_ports = N_OF(ports),
                        .icmp_type = -1,
                        .target = TARGET_JUMP,
                        .jump = "lbgen.web",
                        .tag = "web",
                        .tag_len = 3};

    sink->table(sink->ctx, TABLE_MANGLE);
    sink->chain(sink->ctx, "PREROUTING", "ACCEPT");
    sink->chain(sink->ctx, "lbgen.web", "-");
    sink->rule(sink->ctx, &rule);
    rule = (struct rule){.chain = "lbgen.web", .mac = &mac, .icmp_type = -1, .target = TARGET_RETURN};
    rule.in_own_chain = true;
    rule.tag = "web";
    rule.tag_len = 3;
    sink->rule(sink->ctx, &rule);
    sink->end(sink->ctx);
    sink->table(sink->ctx, TABLE_FILTER);
    sink->chain(sink->ctx, "INPUT", "DROP");
    rule = (struct rule){.chain = "INPUT", .protocol = "vrrp", .icmp_type = -1, .target = TARGET_ACCEPT};
    rule.tag = "vrrp";
    rule.tag_len = 4;
    sink->rule(sink->ctx, &rule);
    rule = (struct rule){.chain = "INPUT", .icmp_type = -1, .text = text, .text_len = sizeof text - 1};
    rule.head_len = strlen("-A INPUT");
    rule.tag = "rules";
    rule.tag_len = 5;
    sink->rule(sink->ctx, &rule);
    sink->end(sink->ctx);
}

static void same_rules(const struct image_chain *a, const struct image_chain *b)
{
    ck_assert_str_eq(a->name, b->name);
    ck_assert_uint_eq(a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        ck_assert_uint_eq(a->at[i].key, b->at[i].key);
        ck_assert_uint_eq(a->at[i].bare, b->at[i].bare);
        ck_assert_uint_eq(a->at[i].len, b->at[i].len);
        ck_assert_mem_eq(a->at[i].payload, b->at[i].payload, a->at[i].len);
        ck_assert_pstr_eq(a->at[i].tag, b->at[i].tag);
        ck_assert_str_eq(a->at[i].jump, b->at[i].jump);
        ck_assert_int_eq(a->at[i].final, b->at[i].final);
    }
}

/* What is wanted is what would be written and read again. */
START_TEST(test_sink)
{
    struct save_image_maker maker;
    struct save_writer writer;
    struct image made = {0}, read = {0};
    struct buf text = {0};
    const struct rule_sink image_sink = save_image_sink(&maker, &made, IPV4);
    const struct rule_sink text_sink = save_writer_sink(&writer, &text, IPV4);

    give_rules(&image_sink);
    give_rules(&text_sink);
    read_image(buf_text(&text), &read);
    for (int t = 0; t < TABLES; t++) {
        ck_assert_int_eq(made.of[t].present, read.of[t].present);
        ck_assert_uint_eq(made.of[t].n, read.of[t].n);
        for (size_t i = 0; i < made.of[t].n; i++) {
            ck_assert_int_eq(made.of[t].at[i].policy, POLICY_NONE);
            same_rules(&made.of[t].at[i], &read.of[t].at[i]);
        }
    }
    ck_assert_uint_eq(made.of[TABLE_MANGLE].at[0].n, 2); /* too many ports for one */
    ck_assert_ptr_null(made.of[TABLE_MANGLE].at[1].at[0].tag);
    ck_assert(made.of[TABLE_FILTER].at[0].at[1].final);
    image_free(&made);
    image_free(&read);
    buf_free(&text);
}
END_TEST

/* Rules of 50,000 chains, now in this one, now in that: no search through all of them. */
START_TEST(test_many_chains)
{
    enum { CHAINS = 50000 };
    struct buf text = {0};
    struct image image = {0};

    buf_str(&text, "*mangle\n");
    for (int i = 0; i < CHAINS; i++)
        buf_printf(&text, ":lbgen-%d - [0:0]\n", i);
    for (int i = 0; i < 2 * CHAINS; i++)
        buf_printf(&text, "-A lbgen-%d -d 192.0.2.1/32 -j DROP\n", (int)((unsigned)i * 7919U % CHAINS));
    buf_str(&text, "COMMIT\n");
    read_image(buf_text(&text), &image);
    ck_assert_uint_eq(image.of[TABLE_MANGLE].n, CHAINS);
    for (int i = 0; i < CHAINS; i++)
        MUST(image.of[TABLE_MANGLE].at[i].n == 2);
    image_free(&image);
    buf_free(&text);
}
END_TEST

static Suite *save_image_suite(void)
{
    Suite *s = suite_create("save_image");
    TCase *t = new_case(s, "save_image");

    tcase_add_loop_test(t, test_pairs, 0, N_OF(pairs));
    tcase_add_loop_test(t, test_rule, 0, N_OF(rules));
    tcase_add_test(t, test_file);
    tcase_add_test(t, test_sink);
    tcase_add_test(t, test_many_chains);
    return s;
}

int main(void)
{
    return run_suite(save_image_suite());
}
