/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Products of lists, and the order that rules must keep. */
#include "lbgen/import_rules.h"

#include <stdio.h>

#include "check_import.h"

struct cell {
    int vip, source, port, protocol; /* source, port: -1: any; protocol: enum proto */
};

static struct product product_of(struct axis_lists *lists, const struct cell *c)
{
    struct prefix vip, source;
    struct port_range port = {(uint16_t)c->port, (uint16_t)c->port};
    uint8_t protocol = (uint8_t)c->protocol;
    struct product p = {0};

    memset(&vip, 0, sizeof vip);
    vip.first.high = (uint64_t)c->vip << 32;
    vip.len = 32;
    source = vip;
    source.first.high = (uint64_t)c->source << 40;
    p.axis[AXIS_VIPS] = axis_enter(lists, AXIS_VIPS, &vip, sizeof vip);
    p.axis[AXIS_PROTOCOLS] = axis_enter(lists, AXIS_PROTOCOLS, &protocol, 1);
    if (c->source >= 0)
        p.axis[AXIS_SOURCES] = axis_enter(lists, AXIS_SOURCES, &source, sizeof source);
    if (c->port >= 0)
        p.axis[AXIS_PORTS] = axis_enter(lists, AXIS_PORTS, &port, sizeof port);
    return p;
}

static size_t length(const struct axis_lists *lists, const struct product *p, enum axis axis)
{
    size_t n;

    axis_list(lists, axis, p->axis[axis], &n);
    return n;
}

static const struct {
    struct cell cells[8];
    size_t n, products;
} joins[] = {
    /* a whole product, and one with a hole */
    {{{1, 1, 80, 0}, {1, 1, 443, 0}, {2, 1, 80, 0}, {2, 1, 443, 0}}, 4, 1},
    {{{1, 1, 80, 0}, {1, 1, 443, 0}, {2, 1, 80, 0}}, 3, 2},
    /* in any order */
    {{{2, 1, 443, 0}, {1, 1, 80, 0}, {2, 1, 80, 0}, {1, 1, 443, 0}}, 4, 1},
    /* the same twice */
    {{{1, 1, 80, 0}, {1, 1, 80, 0}}, 2, 1},
    /* any is no item of a list */
    {{{1, 1, 80, 0}, {1, 1, -1, 0}}, 2, 2},
    {{{1, 1, 80, 0}, {1, -1, 80, 0}}, 2, 2},
    /* protocols; esp joins whatever its neighbour's ports are */
    {{{1, 1, 80, PROTO_TCP}, {1, 1, 80, PROTO_UDP}}, 2, 1},
    {{{1, 1, 500, PROTO_UDP}, {1, 1, -1, PROTO_ESP}}, 2, 1},
    {{{1, 1, 500, PROTO_UDP}, {2, 1, -1, PROTO_ESP}}, 2, 2},
    {{{1, 1, -1, PROTO_ESP}, {1, 1, -1, PROTO_AH}}, 2, 1},
};

START_TEST(test_join)
{
    struct axis_lists lists;
    struct product products[8];
    size_t n = joins[_i].n;

    axis_lists_init(&lists);
    for (size_t i = 0; i < n; i++)
        products[i] = product_of(&lists, &joins[_i].cells[i]);
    products_join(&lists, products, &n);
    ck_assert_uint_eq(n, joins[_i].products);
    axis_lists_free(&lists);
}
END_TEST

/* A list of ports can't be longer than services.ini takes. */
START_TEST(test_join_many_ports)
{
    enum { N = 9000 };
    struct product *products = xmalloc(N * sizeof *products);
    struct axis_lists lists;
    size_t n = N, sum = 0;

    axis_lists_init(&lists);
    for (int i = 0; i < N; i++)
        products[i] = product_of(&lists, &(struct cell){1, 1, i + 1, 0});
    products_join(&lists, products, &n);
    ck_assert_uint_eq(n, 3);
    for (size_t i = 0; i < n; i++) {
        ck_assert(length(&lists, &products[i], AXIS_PORTS) <= 4096);
        sum += length(&lists, &products[i], AXIS_PORTS);
    }
    ck_assert_uint_eq(sum, N);
    axis_lists_free(&lists);
    free(products);
}
END_TEST

