/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/prefix.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "check_util.h"

static const struct {
    const char *text, *printed;
} good[] = {
    {"192.0.2.10", "192.0.2.10/32"},
    {"0.0.0.0", "0.0.0.0/32"},
    {"255.255.255.255", "255.255.255.255/32"},
    {"192.0.2.0/24", "192.0.2.0/24"},
    {"0.0.0.0/0", "0.0.0.0/0"},
    {"128.0.0.0/1", "128.0.0.0/1"},
    {"192.0.2.10/32", "192.0.2.10/32"},
    {"192.0.2.254/31", "192.0.2.254/31"},
    {"::", "::/128"},
    {"::1", "::1/128"},
    {"::/0", "::/0"},
    {"8000::/1", "8000::/1"},
    {"2001:db8::10", "2001:db8::10/128"},
    {"2001:DB8:0:0:0:0:0:10", "2001:db8::10/128"},
    {"2001:0db8::0010", "2001:db8::10/128"},
    {"2001:db8::/32", "2001:db8::/32"},
    {"2001:db8:0:0:8000::/65", "2001:db8:0:0:8000::/65"},
    {"2001:db8:0:1::/64", "2001:db8:0:1::/64"},
    {"2001:db8::fffe/127", "2001:db8::fffe/127"},
    {"fe80::/10", "fe80::/10"},
    {"::ffff:192.0.2.1", "::ffff:192.0.2.1/128"},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8/128"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"},
};

START_TEST(test_good)
{
    size_t n = strlen(good[_i].text);
    char *text = exact_copy(good[_i].text, n);
    struct prefix p, again;
    struct complaint why;
    struct buf out = {0};

    ck_assert(prefix_parse(text, n, ADDRESS_OR_PREFIX, &p, &why));
    prefix_print(&out, &p);
    ck_assert_str_eq(buf_text(&out), good[_i].printed);
    ck_assert(prefix_parse(out.at, out.len, ADDRESS_OR_PREFIX, &again, &why));
    ck_assert(prefix_equal(&p, &again));
    ck_assert_int_eq(prefix_is_host(&p), p.len == family_ops[p.family].bits);
    ck_assert_int_eq(prefix_parse(text, n, ADDRESS_ONLY, &p, &why), strchr(good[_i].text, '/') == NULL);
    buf_free(&out);
    free(text);
}
END_TEST

