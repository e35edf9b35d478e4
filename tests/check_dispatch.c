/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dispatch, tree_check and layout on inputs by chance, full of VIPs in VIPs: the tree means what the flat
 * list means, for every packet (equiv); and whatever is broken in a tree, tree_check finds it, or it does not
 * matter. */
#include "lbgen/dispatch.h"

#include <stdio.h>

#include "lbgen/compile.h"
#include "lbgen/dispatch_depth.h"
#include "lbgen/equiv.h"
#include "lbgen/layout.h"
#include "lbgen/save_write.h"
#include "lbgen/tree_check.h"
#include "lbgen/vec.h"

#include "check_input.h"
#include "check_rule_set.h"

/* Few addresses, so that most services have to do with each other. Lengths from `least` on. */
struct chance_kind {
    unsigned services, least, bits; /* bits of the address in which VIPs differ */
    bool exotic;
};

static void print_vip(struct chance *c, const struct chance_kind *kind, struct buf *out)
{
    const unsigned len = chance_one_in(c, 3) ? kind->least + chance_below(c, 33 - kind->least) : 32;
    const unsigned host = chance_bits(c) & ((1U << kind->bits) - 1);
    const uint32_t mask = len ? UINT32_MAX << (32 - len) : 0;
    const uint32_t four = ((UINT32_C(0xc0000200) & ~((1U << kind->bits) - 1)) | host) & mask;

    buf_printf(out, "%u.%u.%u.%u/%u, ", four >> 24, four >> 16 & 255, four >> 8 & 255, four & 255, len);
    if (len)
        buf_printf(out, "2001:db8:%x:%x::/%u", four >> 16, four & 0xffff, 32 + len);
    else
        buf_str(out, "::/0");
}

static void print_exotics(struct chance *c, struct buf *out)
{
    if (chance_one_in(c, 4))
        buf_printf(out, "source = 198.51.%u.0/%u, 2001:db8:f%u::/48\n", 4 * chance_below(c, 3),
                   chance_one_in(c, 2) ? 24 : 22, chance_below(c, 3));
    if (chance_one_in(c, 6))
        buf_printf(out, "interface = eth%u, wan+\n", chance_below(c, 2));
    if (chance_one_in(c, 8))
        buf_str(out, "exclude-mac = 02:00:00:00:00:01\n");
}

static void print_service(struct chance *c, const struct chance_kind *kind, unsigned number, struct buf *out)
{
    static const char *const protocols[] = {"tcp", "udp", "tcp udp", "tcp, esp"};
    static const char *const ports[] = {"80", "443", "80, 443", "any", "1:100", "400:500, 80"};

    buf_printf(out, "[service s%u]\nvip = ", number);
    for (unsigned n = chance_one_in(c, 4) ? 2 : 1; n; n--) {
        print_vip(c, kind, out);
        buf_str(out, n > 1 ? ", " : "\n");
    }
    buf_printf(out, "protocol = %s\nports = %s\noverride = yes\n", protocols[chance_below(c, 4)],
               ports[chance_below(c, 6)]);
    if (chance_one_in(c, 3))
        buf_printf(out, "fwmark = 0x%x/0x%x\n", 1 + chance_below(c, 3), chance_one_in(c, 2) ? 3 : 0xff);
    else
        buf_printf(out, "fwmark = %u\n", 1 + chance_below(c, 5));
    if (kind->exotic)
        print_exotics(c, out);
    if (chance_one_in(c, 3))
        buf_str(out, "accept = yes\n");
}

static void make_by_chance(struct made *m, struct chance *c, struct buf *text)
{
    const struct chance_kind kind = {.services = 1 + chance_below(c, chance_one_in(c, 3) ? 40 : 8),
                                     .least = chance_one_in(c, 6) ? 0 : 22 + chance_below(c, 10),
                                     .bits = 1 + chance_below(c, 9),
                                     .exotic = chance_one_in(c, 2)};

    text->len = 0;
    if (chance_one_in(c, 2))
        buf_str(text, "[vrrp]\naccept = no\n");
    for (unsigned i = 0; i < kind.services; i++)
        print_service(c, &kind, i, text);
    buf_text(text);
    make(m, text->at, LINT_SERVICES);
    for (size_t i = 0; i < m->diag.n; i++)
        if (m->diag.at[i].severity == SEVERITY_ERROR)
            ck_abort_msg("%s\n%s", m->printed.at, text->at);
}

