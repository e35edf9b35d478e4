/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree_chain: the names of the dispatch tree's chains; and layout_nodes_by_name, their order. */
#include "lbgen/tree_chain.h"

#include "lbgen/layout.h"
#include "lbgen/xalloc.h"

#include "check_input.h"

static struct prefix prefix_of(const char *text)
{
    struct complaint why;
    struct prefix p;

    if (!prefix_parse(text, strlen(text), ADDRESS_OR_PREFIX, &p, &why))
        ck_abort_msg("%s: %s", text, why.text);
    return p;
}

/* The IPv6 ones were worked out by another program from the sentence in the header. */
static const struct {
    const char *prefix, *name;
} names[] = {
    {"192.0.2.0/24", "lbgen-192.0.2.0/24"},
    {"192.0.2.10", "lbgen-192.0.2.10/32"},
    {"10.0.0.0/8", "lbgen-10.0.0.0/8"},
    {"128.0.0.0/1", "lbgen-128.0.0.0/1"},
    {"255.255.255.255", "lbgen-255.255.255.255/32"},
    {"100.9.99.200/29", "lbgen-100.9.99.200/29"},
    {"2001:db8::/32", "lbgen-IAENuIAAAAAAAAAAAAAAAA"},
    {"2001:db8::10/128", "lbgen-IAENuAAAAAAAAAAAAAAAEI"},
    {"8000::/1", "lbgen-wAAAAAAAAAAAAAAAAAAAAA"},
    {"2001:db8::/64", "lbgen-IAENuAAAAACAAAAAAAAAAA"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "lbgen-_____________________4"},
    {"::/128", "lbgen-AAAAAAAAAAAAAAAAAAAAAI"},
    {"::/2", "lbgen-IAAAAAAAAAAAAAAAAAAAAA"},
    {"2001:db8::fffe/127", "lbgen-IAENuAAAAAAAAAAAAAD__w"},
};

START_TEST(test_names)
{
    const struct prefix p = prefix_of(names[_i].prefix);
    const struct chain_name name = tree_chain(&p);

    ck_assert_str_eq(name.text, names[_i].name);
    ck_assert_uint_le(strlen(name.text), CHAIN_NAME_MAX);
    ck_assert(chain_is_own(name.text, strlen(name.text)));
}
END_TEST

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct chain_name *)a)->text, ((const struct chain_name *)b)->text);
}

/* Prefixes that differ in their last bits or in their length alone. */
START_TEST(test_no_two_alike)
{
    enum { BITS = 11 };
    struct chain_name *all = xmalloc(2 * ((1U << BITS) + 200) * sizeof *all);
    const struct prefix six = prefix_of("2001:db8:a:b:c:d:e:f"), four = prefix_of("192.0.2.77");
    size_t n = 0;

    for (uint8_t len = 1; len <= 128; len++) {
        const struct prefix p = prefix_cut(&six, len);

        all[n++] = tree_chain(&p);
    }
    for (uint8_t len = 1; len <= 32; len++) {
        const struct prefix p = prefix_cut(&four, len);

        all[n++] = tree_chain(&p);
    }
    for (uint64_t i = 0; i < 1U << BITS; i++) {
        struct prefix p = {.family = IPV6, .len = 128, .first = {UINT64_C(0xfd) << 56, i}};

        all[n++] = tree_chain(&p);
        p = (struct prefix){.family = IPV4, .len = 32, .first = {i * 0x01010101 << 32, 0}};
        if (i < 256)
            all[n++] = tree_chain(&p);
    }
    qsort(all, n, sizeof *all, by_text);
    for (size_t i = 1; i < n; i++)
        ck_assert_str_ne(all[i].text, all[i - 1].text);
    free(all);
}
END_TEST

/* Names in iptables-save's order, however many digits their numbers have. */
START_TEST(test_order)
{
    struct chance c = {.state = 7};
    struct buf text = {0};
    struct made m;
    struct list_layout layout;

    buf_str(&text, "[lbgen]\nlayout = tree\n");
    for (unsigned i = 0; i < 500; i++)
        buf_printf(
            &text,
            "[service s%u]\nvip = %u.%u.%u.%u, 2001:db8:%x::%x\nports = 80\nfwmark = 1\noverride = yes\n", i,
            1 + chance_below(&c, 220), chance_below(&c, 256), chance_below(&c, 256), chance_below(&c, 256),
            chance_below(&c, 65536), chance_below(&c, 65536));
    make(&m, buf_text(&text), LINT_SERVICES);
    for (int family = 0; family < FAMILIES; family++) {
        layout_make(&layout, &m.config, (enum family)family, LIST_MARKS);
        ck_assert(layout.is_tree);
        uint32_t *nodes = layout_nodes_by_name(&layout);
        struct chain_name last = {""};

        ck_assert_uint_gt(layout.tree.nodes.n, 100);
        for (size_t i = 0; i < layout.tree.nodes.n; i++) {
            const struct chain_name name = layout_chain(&layout, nodes[i]);

            ck_assert_int_lt(strcmp(last.text, name.text), 0);
            last = name;
        }
        free(nodes);
        layout_free(&layout);
    }
    made_free(&m);
    buf_free(&text);
}
END_TEST

/* auto is a flat list for few services, and `flat` for any number. */
START_TEST(test_auto)
{
    static const struct {
        const char *layout;
        unsigned services;
        bool is_tree;
    } cases[] = {{"auto", 63, false}, {"auto", 5000, true}, {"flat", 5000, false},
                 {"tree", 1, true},   {"tree", 0, false},   {"auto", 0, false}};
    struct buf text = {0};
    struct made m;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct list_layout layout;

        text.len = 0;
        buf_printf(&text, "[lbgen]\nlayout = %s\n", cases[i].layout);
        for (unsigned s = 0; s < cases[i].services; s++)
            buf_printf(&text, "[service s%u]\nvip = 10.0.%u.%u\nports = 80\nfwmark = 1\n", s, s / 256,
                       s % 256);
        make(&m, buf_text(&text), LINT_SERVICES);
        layout_make(&layout, &m.config, IPV4, LIST_MARKS);
        ck_assert_msg(layout.is_tree == cases[i].is_tree, "%s, %u", cases[i].layout, cases[i].services);
        layout_free(&layout);
        layout_make(&layout, &m.config, IPV6, LIST_MARKS); /* no service has such VIPs */
        ck_assert(!layout.is_tree);
        layout_free(&layout);
        layout_make(&layout, &m.config, IPV4, LIST_ACCEPTS); /* nor accept = yes */
        ck_assert(!layout.is_tree);
        layout_free(&layout);
        made_free(&m);
    }
    buf_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tree_chain");

    tcase_add_loop_test(new_case(suite, "names"), test_names, 0, sizeof names / sizeof *names);
    tcase_add_test(new_case(suite, "no two alike"), test_no_two_alike);
    tcase_add_test(new_case(suite, "order"), test_order);
    tcase_add_test(new_case(suite, "auto"), test_auto);
    return run_suite(suite);
}