static const struct {
    const char *text;
    size_t len;
    const char *says;
    size_t at, culprit;
} bad[] = {
    {TEXT(""), "is no IPv4 or IPv6 address", 0, 0},
    {TEXT("192.0.2"), "'192.0.2' is no IPv4 or IPv6 address", 0, 7},
    {TEXT("192.0.2.1.1"), "is no", 0, 11},
    {TEXT("192.0.2."), "is no", 0, 8},
    {TEXT("192.0.2.256"), "is no", 0, 11},
    {TEXT("192.0.2.01"), "is no", 0, 10},
    {TEXT("192.0.02.1"), "is no", 0, 10},
    {TEXT("192.0.2.0x1"), "is no", 0, 11},
    {TEXT("192.0.2.-1"), "is no", 0, 10},
    {TEXT("3221225994"), "is no", 0, 10},
    {TEXT("0xc000020a"), "is no", 0, 10},
    {TEXT("localhost"), "'localhost' is no IPv4 or IPv6 address", 0, 9},
    {TEXT("www.example.org"), "is no", 0, 15},
    {TEXT("any"), "is no", 0, 3},
    {TEXT(" 192.0.2.1"), "is no", 0, 10},
    {TEXT("192.0.2.1 "), "is no", 0, 10},
    {TEXT("192.0.2.1\0"), "is no", 0, 10},
    {TEXT("192.0.2.1\0x"), "is no", 0, 11},
    {TEXT("192.0.2.1:80"), "'192.0.2.1:80' has a port: write 192.0.2.1", 0, 12},
    {TEXT("192.0.2.1:"), "has a port: write 192.0.2.1", 0, 10},
    {TEXT("[2001:db8::1]"), "an address is written without brackets here: 2001:db8::1", 0, 13},
    {TEXT("[2001:db8::1]:80"), "'[2001:db8::1]:80' has a port: write 2001:db8::1", 0, 16},
    {TEXT("[2001:db8::1]80"), "is no", 0, 15},
    {TEXT("[2001:db8::1"), "is no", 0, 12},
    {TEXT("[192.0.2.1]"), "is no", 0, 11},
    {TEXT("[]"), "is no", 0, 2},
    {TEXT("["), "is no", 0, 1},
    {TEXT("192.0.2.300:80"), "is no", 0, 14},
    {TEXT(":"), "is no", 0, 1},
    {TEXT(":::"), "is no", 0, 3},
    {TEXT("1::2::3"), "is no", 0, 7},
    {TEXT("2001:db8"), "is no", 0, 8},
    {TEXT("2001:db8::12345"), "is no", 0, 15},
    {TEXT("2001:db8::g"), "is no", 0, 11},
    {TEXT("1:2:3:4:5:6:7:8:9"), "is no", 0, 17},
    {TEXT("::ffff:192.0.2.01"), "is no", 0, 17},
    {TEXT("fe80::1%eth0"), "'fe80::1%eth0' has a zone", 0, 12},
    {TEXT("fe80::1%1/64"), "has a zone", 0, 12},
    {TEXT("192.0.2.1%eth0"), "has a zone", 0, 14},
    {TEXT("192.0.2.0/33"), "a prefix length of IPv4 is 0..32", 10, 2},
    {TEXT("192.0.2.0/"), "a prefix length of IPv4 is 0..32", 10, 0},
    {TEXT("192.0.2.0/-1"), "a prefix length", 10, 2},
    {TEXT("192.0.2.0/+8"), "a prefix length", 10, 2},
    {TEXT("192.0.2.0/024"), "a prefix length is written without a leading zero", 10, 3},
    {TEXT("192.0.2.0/24 "), "a prefix length", 10, 3},
    {TEXT("192.0.2.0/0x18"), "a prefix length", 10, 4},
    {TEXT("192.0.2.0/255.255.255.0"), "write the mask as a length: /24", 10, 13},
    {TEXT("192.0.2.0/24/24"), "a prefix length", 10, 5},
    {TEXT("192.0.2.0/4294967304"), "a prefix length", 10, 10}, /* 2^32 + 8 */
    {TEXT("2001:db8::/129"), "a prefix length of IPv6 is 0..128", 11, 3},
    {TEXT("2001:db8::/ffff::"), "a prefix length of IPv6", 11, 6},
    {TEXT("/24"), "is no", 0, 3},
    {TEXT("192.0.2.10/24"),
     "192.0.2.10/24 has bits set behind its /24: write 192.0.2.10, or 192.0.2.0/24 for all 256", 0, 13},
    {TEXT("192.0.2.1/31"), "write 192.0.2.1, or 192.0.2.0/31 for all 2", 0, 12},
    {TEXT("192.0.2.1/0"), "write 192.0.2.1, or 0.0.0.0/0 for all 2^32", 0, 11},
    {TEXT("10.1.0.0/8"), "write 10.1.0.0, or 10.0.0.0/8 for all 16777216", 0, 10},
    {TEXT("2001:db8::1/64"), "write 2001:db8::1, or 2001:db8::/64 for all 2^64", 0, 14},
    {TEXT("2001:db8::1/127"), "write 2001:db8::1, or 2001:db8::/127 for all 2", 0, 15},
    {TEXT("1:2:3:4:5:6:7:8/63"), "write 1:2:3:4:5:6:7:8, or 1:2:3:4::/63", 0, 18},
    {TEXT("1:2:3:5:5:6:7:8/63"), "or 1:2:3:4::/63", 0, 18},
    {TEXT("192.0.2.1192.0.2.1192.0.2.1192.0.2.1192.0.2.1192.0.2.1192.0.2.1192.0.2.1"), "is no", 0, 72},
};