/* How many lines begin so. */
static size_t count(const char *text, const char *what)
{
    size_t n = 0;

    for (const char *line = text; line; line = strchr(line, '\n'), line += line != NULL)
        n += strncmp(line, what, strlen(what)) == 0;
    return n;
}

/* Very many rules of one VIP, marks in turns: still in order, and in a bounded time. */
START_TEST(test_crowd)
{
    struct buf rules = {0};
    struct imported imported;

    buf_str(&rules, "*mangle\n:PREROUTING ACCEPT [0:0]\n");
    for (unsigned i = 0; i < 40000; i++)
        buf_printf(&rules, "-A PREROUTING -d 192.0.2.1/32 -p tcp -m tcp --dport %u -j MARK --set-mark %u\n",
                   1 + i % 3, 1 + i % 2);
    buf_str(&rules, "COMMIT\n");
    import_text(&imported, IMPORT_SAVE, rules.at, rules.len);
    ck_assert_uint_eq(diag_errors(&imported.diag), 0);
    ck_assert_uint_eq(count(buf_text(&imported.text), "[service "), 40000);
    ck_assert_uint_eq(count(buf_text(&imported.text), "override = yes"), 39999);
    imported_free(&imported);
    buf_free(&rules);
}
END_TEST

/* Chains that double the way at each step are given up, and that is told. */
START_TEST(test_doubling)
{
    struct buf rules = {0};
    struct imported imported;

    buf_str(&rules, "*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 192.0.2.1/32 -p tcp -j c0\n");
    for (unsigned i = 0; i < 35; i++)
        buf_printf(&rules, ":c%u - [0:0]\n-A c%u -j c%u\n-A c%u -j c%u\n", i, i, i + 1, i, i + 1);
    buf_str(&rules, ":c35 - [0:0]\n-A c35 -p tcp -m tcp --dport 80 -j MARK --set-mark 1\nCOMMIT\n");
    import_text(&imported, IMPORT_SAVE, rules.at, rules.len);
    ck_assert_uint_eq(diag_errors(&imported.diag), 0);
    ck_assert(strstr(buf_text(&imported.text), "over and over"));
    ck_assert_uint_eq(count(buf_text(&imported.text), "[service "), 1);
    imported_free(&imported);
    buf_free(&rules);
}
END_TEST

/* The tree of filter: each chain is walked once, however often and deep it is led to. */
START_TEST(test_doubling_tree)
{
    enum { CHAINS = 200 };
    struct buf rules = {0};
    struct imported imported;

    buf_str(&rules, "*mangle\n:PREROUTING ACCEPT [0:0]\n"
                    "-A PREROUTING -d 192.0.2.1/32 -p tcp -m tcp --dport 80 -m comment --comment lbgen:web "
                    "-j MARK --set-mark 1\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j lbgen-0\n");
    for (unsigned i = 0; i < CHAINS; i++)
        buf_printf(&rules, ":lbgen-%u - [0:0]\n-A lbgen-%u -j lbgen-%u\n-A lbgen-%u -j lbgen-%u\n", i, i,
                   i + 1, i, i + 1);
    buf_printf(&rules,
               ":lbgen-%u - [0:0]\n-A lbgen-%u -j lbgen-0\n"
               "-A lbgen-%u -d 192.0.2.1/32 -p tcp -m tcp --dport 80 -m comment --comment lbgen:web "
               "-j ACCEPT\nCOMMIT\n",
               CHAINS, CHAINS, CHAINS);
    import_text(&imported, IMPORT_SAVE, rules.at, rules.len);
    ck_assert_uint_eq(diag_errors(&imported.diag), 0);
    ck_assert_uint_eq(count(buf_text(&imported.text), "[service "), 1);
    ck_assert_uint_eq(count(buf_text(&imported.text), "accept = yes"), 1);
    ck_assert_uint_eq(imported.draft.left_out, 0);
    imported_free(&imported);
    buf_free(&rules);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import_rules");
    TCase *tcase = new_case(suite, "import_rules");

    tcase_add_loop_test(tcase, test_join, 0, N_OF(joins));
    tcase_add_test(tcase, test_join_many_ports);
    tcase_add_test(tcase, test_crowd);
    tcase_add_test(tcase, test_doubling);
    tcase_add_test(tcase, test_doubling_tree);
    return run_suite(suite);
}