static void print_rules(const struct made *m, enum layout layout, enum family family, struct buf *out)
{
    struct config config = m->config;
    struct save_writer writer;
    const struct rule_sink sink = save_writer_sink(&writer, out, family);

    config.settings.layout = layout;
    compile(&config, &(struct formed_rules){0}, family, &sink);
    buf_text(out);
}

static void judge(const char *flat, const char *tree, enum family family, const char *input)
{
    struct text_set old, new;
    struct equiv out;

    text_set_read(&old, flat);
    text_set_read(&new, tree);
    equiv(&old.rules, &new.rules, family, PATH_INPUT, &out);
    if (out.verdict != EQUIV_EQUAL)
        ck_abort_msg("%d, marks %x and %x: %s\n%s\n%s\n%s", (int)out.verdict, out.old.mark, out.new.mark,
                     out.why, input, flat, tree);
    text_set_free(&old);
    text_set_free(&new);
}

/* What has been met in all the rounds of a test: without it the test would say nothing about it. */
static struct {
    size_t flat, full, jumps, hidden, refused, harmless, nodes;
} met;

static void count(const struct tree *tree)
{
    met.nodes += tree->nodes.n;
    for (size_t i = 0; i < tree->nodes.n; i++)
        met.flat += tree->nodes.at[i].flat;
    for (size_t i = 0; i < tree->nodes.n; i++)
        met.full += tree->nodes.at[i].full;
    for (size_t i = 0; i < tree->steps.n; i++)
        met.jumps += tree->steps.at[i].kind == STEP_JUMP;
    for (size_t i = 0; tree->hidden_by && i < tree->items.n; i++)
        met.hidden += tree->hidden_by[i] != NOT_HIDDEN;
}

static void build(struct tree *tree, const struct made *m, enum family family)
{
    struct complaint why;

    tree_build(tree, &m->config.services, family, true, service_claims);
    if (!tree_check(tree, &why))
        ck_abort_msg("not proven: %s", why.text);
}

START_TEST(test_right)
{
    struct chance c = {.state = 815U + (uint64_t)_i};
    struct buf text = {0}, flat = {0}, printed = {0};

    met.flat = met.full = met.jumps = met.hidden = 0;
    for (int round = 0; round < 300; round++) {
        const enum family family = round % 2 ? IPV6 : IPV4;
        struct made m;
        struct tree tree;

        make_by_chance(&m, &c, &text);
        build(&tree, &m, family);
        count(&tree);
        flat.len = printed.len = 0;
        print_rules(&m, LAYOUT_FLAT, family, &flat);
        print_rules(&m, LAYOUT_TREE, family, &printed);
        if (tree.items.n)
            ck_assert_ptr_nonnull(strstr(printed.at, "-j lbgen-root\n"));
        ck_assert_ptr_null(strstr(printed.at, "not proven"));
        judge(flat.at, printed.at, family, text.at);
        tree_free(&tree);
        made_free(&m);
    }
    ck_assert_uint_gt(met.flat, 5);
    ck_assert_uint_gt(met.full, 5);
    ck_assert_uint_gt(met.jumps, 20);
    ck_assert_uint_gt(met.hidden, 20);
    buf_free(&text);
    buf_free(&flat);
    buf_free(&printed);
}
END_TEST

/* --- trees that would be too deep --- */

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

/* --- trees that are broken --- */

static void print_tree(const struct list_layout *layout, struct buf *out)
{
    struct save_writer writer;
    const enum family family = layout->tree.family;
    const struct rule_sink sink = save_writer_sink(&writer, out, family);
    const struct rule_target t = {.sink = &sink, .family = family};

    buf_str(out, "*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
                 ":OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n");
    for (uint32_t i = 0; i < layout->tree.nodes.n; i++)
        sink.chain(sink.ctx, layout_chain(layout, i).text, "-");
    for (size_t i = 0; i < layout->tree.services->n; i++) {
        const struct service *s = &layout->tree.services->at[i];

        if (service_more(s)->exclude_macs.n && service_claims(s, family)) {
            sink.chain(sink.ctx, exclusion_chain(s).text, "-");
            emit_exclusions(&t, s);
        }
    }
    if (layout->tree.nodes.n)
        layout_emit_jump(&t, layout, "PREROUTING");
    uint32_t *order = xmalloc(layout->tree.nodes.n * sizeof *order);
    for (uint32_t i = 0; i < layout->tree.nodes.n; i++)
        order[i] = i;
    layout_emit_nodes(&t, layout, LIST_MARKS, order);
    free(order);
    buf_str(out, "COMMIT\n");
    buf_text(out);
}