START_TEST(test_bad)
{
    char *text = exact_copy(bad[_i].text, bad[_i].len);
    struct prefix p;
    struct complaint why;

    ck_assert(!prefix_parse(text, bad[_i].len, ADDRESS_OR_PREFIX, &p, &why));
    if (!strstr(why.text, bad[_i].says))
        ck_abort_msg("said '%s' instead of '%s'", why.text, bad[_i].says);
    ck_assert_uint_eq(why.at, bad[_i].at);
    ck_assert_uint_eq(why.len, bad[_i].culprit);
    ck_assert(!prefix_parse(text, bad[_i].len, ADDRESS_ONLY, &p, &why));
    free(text);
}
END_TEST

static bool inet_takes(const char *text, struct prefix *p)
{
    unsigned char bytes[16] = {0};
    bool six = inet_pton(AF_INET6, text, bytes) == 1;

    *p = (struct prefix){.family = six ? IPV6 : IPV4, .len = six ? 128 : 32};
    if (!six && inet_pton(AF_INET, text, bytes) != 1)
        return false;
    for (int i = 0; i < 8; i++) {
        p->first.high = p->first.high << 8 | (six || i < 4 ? bytes[i] : 0);
        p->first.low = p->first.low << 8 | (six ? bytes[i + 8] : 0);
    }
    return true;
}

static void random_text(struct chance *c, char *out, size_t size)
{
    static const char *const parts[] = {"::",  ":",   ".", "0",    "1",  "db8", "2001", "255", "256",
                                        "192", "0.2", "f", "ffff", "00", "g",   "%",    "-"};
    size_t n = 0;

    if (chance_one_in(c, 3))
        n = (size_t)snprintf(out, size, "%u.%u.%u.%u", chance_below(c, 260), chance_below(c, 256),
                             chance_below(c, 256), chance_below(c, 256));
    else if (chance_one_in(c, 2))
        n = (size_t)snprintf(out, size, "%x:%x::%x:%x", chance_bits(c) >> 15, chance_bits(c) >> 16,
                             chance_below(c, 99), chance_below(c, 9));
    else
        for (uint32_t i = 1 + chance_below(c, 12); i-- && n + 5 < size;)
            n += (size_t)snprintf(out + n, size - n, "%s", parts[chance_below(c, N_OF(parts))]);
    if (n && chance_one_in(c, 4)) /* one byte off */
        out[chance_below(c, (uint32_t)n)] = "0123456789abcdef:./% "[chance_below(c, 21)];
    if (n && chance_one_in(c, 6))
        out[n - 1] = '\0';
}

/* Addresses are what inet_pton takes, no more and no less. */
START_TEST(test_against_inet_pton)
{
    struct chance c = {.state = 0x1234567 + (unsigned)_i};
    unsigned taken = 0;
    char text[64];

    for (int i = 0; i < 20000; i++) {
        struct prefix want, got;
        struct complaint why;

        random_text(&c, text, sizeof text);
        bool expected = inet_takes(text, &want);
        if (prefix_parse(text, strlen(text), ADDRESS_ONLY, &got, &why) != expected)
            ck_abort_msg("'%s' was %s", text, expected ? "refused" : "taken");
        MUST(!expected || (prefix_equal(&want, &got) && got.len == want.len));
        taken += expected;
    }
    MUST(taken > 3000 && taken < 17000);
}
END_TEST

static struct prefix random_prefix(struct chance *c, bool small)
{
    struct prefix p = {.family = chance_one_in(c, 2) ? IPV6 : IPV4};
    unsigned bits = family_ops[p.family].bits;

    p.first.high = (uint64_t)chance_bits(c) << 32 | (p.family == IPV6 ? chance_bits(c) : 0);
    p.first.low = p.family == IPV6 ? (uint64_t)chance_bits(c) << 32 | chance_bits(c) : 0;
    if (small) { /* so that prefixes meet */
        p.first.high = (uint64_t)chance_below(c, 4) << 62;
        p.first.low = 0;
        bits = 3;
    }
    p.len = (uint8_t)chance_below(c, bits + 1);
    for (unsigned i = p.len; i < 128; i++)
        if (i < 64)
            p.first.high &= ~(1ULL << (63 - i));
        else
            p.first.low &= ~(1ULL << (127 - i));
    return p;
}

