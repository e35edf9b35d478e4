/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/layout.h"
#include "lbgen/tree_check.h"
#include "lbgen/xalloc.h"

/* From how many services on `auto` makes a tree. What rules add to a packet's way to the last VIP of the
 * file, in nanoseconds, flat list / tree (tests/bench/packet, IPv4):
 *
 *     services      8         16        32         48         64         128
 *     legacy     197/214   271/268   365/328    413/355    384/274    657/321
 *     nft        533/592   862/633  1579/828   1977/753   2226/671   3953/821
 *
 * So a tree is worth it from some 30 services on with legacy, and from some 15 with nft. But a short flat
 * list is what people can read, and at 64 it costs them 100 ns. */
enum { TREE_FROM = 64 };

static bool accepts(const struct service *s, enum family family)
{
    return service_more(s)->accept && service_claims(s, family);
}

static const struct {
    bool (*wanted)(const struct service *s, enum family family);
    bool ordered;
    void (*emit)(const struct rule_target *t, const struct service *s, const struct prefix *vip,
                 const char *chain);
} lists[LAYOUT_LISTS] = {
    [LIST_MARKS] = {.wanted = service_claims, .ordered = true, .emit = emit_vip_marks},
    [LIST_ACCEPTS] = {.wanted = accepts, .ordered = false, .emit = emit_vip_accepts},
};

static bool has_services(const struct config *config, enum family family, enum layout_list list, size_t least)
{
    size_t n = 0;

    for (size_t i = 0; i < config->services.n && n < least; i++)
        n += lists[list].wanted(&config->services.at[i], family);
    return n >= least;
}

void layout_make(struct list_layout *layout, const struct config *config, enum family family,
                 enum layout_list list)
{
    const size_t least = config->settings.layout == LAYOUT_TREE ? 1 : TREE_FROM;
    struct complaint why;

    *layout = (struct list_layout){0};
    if (config->settings.layout == LAYOUT_FLAT || !has_services(config, family, list, least))
        return;
    tree_build(&layout->tree, &config->services, family, lists[list].ordered, lists[list].wanted);
    layout->is_tree = tree_check(&layout->tree, &why);
    layout->unproven = !layout->is_tree;
}

void layout_free(struct list_layout *layout)
{
    tree_free(&layout->tree);
}

static struct chain_name node_chain(const struct tree *tree, uint32_t node)
{
    return node ? tree_chain(&tree->nodes.at[node].region) : (struct chain_name){TREE_ROOT};
}

struct chain_name layout_chain(const struct list_layout *layout, uint32_t node)
{
    return node_chain(&layout->tree, node);
}

void layout_emit_jump(const struct rule_target *t, const struct list_layout *layout, const char *chain)
{
    t->sink->rule(t->sink->ctx, &(struct rule){.chain = chain,
                                               .dst = &layout->tree.nodes.at[0].region,
                                               .target = TARGET_JUMP,
                                               .jump = TREE_ROOT,
                                               .icmp_type = -1,
                                               .tag = "tree",
                                               .tag_len = 4});
}

static void note_flat(const struct rule_target *t, const struct prefix *region)
{
    struct buf text = {0};

    if (!t->sink->note)
        return;
    buf_str(&text, "what overlaps in ");
    prefix_print(&text, region);
    buf_str(&text, " must keep the order of the input: these rules are a flat list");
    buf_char(&text, '\0');
    t->sink->note(t->sink->ctx, text.at);
    buf_free(&text);
}

/* The tag stands above the rules of a service; behind such rules, the tree's own need one as well. */
static void emit_entry(const struct rule_target *t, const struct tree *tree, const struct tree_step *step,
                       const char *chain, bool behind_rules)
{
    const struct prefix *region = &tree->nodes.at[step->of].region;
    const struct chain_name below = node_chain(tree, step->of);

    t->sink->rule(t->sink->ctx, &(struct rule){.chain = chain,
                                               .dst = region,
                                               .target = step->kind == STEP_GOTO ? TARGET_GOTO : TARGET_JUMP,
                                               .jump = below.text,
                                               .icmp_type = -1,
                                               .tag = behind_rules ? "tree" : NULL,
                                               .tag_len = behind_rules ? 4 : 0,
                                               .in_own_chain = true});
}