static void swap_steps(struct tree_step *a, struct tree_step *b)
{
    const struct tree_step step = *a;

    *a = *b;
    *b = step;
}

static void break_step(struct chance *c, struct tree *tree, struct tree_node *node)
{
    struct tree_step *step = &tree->steps.at[node->first + chance_below(c, node->n)],
                     *other = &tree->steps.at[node->first + chance_below(c, node->n)],
                     *far = &tree->steps.at[chance_below(c, (uint32_t)tree->steps.n)];

    switch (chance_below(c, 6)) {
    case 0: swap_steps(step, other); break;
    case 1: swap_steps(step, far); break;
    case 2: step->kind = step->kind == STEP_GOTO ? STEP_JUMP : STEP_GOTO; break;
    case 3: *step = *far; break;
    case 4:
        step->of = chance_below(c, (uint32_t)(step->kind == STEP_RULES ? tree->items.n : tree->nodes.n)) &
                   0x3fffffff;
        break;
    default: /* one step less, in the middle */
        for (; step + 1 < tree->steps.at + node->first + node->n; step++)
            step[0] = step[1];
        node->n--;
    }
}

static void break_region(struct chance *c, struct tree_node *node)
{
    if (node->region.len && chance_one_in(c, 2))
        node->region = prefix_cut(&node->region, (uint8_t)(node->region.len - 1));
    else if (node->region.len)
        node->region.first.high ^= UINT64_C(1) << (64 - node->region.len % 64) % 64;
}

/* Everything that a wrong builder could do. */
static void break_tree(struct chance *c, struct tree *tree)
{
    struct tree_node *node = &tree->nodes.at[chance_below(c, (uint32_t)tree->nodes.n)];

    switch (chance_below(c, 8)) {
    case 0: break_region(c, node); break;
    case 1: *(chance_one_in(c, 2) ? &node->flat : &node->full) ^= true; break;
    case 2:
        if (!tree->hidden_by) {
            tree->hidden_by = xmalloc(tree->items.n * sizeof *tree->hidden_by);
            memset(tree->hidden_by, 0xff, tree->items.n * sizeof *tree->hidden_by);
        }
        tree->hidden_by[chance_below(c, (uint32_t)tree->items.n)] =
            chance_one_in(c, 4) ? NOT_HIDDEN : chance_below(c, (uint32_t)tree->items.n);
        break;
    default:
        if (node->n)
            break_step(c, tree, node);
    }
}

START_TEST(test_broken)
{
    struct chance c = {.state = 4711U + (uint64_t)_i};
    struct buf text = {0}, flat = {0}, printed = {0};
    struct complaint why;

    met.refused = met.harmless = 0;
    for (int round = 0; round < 2000; round++) {
        const enum family family = round % 2 ? IPV6 : IPV4;
        struct list_layout layout = {.is_tree = true};
        struct made m;

        make_by_chance(&m, &c, &text);
        build(&layout.tree, &m, family);
        if (layout.tree.items.n)
            for (uint32_t times = 1 + chance_below(&c, 2); times; times--)
                break_tree(&c, &layout.tree);
        if (tree_check(&layout.tree, &why)) {
            met.harmless++;
            flat.len = printed.len = 0;
            m.config.vrrp.accept = false;
            for (size_t i = 0; i < m.config.services.n; i++)
                if (m.config.services.at[i].more)
                    m.config.services.at[i].more->accept = false;
            print_rules(&m, LAYOUT_FLAT, family, &flat);
            print_tree(&layout, &printed);
            judge(flat.len ? flat.at : "*mangle\nCOMMIT\n", printed.at, family, text.at);
        } else {
            met.refused++;
        }
        layout_free(&layout);
        made_free(&m);
    }
    ck_assert_uint_gt(met.refused, 1000);
    ck_assert_uint_gt(met.harmless, 100);
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
    Suite *suite = suite_create("dispatch");

    tcase_add_loop_test(new_case(suite, "right"), test_right, 0, 4);
    tcase_add_loop_test(new_case(suite, "broken"), test_broken, 0, 4);
    tcase_add_loop_test(new_case(suite, "deep"), test_deep, 0, 12);
    tcase_add_test(new_case(suite, "one less"), test_one_less);
    return run_suite(suite);
}
