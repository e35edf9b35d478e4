/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/save_write.h"

#include "check_util.h"

enum { PORTS = 15 };

/* Everything that a rule can have, each as wide as it can be. */
static struct rule widest(enum target target)
{
    static const struct prefix all_ones = {.first = {UINT64_MAX, UINT64_MAX}, .family = IPV6, .len = 128};
    static const struct interface in = {"abcdefghijklmno"}, out = {"ponmlkjihgfedcb"};
    static const struct mac mac = {{255, 255, 255, 255, 255, 255}};
    static struct port_range ports[PORTS];

    for (int i = 0; i < PORTS; i++)
        ports[i] = (struct port_range){65534, 65535};
    return (struct rule){.chain = "a-chain-of-twenty-eight-byte",
                         .src = &all_ones,
                         .dst = &all_ones,
                         .in = &in,
                         .out = &out,
                         .protocol = "udplite",
                         .ports = ports,
                         .n_ports = PORTS,
                         .icmp_type = 255,
                         .mac = &mac,
                         .target = target,
                         .mark = {UINT32_MAX, UINT32_MAX - 1},
                         .to = all_ones,
                         .jump = "another-chain-of-28-bytes-xx",
                         .tag = "a-service-with-a-name-of-forty-bytes-xxx",
                         .tag_len = 40};
}

static const struct {
    enum target target;
    const char *end;
} targets[] = {
    {TARGET_ACCEPT, " -j ACCEPT"},
    {TARGET_RETURN, " -j RETURN"},
    {TARGET_MASQUERADE, " -j MASQUERADE"},
    {TARGET_MARK, " -j MARK --set-xmark 0xffffffff/0xfffffffe"},
    {TARGET_SNAT, " -j SNAT --to-source ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    {TARGET_JUMP, " -j another-chain-of-28-bytes-xx"},
    {TARGET_GOTO, " -g another-chain-of-28-bytes-xx"},
};

/* The whole line, put together once more by hand; and it goes into a buffer that is nearly full, and into one
 * that streams. */
START_TEST(test_widest)
{
    const struct rule rule = widest(targets[_i].target);
    struct buf line = {0}, expected = {0};

    buf_str(&expected, "-A a-chain-of-twenty-eight-byte -s ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"
                       " -d ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128 -i abcdefghijklmno"
                       " -o ponmlkjihgfedcb -p udplite"
                       " -m comment --comment \"lbgen:a-service-with-a-name-of-forty-bytes-xxx\""
                       " -m multiport --dports ");
    for (int i = 0; i < PORTS; i++)
        buf_str(&expected, i ? ",65534:65535" : "65534:65535");
    buf_str(&expected, " -m icmp6 --icmpv6-type 255 -m mac --mac-source ff:ff:ff:ff:ff:ff");
    buf_str(&expected, targets[_i].end);
    for (size_t before = 0; before < 2000; before += 7) {
        line.len = 0;
        buf_free(&line);
        for (size_t i = 0; i < before; i++)
            buf_char(&line, '.');
        save_write_rule(&line, &rule, IPV6);
        MUST(line.len == before + expected.len && line.len <= line.cap);
        MUST(memcmp(line.at + before, expected.at, expected.len) == 0);
    }
    buf_free(&line);
    buf_free(&expected);
}
END_TEST

/* A host's own rule: its text, and the tag behind its head; of any length. */
START_TEST(test_text)
{
    enum { LONG = 5000 };
    static char text[LONG];
    struct rule rule = {.chain = "INPUT", .tag = "rules", .tag_len = 5, .text = text, .text_len = LONG};
    struct buf line = {0};

    memset(text, 'x', LONG);
    rule.head_len = (size_t)_i;
    save_write_rule(&line, &rule, IPV4);
    ck_assert_uint_eq(line.len, LONG + strlen(" -m comment --comment \"lbgen:rules\""));
    ck_assert_int_eq(memcmp(line.at + _i, TEXT(" -m comment --comment \"lbgen:rules\"x")), 0);
    buf_free(&line);
}
END_TEST

static Suite *save_write_suite(void)
{
    Suite *s = suite_create("save_write");
    TCase *t = new_case(s, "save_write");

    tcase_add_loop_test(t, test_widest, 0, N_OF(targets));
    tcase_add_loop_test(t, test_text, 0, 20);
    return s;
}

int main(void)
{
    return run_suite(save_write_suite());
}
