/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/nft_text.h"

#include "check_util.h"

static struct address address_of(const char *text)
{
    struct prefix p;
    struct complaint why;

    ck_assert(prefix_parse(text, strlen(text), ADDRESS_ONLY, &p, &why));
    return p.first;
}

static const struct {
    enum family family;
    const char *from, *to, *text;
} ranges[] = {
    {IPV4, "192.0.2.1", "192.0.2.1", "192.0.2.1"},
    {IPV4, "192.0.2.0", "192.0.2.1", "192.0.2.0/31"},
    {IPV4, "192.0.2.1", "192.0.2.2", "192.0.2.1-192.0.2.2"},
    {IPV4, "192.0.2.0", "192.0.2.255", "192.0.2.0/24"},
    {IPV4, "192.0.2.128", "192.0.2.254", "192.0.2.128-192.0.2.254"},
    {IPV4, "192.0.2.1", "192.0.2.255", "192.0.2.1-192.0.2.255"},
    {IPV4, "192.0.1.0", "192.0.2.255", "192.0.1.0-192.0.2.255"},
    {IPV4, "0.0.0.0", "255.255.255.255", "0.0.0.0/0"},
    {IPV4, "0.0.0.0", "127.255.255.255", "0.0.0.0/1"},
    {IPV4, "0.0.0.0", "9.255.255.255", "0.0.0.0-9.255.255.255"},
    {IPV6, "2001:db8::1", "2001:db8::1", "2001:db8::1"},
    {IPV6, "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", "2001:db8::/64"},
    {IPV6, "2001:db8::", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8::/63"},
    {IPV6, "2001:db8::", "2001:db8::7fff:ffff:ffff:ffff", "2001:db8::/65"},
    {IPV6, "2001:db8::", "2001:db8:0:2:ffff:ffff:ffff:ffff", "2001:db8::-2001:db8:0:2:ffff:ffff:ffff:ffff"},
    {IPV6, "2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", "2001:db8::1-2001:db8::ffff:ffff:ffff:ffff"},
    {IPV6, "2001:db8:0:1::", "2001:db8:0:2::", "2001:db8:0:1::-2001:db8:0:2::"},
    {IPV6, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"},
};

START_TEST(test_keys)
{
    struct claim_cell cell = {.from = address_of(ranges[_i].from),
                              .to = address_of(ranges[_i].to),
                              .low = 80,
                              .high = 80,
                              .proto = PROTO_UDPLITE};
    struct buf out = {0}, want = {0};

    nft_key_print(&out, ranges[_i].family, CELLS_ANY_PORT_RANGE, &cell);
    buf_printf(&want, "%s . udplite", ranges[_i].text);
    ck_assert_str_eq(buf_text(&out), buf_text(&want));
    out.len = 0;
    nft_key_print(&out, ranges[_i].family, CELLS_RANGE, &cell);
    buf_str(&want, " . 80");
    ck_assert_str_eq(buf_text(&out), buf_text(&want));
    out.len = 0;
    cell.high = 90;
    nft_key_print(&out, ranges[_i].family, CELLS_RANGE, &cell);
    buf_str(&want, "-90");
    ck_assert_str_eq(buf_text(&out), buf_text(&want));
    buf_free(&out);
    buf_free(&want);
}
END_TEST

static const struct {
    struct port_range at[5];
    uint32_t n;
    struct port_range merged[5];
    uint32_t n_merged;
} merges[] = {
    {{{80, 80}}, 0, {{0}}, 0},
    {{{80, 80}}, 1, {{80, 80}}, 1},
    {{{443, 443}, {80, 80}}, 2, {{80, 80}, {443, 443}}, 2},
    {{{80, 80}, {81, 81}, {83, 83}}, 3, {{80, 81}, {83, 83}}, 2},
    {{{10, 100}, {20, 30}, {90, 120}}, 3, {{10, 120}}, 1},
    {{{1, 65535}, {65535, 65535}}, 2, {{1, 65535}}, 1},
    {{{5, 9}, {5, 5}, {5, 12}, {14, 14}}, 4, {{5, 12}, {14, 14}}, 2},
};

START_TEST(test_merge)
{
    struct port_range at[5];

    memcpy(at, merges[_i].at, sizeof at);
    uint32_t n = port_ranges_merge(at, merges[_i].n);
    ck_assert_uint_eq(n, merges[_i].n_merged);
    for (uint32_t i = 0; i < n; i++) {
        ck_assert_uint_eq(at[i].low, merges[_i].merged[i].low);
        ck_assert_uint_eq(at[i].high, merges[_i].merged[i].high);
    }
}
END_TEST

#define VIP4                                                                                                 \
    {                                                                                                        \
        .family = IPV4, .len = 32, .first = {.high = 0xc000020a00000000 }                                    \
    }
#define VIP6                                                                                                 \
    {                                                                                                        \
        .family = IPV6, .len = 128, .first = {.high = 0x20010db8ULL << 32, .low = 1 }                        \
    }
static const struct prefix vip4 = VIP4, vip6 = VIP6,
                           net4 = {.family = IPV4, .len = 24, .first = {.high = 0x0a00000000000000}},
                           every4 = {.family = IPV4, .len = 0};
static const struct port_range web[] = {{443, 443}, {80, 80}}, http[] = {{80, 90}}, any_port[] = {{0, 65535}};
static const struct interface eth = {"eth0"}, open_ended = {"veth+"}, no_name = {""};

static const struct {
    struct rule rule;
    enum family family;
    const char *text;
} rules[] = {
    {{.dst = &vip4,
      .protocol = "tcp",
      .ports = web,
      .n_ports = 2,
      .target = TARGET_MARK,
      .mark = {80, UINT32_MAX}},
     IPV4,
     "meta nfproto ipv4 ip daddr 192.0.2.10 meta l4proto tcp th dport { 80, 443 } meta mark set 0x50"},
    {{.dst = &vip6,
      .protocol = "udp",
      .ports = http,
      .n_ports = 1,
      .target = TARGET_MARK,
      .mark = {0x50, 0xff}},
     IPV6,
     "meta nfproto ipv6 ip6 daddr 2001:db8::1 meta l4proto udp th dport 80-90 "
     "meta mark set meta mark & 0xffffff00 | 0x50"},
    {{.src = &net4,
      .dst = &every4,
      .out = &eth,
      .protocol = "tcp",
      .ports = http,
      .n_ports = 1,
      .side = PORTS_SOURCE,
      .target = TARGET_MASQUERADE},
     IPV4,
     "meta nfproto ipv4 oifname \"eth0\" ip saddr 10.0.0.0/24 meta l4proto tcp th sport 80-90 masquerade"},
    {{.src = &net4, .target = TARGET_SNAT, .to = VIP4},
     IPV4,
     "meta nfproto ipv4 ip saddr 10.0.0.0/24 snat ip to 192.0.2.10"},
    {{.target = TARGET_SNAT, .to = VIP6}, IPV6, "meta nfproto ipv6 snat ip6 to 2001:db8::1"},
    {{.in = &open_ended, .out = &no_name, .protocol = "vrrp", .target = TARGET_ACCEPT},
     IPV4,
     "meta nfproto ipv4 iifname \"veth*\" meta l4proto 112 accept"},
    /* Never a rule for every protocol. */
    {{.protocol = "unheard-of", .target = TARGET_ACCEPT},
     IPV4,
     "meta nfproto ipv4 meta l4proto unheard-of accept"},
    {{.protocol = "tcp", .ports = any_port, .n_ports = 1, .target = TARGET_RETURN},
     IPV4,
     "meta nfproto ipv4 meta l4proto tcp return"},
    {{.icmp_type = 3, .protocol = "icmp", .target = TARGET_JUMP, .jump = "one"},
     IPV4,
     "meta nfproto ipv4 icmp type 3 jump one"},
    {{.icmp_type = 135, .protocol = "ipv6-icmp", .target = TARGET_GOTO, .jump = "two"},
     IPV6,
     "meta nfproto ipv6 icmpv6 type 135 goto two"},
};

START_TEST(test_rules)
{
    struct rule rule = rules[_i].rule;
    struct buf out = {0}, want = {0};

    rule.icmp_type = rule.icmp_type ? rule.icmp_type : -1;
    rule.tag = "web and more";
    rule.tag_len = 3;
    nft_rule_print(&out, &rule, rules[_i].family);
    buf_printf(&want, "%s comment \"web\"", rules[_i].text);
    ck_assert_str_eq(buf_text(&out), buf_text(&want));
    buf_free(&out);
    buf_free(&want);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nft_text");
    TCase *tcase = new_case(suite, "nft_text");

    tcase_add_loop_test(tcase, test_keys, 0, N_OF(ranges));
    tcase_add_loop_test(tcase, test_merge, 0, N_OF(merges));
    tcase_add_loop_test(tcase, test_rules, 0, N_OF(rules));
    return run_suite(suite);
}
