/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dispatch, tree_check and layout on inputs by chance, full of VIPs in VIPs: the tree means what the flat
 * list means, for every packet (equiv); and whatever is broken in a tree, tree_check finds it, or it does not
 * matter. */
#include "lbgen/dispatch.h"

#include "check_tree.h"

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

int main(void)
{
    Suite *suite = suite_create("dispatch");

    tcase_add_loop_test(new_case(suite, "right"), test_right, 0, 4);
    tcase_add_loop_test(new_case(suite, "broken"), test_broken, 0, 4);
    return run_suite(suite);
}