static unsigned bit_of(struct address a, unsigned i)
{
    return (unsigned)((i < 64 ? a.high >> (63 - i) : a.low >> (127 - i)) & 1);
}

/* contains and compare, by the bits one by one. */
START_TEST(test_relations)
{
    struct chance c = {.state = 0xb175};

    for (int i = 0; i < 20000; i++) {
        struct prefix a = random_prefix(&c, i % 2), b = random_prefix(&c, i % 2);
        bool contains = a.family == b.family && a.len <= b.len;

        for (unsigned bit = 0; bit < a.len; bit++)
            contains = contains && bit_of(a.first, bit) == bit_of(b.first, bit);
        MUST(prefix_contains(&a, &b) == contains && prefix_contains(&a, &a));
        MUST(prefix_overlaps(&a, &b) == prefix_overlaps(&b, &a));
        MUST(prefix_equal(&a, &b) == (prefix_contains(&a, &b) && prefix_contains(&b, &a)));
        MUST(address_compare(a.first, b.first) == -address_compare(b.first, a.first));
        if (a.family != b.family)
            MUST(!prefix_overlaps(&a, &b));
    }
}
END_TEST

/* Print and parse, for all lengths; and one more bit behind the mask is refused. */
START_TEST(test_round_trip)
{
    struct chance c = {.state = 0x707};

    for (int i = 0; i < 5000; i++) {
        struct prefix p = random_prefix(&c, false), again;
        struct buf out = {0};
        struct complaint why;

        prefix_print(&out, &p);
        MUST(prefix_parse(out.at, out.len, ADDRESS_OR_PREFIX, &again, &why) && prefix_equal(&p, &again));
        unsigned bits = family_ops[p.family].bits;
        if (p.len < bits) {
            unsigned at = p.len + chance_below(&c, bits - p.len);

            if (at < 64)
                p.first.high |= 1ULL << (63 - at);
            else
                p.first.low |= 1ULL << (127 - at);
            out.len = 0;
            prefix_print(&out, &p);
            MUST(!prefix_parse(out.at, out.len, ADDRESS_OR_PREFIX, &again, &why));
        }
        buf_free(&out);
    }
}
END_TEST

static const struct {
    const char *text;
    int len; /* 0: refused */
} masks[] = {
    {"255.255.255.0", 24},
    {"255.255.255.255", 32},
    {"128.0.0.0", 1},
    {"24", 24},
    {"1", 1},
    {"128", 128},
    {"64", 64},
    {"0.0.0.0", 0},
    {"255.0.255.0", 0},
    {"255.255.255.1", 0},
    {"0.0.0.255", 0},
    {"0", 0},
    {"129", 0},
    {"-1", 0},
    {"024", 0},
    {"", 0},
    {"/24", 0},
    {"0xffffff00", 0},
    {"ffff::", 0},
    {"255.255.255", 0},
    {"255.255.255.0 ", 0},
};

START_TEST(test_netmask)
{
    struct complaint why;
    uint8_t len = 0;

    ck_assert_int_eq(netmask_parse(masks[_i].text, strlen(masks[_i].text), &len, &why), masks[_i].len != 0);
    ck_assert_int_eq(len, masks[_i].len);
}
END_TEST

static Suite *prefix_suite(void)
{
    Suite *s = suite_create("prefix");
    TCase *t = new_case(s, "prefix");

    tcase_add_loop_test(t, test_good, 0, N_OF(good));
    tcase_add_loop_test(t, test_bad, 0, N_OF(bad));
    tcase_add_loop_test(t, test_against_inet_pton, 0, 4);
    tcase_add_test(t, test_relations);
    tcase_add_test(t, test_round_trip);
    tcase_add_loop_test(t, test_netmask, 0, N_OF(masks));
    return s;
}

int main(void)
{
    return run_suite(prefix_suite());
}
