/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/vip_order.h"

#include "check_input.h"

static const struct services *sorted_services;

/* The order that the header promises, in the plainest way. */
static int plain_order(const void *a, const void *b)
{
    const struct vip_ref *x = a, *y = b;
    const struct prefix *p = vip_ref_prefix(sorted_services, x), *q = vip_ref_prefix(sorted_services, y);
    int order = address_compare(p->first, q->first);

    if (order)
        return order;
    if (p->len != q->len)
        return p->len < q->len ? -1 : 1;
    if (x->service != y->service)
        return x->service < y->service ? -1 : 1;
    return x->vip < y->vip ? -1 : x->vip > y->vip;
}

static struct prefix chance_prefix(struct chance *c, enum family family, uint32_t spread)
{
    static const uint8_t lens4[] = {32, 32, 32, 31, 30, 24, 16, 8, 1, 0};
    static const uint8_t lens6[] = {128, 128, 127, 96, 65, 64, 63, 33, 32, 31, 1, 0};
    struct prefix p = {.family = (uint8_t)family};

    p.len = family == IPV4 ? lens4[chance_below(c, N_OF(lens4))] : lens6[chance_below(c, N_OF(lens6))];
    p.first.high = (uint64_t)(chance_below(c, spread) * (UINT32_MAX / spread)) << 32;
    if (chance_one_in(c, 2))
        p.first.high ^= (uint64_t)chance_below(c, 5) << 32;
    if (family == IPV6) {
        p.first.high |= chance_one_in(c, 2) ? chance_below(c, 3) : 0x80000000U;
        p.first.low = chance_one_in(c, 2) ? chance_below(c, 4) : (uint64_t)chance_bits(c) << 32;
    }
    /* No bits behind the length. */
    if (p.len <= 64) {
        p.first.low = 0;
        p.first.high &= p.len ? UINT64_MAX << (64 - p.len) : 0;
    } else if (p.len < 128) {
        p.first.low &= UINT64_MAX << (128 - p.len);
    }
    return p;
}

enum { MANY = 300, VIPS_MAX = 4 };

START_TEST(test_chance)
{
    static struct prefix vips[MANY][VIPS_MAX];
    static struct service all[MANY];
    struct chance chance = {(uint64_t)_i + 11};
    struct services services = {.at = all, .n = MANY};
    const uint32_t spreads[] = {1, 3, 50, 65536, 4000000};
    size_t expected[FAMILIES] = {0};

    sorted_services = &services;
    for (int i = 0; i < MANY; i++) {
        uint32_t n = chance_below(&chance, VIPS_MAX + 1);

        all[i] = (struct service){.vips = {.at = vips[i], .n = n, .cap = n}, .mark = {1, UINT32_MAX}};
        if (chance_one_in(&chance, 9))
            all[i].mark.value = 0; /* could not be read */
        for (uint32_t v = 0; v < n; v++) {
            vips[i][v] =
                chance_prefix(&chance, chance_one_in(&chance, 2) ? IPV4 : IPV6, spreads[_i % N_OF(spreads)]);
            expected[vips[i][v].family] += all[i].mark.value != 0;
        }
    }
    for (int f = 0; f < FAMILIES; f++) {
        struct vip_refs refs = vip_refs_sorted(&services, (enum family)f, NULL);

        ck_assert_uint_eq(refs.n, expected[f]);
        for (size_t i = 0; i < refs.n; i++) {
            const struct prefix *p = vip_ref_prefix(&services, &refs.at[i]);

            MUST(p->family == f && refs.at[i].len == p->len && refs.at[i].upper == p->first.high >> 32);
            MUST(i == 0 || plain_order(&refs.at[i - 1], &refs.at[i]) < 0);
        }
        /* A cluster ends where the first prefix outside of its first one stands. */
        for (size_t i = 0; i < refs.n; i++) {
            size_t end = i + 1;

            while (end < refs.n && prefix_contains(vip_ref_prefix(&services, &refs.at[i]),
                                                   vip_ref_prefix(&services, &refs.at[end])))
                end++;
            MUST(vip_cluster_end(&services, &refs, i) == end);
        }
        free(refs.at);
    }
    sorted_services = NULL;
}
END_TEST

/* From an input, as it reads. */
START_TEST(test_input)
{
    struct made m;
    struct buf shown = {0};

    make(&m,
         "[service b]\nvip = 192.0.2.9, 10.0.0.0/8, 2001:db8::1\nports = 1\nfwmark = 1\n"
         "[service a]\nvip = 10.0.0.0/8, 10.0.0.0/16, 10.0.0.0, 9.255.255.255\nports = 1\nfwmark = 1\n"
         "[service bad]\nvip = 1.2.3.4\nports = 1\nfwmark = x\n",
         0);
    struct vip_refs refs = vip_refs_sorted(&m.config.services, IPV4, NULL);
    for (size_t i = 0; i < refs.n; i++) {
        prefix_print(&shown, vip_ref_prefix(&m.config.services, &refs.at[i]));
        buf_printf(&shown, " %u %zu;", refs.at[i].service, vip_cluster_end(&m.config.services, &refs, i));
    }
    ck_assert_str_eq(buf_text(&shown), "9.255.255.255/32 1 1;10.0.0.0/8 0 5;10.0.0.0/8 1 5;"
                                       "10.0.0.0/16 1 5;10.0.0.0/32 1 5;192.0.2.9/32 0 6;");
    free(refs.at);
    refs = vip_refs_sorted(&m.config.services, IPV6, NULL);
    ck_assert_uint_eq(refs.n, 1);
    free(refs.at);
    buf_free(&shown);
    made_free(&m);
}
END_TEST

START_TEST(test_none)
{
    struct services none = {0};
    struct vip_refs refs = vip_refs_sorted(&none, IPV4, NULL);

    ck_assert_uint_eq(refs.n, 0);
    free(refs.at);
}
END_TEST

static Suite *vip_order_suite(void)
{
    Suite *s = suite_create("vip_order");
    TCase *t = new_case(s, "vip_order");

    tcase_add_loop_test(t, test_chance, 0, 40);
    tcase_add_test(t, test_input);
    tcase_add_test(t, test_none);
    return s;
}

int main(void)
{
    return run_suite(vip_order_suite());
}