static void emit_node(const struct rule_target *t, const struct tree *tree, enum layout_list list,
                      uint32_t node)
{
    const struct tree_node *n = &tree->nodes.at[node];
    const struct chain_name chain = node_chain(tree, node);

    if (n->flat)
        note_flat(t, &n->region);
    for (uint32_t i = 0; i < n->n; i++) {
        const struct tree_step *step = &tree->steps.at[n->first + i];

        if (step->kind == STEP_RULES)
            lists[list].emit(t, tree_service(tree, step->of),
                             vip_ref_prefix(tree->services, &tree->items.at[step->of]), chain.text);
        else
            emit_entry(t, tree, step, chain.text, i > 0 && step[-1].kind == STEP_RULES);
    }
}

/* Services in the order of addresses lie all over the memory, and nearly each is in no cache: they are asked
 * for some nodes before they are needed, and then, once they can be looked at, what they point to. */
enum { AHEAD = 6 };

static void ask_for(const struct tree *tree, const struct tree_node *n, bool services)
{
    for (uint32_t i = 0; i < n->n; i++) {
        const struct tree_step *step = &tree->steps.at[n->first + i];
        const struct service *s;

        if (step->kind != STEP_RULES)
            continue;
        s = tree_service(tree, step->of);
        if (services) {
            __builtin_prefetch(s);
            __builtin_prefetch((const char *)(s + 1) - 1);
        } else {
            __builtin_prefetch(s->vips.at);
            __builtin_prefetch(s->ports.at);
            __builtin_prefetch(s->name);
        }
    }
}

void layout_emit_nodes(const struct rule_target *t, const struct list_layout *layout, enum layout_list list,
                       const uint32_t *order)
{
    const struct tree *tree = &layout->tree;
    const struct tree_node *nodes = tree->nodes.at;

    for (size_t i = 0; i < tree->nodes.n; i++) {
        if (i + 2 * AHEAD < tree->nodes.n)
            ask_for(tree, &nodes[order[i + 2 * AHEAD]], true);
        if (i + AHEAD < tree->nodes.n)
            ask_for(tree, &nodes[order[i + AHEAD]], false);
        emit_node(t, tree, list, order[i]);
    }
}

/* --- in the order of the names --- */

/* The bytes of a name behind "lbgen-", as numbers that are in the same order as the texts. */
struct name_key {
    uint64_t part[3];
};

static struct name_key name_key(const struct tree *tree, uint32_t node)
{
    const struct chain_name name = node_chain(tree, node);
    char text[sizeof(struct name_key)] = {0};
    struct name_key key = {{0}};

    memcpy(text, name.text + strlen("lbgen-"), strlen(name.text + strlen("lbgen-")));
    for (size_t i = 0; i < sizeof text; i++)
        key.part[i / 8] = key.part[i / 8] << 8 | (unsigned char)text[i];
    return key;
}

static int by_name(const void *a, const void *b, void *keys)
{
    const struct name_key *at = keys, *x = &at[*(const uint32_t *)a], *y = &at[*(const uint32_t *)b];

    for (int i = 0; i < 3; i++)
        if (x->part[i] != y->part[i])
            return x->part[i] < y->part[i] ? -1 : 1;
    return 0;
}

uint32_t *layout_nodes_by_name(const struct list_layout *layout)
{
    const uint32_t n = (uint32_t)layout->tree.nodes.n;
    struct name_key *keys = xmalloc(n * sizeof *keys);
    uint32_t *nodes = xmalloc(n * sizeof *nodes);

    for (uint32_t i = 0; i < n; i++) {
        keys[i] = name_key(&layout->tree, i);
        nodes[i] = i;
    }
    qsort_r(nodes, n, sizeof *nodes, by_name, keys);
    free(keys);
    return nodes;
}
