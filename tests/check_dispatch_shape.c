/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shape of dispatch trees: how deep they are, and how little of it one service changes. */
#include "lbgen/dispatch_depth.h"
#include "lbgen/vec.h"

#include "check_tree.h"

/* --- depth --- */

static uint32_t depth_of(const struct tree *tree, uint32_t node)
{
    const struct tree_node *n = &tree->nodes.at[node];
    uint32_t most = 0;

    for (uint32_t i = n->first; i < n->first + n->n; i++)
        if (tree->steps.at[i].kind != STEP_RULES) {
            const uint32_t depth = depth_of(tree, tree->steps.at[i].of);

            most = depth > most ? depth : most;
        }
    return most + 1;
}

static void print_one(struct buf *out, unsigned number, const char *vip)
{
    buf_printf(out, "[service s%u]\nvip = %s\nports = %u\nfwmark = %u\noverride = yes\n", number, vip,
               80 + number % 2, number + 1);
}

/* VIPs that part from all others one bit further on each, and a crowd at the end. */
static void print_comb(struct chance *c, struct buf *out, unsigned crowd)
{
    struct buf vip = {0};
    unsigned number = 0;

    for (unsigned bit = 0; bit < 96; bit++, number++) {
        const struct prefix p = {
            .family = IPV6,
            .len = 128,
            .first = {UINT64_C(0x20010db800000000) | (bit < 32 ? UINT64_C(1) << (31 - bit) : 0),
                      bit < 32 ? 0 : UINT64_C(1) << (95 - bit)}};

        vip.len = 0;
        address_print(&vip, IPV6, p.first);
        print_one(out, number, buf_text(&vip));
    }
    for (unsigned i = 0; i < crowd; i++, number++) {
        vip.len = 0;
        buf_printf(&vip, "2001:db8::1:%x", chance_bits(c) & 0xffff);
        print_one(out, number, buf_text(&vip));
    }
    buf_free(&vip);
}

/* VIPs each inside the one before, in three orders of the file. */
static void print_nest(struct chance *c, struct buf *out)
{
    struct buf vip = {0};
    const unsigned up = chance_below(c, 3);

    for (unsigned i = 0; i < 25; i++) {
        const unsigned len = 8 + (up == 0 ? i : up == 1 ? 24 - i : chance_below(c, 25));

        vip.len = 0;
        buf_printf(&vip, "10.0.0.0/%u", len);
        print_one(out, i, buf_text(&vip));
    }
    buf_free(&vip);
}

START_TEST(test_deep)
{
    struct chance c = {.state = 31U + (uint64_t)_i};
    struct buf text = {0}, flat = {0}, printed = {0};
    const enum family family = _i % 2 ? IPV4 : IPV6;
    struct made m;
    struct tree tree;

    if (family == IPV6)
        print_comb(&c, &text, _i < 4 ? 0 : 300);
    else
        print_nest(&c, &text);
    make(&m, buf_text(&text), LINT_SERVICES);
    build(&tree, &m, family);
    ck_assert_uint_ge(depth_of(&tree, 0), family == IPV6 ? 8 : 2);
    ck_assert_uint_le(depth_of(&tree, 0), TREE_DEPTH_MAX);
    for (size_t i = 0; family == IPV6 && i < tree.nodes.n; i++) { /* no node has become a long list */
        ck_assert(!tree.nodes.at[i].flat);
        ck_assert_uint_le(tree.nodes.at[i].n, 40);
    }
    print_rules(&m, LAYOUT_FLAT, family, &flat);
    print_rules(&m, LAYOUT_TREE, family, &printed);
    judge(flat.at, printed.at, family, text.at);
    tree_free(&tree);
    made_free(&m);
    buf_free(&text);
    buf_free(&flat);
    buf_free(&printed);
}
END_TEST

/* --- shape --- */

static void print_tree_of(const char *input, struct buf *out)
{
    struct made m;

    make(&m, input, LINT_SERVICES);
    print_rules(&m, LAYOUT_TREE, IPV4, out);
    made_free(&m);
}

struct lines {
    char **at;
    size_t n, cap;
};

static int by_line(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of a text, which is cut up, sorted. */
static struct lines split(struct buf *text)
{
    struct lines lines = {0};

    for (char *line = strtok(text->at, "\n"); line; line = strtok(NULL, "\n"))
        *VEC_ADD(&lines) = line;
    if (lines.n)
        qsort(lines.at, lines.n, sizeof *lines.at, by_line);
    return lines;
}

/* How many lines one of the texts has and the other one has not. */
static size_t count_changes(struct buf *old, struct buf *new)
{
    const struct lines x = split(old), y = split(new);
    size_t i = 0, j = 0, changes = 0;

    while (i < x.n || j < y.n) {
        const int order = i == x.n ? 1 : j == y.n ? -1 : strcmp(x.at[i], y.at[j]);

        changes += order != 0;
        i += order <= 0;
        j += order >= 0;
    }
    free(x.at);
    free(y.at);
    return changes;
}

/* One service less, of many: only what it was in changes. */
START_TEST(test_one_less)
{
    struct chance c = {.state = 99};
    struct buf all = {0}, less = {0}, tree = {0}, smaller = {0};
    enum { SERVICES = 1000 };
    uint32_t vips[SERVICES];
    size_t most = 0;

    for (uint32_t i = 0; i < SERVICES; i++)
        vips[i] = 0x0a000000 | (i % 2 ? i : chance_bits(&c) & 0xffffff);
    for (int round = 0; round < 40; round++) {
        const uint32_t gone = chance_below(&c, SERVICES);

        all.len = less.len = tree.len = smaller.len = 0;
        for (uint32_t i = 0; i < SERVICES; i++)
            for (int which = 0; which < 2; which++)
                if (which == 0 || i != gone)
                    buf_printf(which ? &less : &all,
                               "[service s%u]\nvip = %u.%u.%u.%u\nports = 80\nfwmark = %u\n", i,
                               vips[i] >> 24, vips[i] >> 16 & 255, vips[i] >> 8 & 255, vips[i] & 255, i + 1);
        print_tree_of(buf_text(&all), &tree);
        print_tree_of(buf_text(&less), &smaller);
        const size_t changed = count_changes(&tree, &smaller);

        ck_assert_uint_gt(changed, 1);
        most = changed > most ? changed : most;
    }
    ck_assert_uint_le(most, 12);
    ck_assert_uint_gt(most, 6);
    buf_free(&all);
    buf_free(&less);
    buf_free(&tree);
    buf_free(&smaller);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dispatch_shape");

    tcase_add_loop_test(new_case(suite, "deep"), test_deep, 0, 12);
    tcase_add_test(new_case(suite, "one less"), test_one_less);
    return run_suite(suite);
}
