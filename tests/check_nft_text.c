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

int main(void)
{
    Suite *suite = suite_create("nft_text");
    TCase *tcase = new_case(suite, "nft_text");

    tcase_add_loop_test(tcase, test_keys, 0, N_OF(ranges));
    tcase_add_loop_test(tcase, test_merge, 0, N_OF(merges));
    return run_suite(suite);
}
