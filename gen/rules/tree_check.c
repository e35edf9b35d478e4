/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet meets a rule if its destination lies in the rule's VIP, whatever chain the rule is in: rules keep
 * their whole matches. So it is enough to show three things.
 *
 *   - Each item stands in one step (or is hidden by another one that does), in a node whose region holds its
 *     VIP, and no packet to the VIP leaves that node before the step for good: other regions that the node
 *     sends packets to lie apart from the VIP; or inside it, and then they are entered behind the step, or by
 *     jumps. All nodes hang in one tree, each below a region that holds its own. Then every packet meets
 *     every item that its destination asks for, once.
 *   - Items of one VIP stand in one node (two nodes that both get the VIP's packets would be in each other's
 *     way) in the file's order.
 *   - An item of a VIP that has others inside stands in front of all of them, or behind; those that should be
 *     on its other side commute with it.
 *   - A full node has all items that its packets ask for, in the file's order. Some were met before: what
 * they set is set again. So nothing in front of it matters. */
#include <stdlib.h>

#include "lbgen/claim_order.h"
#include "lbgen/tree_check.h"
#include "lbgen/xalloc.h"

#define NOWHERE UINT32_MAX

struct checker {
    const struct tree *tree;
    uint32_t *node_of; /* of each item: the node that it stands in, or NOWHERE */
    bool *entered;     /* of each node: some step leads to it */
    uint32_t *
        outer; /* of the first item of each VIP: that of the VIP around it, or NOWHERE; NULL: not known yet */
    size_t budget;
    struct complaint *why;
};

static bool wrong(struct checker *c, const char *what, uint32_t number)
{
    return complain(c->why, 0, 0, "%s (%u)", what, number);
}

static uint32_t service_of(const struct checker *c, uint32_t item)
{
    return c->tree->items.at[item].service;
}

static bool is_hidden(const struct checker *c, uint32_t item)
{
    return c->tree->hidden_by && c->tree->hidden_by[item] != NOT_HIDDEN;
}

/* --- the items themselves --- */

static bool check_hidden(struct checker *c, uint32_t item)
{
    const uint32_t by = c->tree->hidden_by[item];

    if (by >= c->tree->items.n || service_of(c, by) <= service_of(c, item))
        return wrong(c, "an item is left out for one that comes before it", item);
    const struct prefix vip = tree_vip(c->tree, item), outer = tree_vip(c->tree, by);
    if (!prefix_contains(&outer, &vip) ||
        !claim_hides(tree_service(c->tree, by), tree_service(c->tree, item), c->tree->family))
        return wrong(c, "an item is left out that nothing hides", item);
    return true;
}

static bool check_items(struct checker *c)
{
    const struct vip_refs *items = &c->tree->items;

    for (uint32_t i = 0; i < items->n; i++) {
        if (is_hidden(c, i) && !check_hidden(c, i))
            return false;
        if (i == 0)
            continue;
        const struct prefix last = tree_vip(c->tree, i - 1), vip = tree_vip(c->tree, i);
        int order = address_compare(last.first, vip.first);

        if (order == 0)
            order = last.len - vip.len;
        if (order > 0 || (order == 0 && service_of(c, i - 1) > service_of(c, i)))
            return wrong(c, "the items are not sorted", i);
    }
    return true;
}

/* --- a node's steps --- */

static bool is_rules(const struct tree_step *step)
{
    return step->kind == STEP_RULES;
}

/* What a step is for: an item's VIP, or a node's region. */
static struct prefix step_prefix(const struct checker *c, const struct tree_step *step)
{
    return is_rules(step) ? tree_vip(c->tree, step->of) : c->tree->nodes.at[step->of].region;
}

static bool take_item(struct checker *c, uint32_t number, uint32_t item)
{
    const struct tree_node *node = &c->tree->nodes.at[number];

    if (item >= c->tree->items.n || c->node_of[item] != NOWHERE || is_hidden(c, item))
        return wrong(c, "an item stands twice, or is hidden", item);
    c->node_of[item] = number;
    const struct prefix vip = tree_vip(c->tree, item);
    if (!prefix_contains(&node->region, &vip))
        return wrong(c, "an item stands where its packets do not come", item);
    return true;
}

static bool take_node(struct checker *c, uint32_t number, uint32_t below)
{
    const struct tree_node *nodes = c->tree->nodes.at;

    if (below >= c->tree->nodes.n || below == 0 || c->entered[below])
        return wrong(c, "a node is entered twice, or none", below);
    c->entered[below] = true;
    if (nodes[below].region.len <= nodes[number].region.len ||
        !prefix_contains(&nodes[number].region, &nodes[below].region))
        return wrong(c, "a node hangs below one that it is no part of", below);
    return true;
}

/* Whether it is a step of a full node that has its place elsewhere. */
static bool is_repeated(const struct checker *c, const struct tree_node *node, const struct tree_step *step)
{
    if (!node->full || !is_rules(step) || step->of >= c->tree->items.n)
        return false;
    const struct prefix vip = tree_vip(c->tree, step->of);
    return !prefix_contains(&node->region, &vip);
}

static bool take_steps(struct checker *c, uint32_t number)
{
    const struct tree_node *node = &c->tree->nodes.at[number];

    if (node->first > c->tree->steps.n || node->n > c->tree->steps.n - node->first)
        return wrong(c, "a node has steps that there are not", number);
    for (uint32_t i = 0; i < node->n; i++) {
        const struct tree_step *step = &c->tree->steps.at[node->first + i];

        if (is_repeated(c, node, step))
            continue;
        if (is_rules(step) ? !take_item(c, number, step->of) : !take_node(c, number, step->of))
            return false;
    }
    return true;
}

/* The run of steps [from, end) that enter nodes, or of those that are rules, by address: each behind the one
 * before it, and apart from it, but for rules of one VIP. */
static bool check_run(struct checker *c, uint32_t from, uint32_t end)
{
    for (uint32_t i = from + 1; i < end; i++) {
        const struct tree_step *a = &c->tree->steps.at[i - 1], *b = &c->tree->steps.at[i];
        const struct prefix x = step_prefix(c, a), y = step_prefix(c, b);
        const bool one_vip = is_rules(a) && is_rules(b) && prefix_equal(&x, &y);

        if (address_compare(x.first, y.first) > 0 || (prefix_overlaps(&x, &y) && !one_vip))
            return wrong(c, "steps of a node are in each other's way", i);
        if (c->tree->ordered && one_vip && service_of(c, a->of) > service_of(c, b->of))
            return wrong(c, "rules of a VIP have left the file's order", i);
    }
    return true;
}

/* Two runs, each sorted, beside each other. */
static bool check_runs(struct checker *c, uint32_t nodes, uint32_t rules, uint32_t end)
{
    uint32_t n = nodes, r = rules;

    while (n < rules && r < end) {
        const struct tree_step *node = &c->tree->steps.at[n], *rule = &c->tree->steps.at[r];

        const struct prefix region = step_prefix(c, node), vip = step_prefix(c, rule);

        if (prefix_overlaps(&region, &vip))
            return wrong(c, "a node takes packets that a rule of its parent waits for", node->of);
        if (address_compare(region.first, vip.first) < 0)
            n++;
        else
            r++;
    }
    return check_run(c, nodes, rules) && check_run(c, rules, end);
}

/* The items inside a VIP, which stand in the list behind its own. */
struct inside {
    uint32_t first, end;
    uint32_t first_service, last_service;
};

static struct inside look_inside(const struct checker *c, uint32_t own)
{
    const struct prefix region = tree_vip(c->tree, own);
    struct inside inside = {.first = own, .end = own, .first_service = UINT32_MAX};

    for (; inside.end < c->tree->items.n; inside.end++) {
        const struct prefix vip = tree_vip(c->tree, inside.end);
        const uint32_t service = service_of(c, inside.end);

        if (!prefix_contains(&region, &vip))
            break;
        if (prefix_equal(&region, &vip)) {
            inside.first = inside.end + 1;
        } else if (!is_hidden(c, inside.end)) {
            if (service < inside.first_service)
                inside.first_service = service;
            if (service > inside.last_service)
                inside.last_service = service;
        }
    }
    return inside;
}

static bool is_in_full(const struct checker *c, uint32_t item)
{
    return c->node_of[item] != NOWHERE && c->tree->nodes.at[c->node_of[item]].full;
}

/* An own item that stands in front of all inside, or behind. */
static bool check_order(struct checker *c, uint32_t item, const struct inside *inside, bool in_front)
{
    const uint32_t service = service_of(c, item);

    if (inside->first == inside->end ||
        (in_front ? service <= inside->first_service : service >= inside->last_service))
        return true;
    for (uint32_t i = inside->first; i < inside->end; i++) {
        const uint32_t other = service_of(c, i);

        if (c->budget-- == 0) {
            c->budget = 0;
            return wrong(c, "nested VIPs are too many to be judged", item);
        }
        if ((in_front ? other < service && !is_in_full(c, i) : other > service) && !is_hidden(c, i) &&
            !claims_commute(tree_service(c->tree, item), tree_service(c->tree, i), c->tree->family))
            return wrong(c, "nested VIPs have left the file's order", item);
    }
    return true;
}

static bool all_jump(const struct checker *c, uint32_t from, uint32_t end)
{
    for (; from < end; from++)
        if (c->tree->steps.at[from].kind != STEP_JUMP)
            return false;
    return true;
}

/* Items of the region's own VIP at both ends of its steps, [first, before) and [behind, end). */
static bool check_own(struct checker *c, uint32_t first, uint32_t before, uint32_t behind, uint32_t end)
{
    const struct tree_step *steps = c->tree->steps.at;
    const uint32_t some = first < before ? first : behind;

    if (!c->tree->ordered || (first == before && behind == end))
        return true;
    if (first < before && behind < end &&
        service_of(c, steps[before - 1].of) > service_of(c, steps[behind].of))
        return wrong(c, "rules of a VIP have left the file's order", behind);
    const struct inside inside = look_inside(c, steps[some].of);
    for (uint32_t i = first; i < before; i++)
        if (!check_order(c, steps[i].of, &inside, true))
            return false;
    for (uint32_t i = behind; i < end; i++)
        if (!check_order(c, steps[i].of, &inside, false))
            return false;
    return true;
}

static bool is_own(const struct checker *c, const struct tree_node *node, uint32_t i)
{
    const struct tree_step *step = &c->tree->steps.at[i];
    const struct prefix p = step_prefix(c, step);

    return is_rules(step) && prefix_equal(&p, &node->region);
}

/* Own rules, nodes, rules of other VIPs, own rules. */
static bool check_node(struct checker *c, const struct tree_node *node)
{
    const uint32_t end = node->first + node->n;
    uint32_t before = node->first, rules, behind = end;

    while (before < end && is_own(c, node, before))
        before++;
    while (behind > before && is_own(c, node, behind - 1))
        behind--;
    for (rules = before; rules < behind && !is_rules(&c->tree->steps.at[rules]); rules++)
        ;
    for (uint32_t i = rules; i < behind; i++)
        if (!is_rules(&c->tree->steps.at[i]) || is_own(c, node, i))
            return wrong(c, "a node's steps are in no known order", i);
    if (behind < end && !all_jump(c, before, rules))
        return wrong(c, "rules stand behind a step that does not come back", behind);
    return check_run(c, node->first, before) && check_runs(c, before, rules, behind) &&
           check_run(c, behind, end) && check_own(c, node->first, before, behind, end);
}

/* Nothing but rules in the file's order: whatever their VIPs are, that is right. */
static bool check_flat(struct checker *c, const struct tree_node *node)
{
    for (uint32_t i = node->first; i < node->first + node->n; i++) {
        const struct tree_step *step = &c->tree->steps.at[i];

        if (!is_rules(step) || (i > node->first && service_of(c, step[-1].of) > service_of(c, step->of)))
            return wrong(c, "a flat node is not in the file's order", i);
    }
    return true;
}

/* How many items there are in the region, where `first` is the first one, and of VIPs around it. */
static size_t count_asked(const struct checker *c, const struct prefix *region, uint32_t first)
{
    size_t n = 0;

    for (uint32_t i = first; i < c->tree->items.n; i++) {
        const struct prefix next = tree_vip(c->tree, i);

        if (!prefix_contains(region, &next))
            break;
        n += !is_hidden(c, i);
    }
    for (uint32_t above = c->outer[first]; above != NOWHERE; above = c->outer[above]) {
        const struct prefix outer = tree_vip(c->tree, above);

        for (uint32_t i = above; i < first; i++) {
            const struct prefix next = tree_vip(c->tree, i);

            if (!prefix_equal(&outer, &next))
                break;
            n += !is_hidden(c, i);
        }
    }
    return n;
}

/* Of the first item of each VIP: the first one of the nearest VIP around it. */
static void find_outer(struct checker *c)
{
    uint32_t vip = NOWHERE;

    c->outer = xmalloc(c->tree->items.n * sizeof *c->outer);
    for (uint32_t i = 0; i < c->tree->items.n; i++) {
        const struct prefix next = tree_vip(c->tree, i);

        c->outer[i] = NOWHERE;
        while (vip != NOWHERE) {
            const struct prefix last = tree_vip(c->tree, vip);

            if (prefix_contains(&last, &next))
                break;
            vip = c->outer[vip];
        }
        if (vip != NOWHERE) {
            const struct prefix last = tree_vip(c->tree, vip);

            if (prefix_equal(&last, &next))
                continue; /* not its VIP's first one */
        }
        c->outer[i] = vip;
        vip = i;
    }
}

/* The place in the list of the region's first item; NOWHERE. */
static uint32_t find_first(const struct checker *c, const struct prefix *region)
{
    uint32_t low = 0, high = (uint32_t)c->tree->items.n;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct prefix p = tree_vip(c->tree, middle);
        const int order = address_compare(p.first, region->first);

        if (order < 0 || (order == 0 && p.len < region->len))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == c->tree->items.n)
        return NOWHERE;
    const struct prefix found = tree_vip(c->tree, low);
    return prefix_contains(region, &found) ? low : NOWHERE;
}

/* All that packets to its VIP can ask for, each once. */
static bool check_full(struct checker *c, const struct tree_node *node)
{
    const struct tree_step *steps = &c->tree->steps.at[node->first];
    const uint32_t first = find_first(c, &node->region);

    if (!c->outer)
        find_outer(c);
    for (uint32_t i = 0; i < node->n; i++) {
        if (!is_rules(&steps[i]) || steps[i].of >= c->tree->items.n || is_hidden(c, steps[i].of))
            return wrong(c, "a full node has what is no rule", i);
        const struct prefix vip = tree_vip(c->tree, steps[i].of);
        const struct vip_ref *a = &c->tree->items.at[steps[i ? i - 1 : 0].of],
                             *b = &c->tree->items.at[steps[i].of];
        const bool behind =
            i == 0 || a->service < b->service || (a->service == b->service && a->vip < b->vip);

        if (!behind || !prefix_overlaps(&vip, &node->region))
            return wrong(c, "a full node is not in the file's order, or has what is not of its VIP", i);
    }
    if (first == NOWHERE || node->n != count_asked(c, &node->region, first))
        return wrong(c, "a full node has not all of its VIP", node->n);
    return true;
}

/* --- all of it --- */

/* Items that no step has, and nodes that no step enters. */
static bool check_places(struct checker *c)
{
    for (uint32_t i = 0; i < c->tree->items.n; i++)
        if (!is_hidden(c, i) && c->node_of[i] == NOWHERE)
            return wrong(c, "an item stands nowhere", i);
    for (uint32_t i = 1; i < c->tree->nodes.n; i++)
        if (!c->entered[i])
            return wrong(c, "a node is never entered", i);
    return true;
}

/* VIPs inside another one stand in or below the node at that one. What holds for each two neighbours of a
 * sorted list holds for all: an outer VIP is a neighbour of the first one inside it, and the node there takes
 * no packet of it that belongs elsewhere. */
static bool check_all(struct checker *c)
{
    const struct tree *tree = c->tree;

    if (tree->nodes.n == 0)
        return tree->items.n == 0 || wrong(c, "there is no root", 0);
    if (!check_items(c))
        return false;
    for (uint32_t i = 0; i < tree->nodes.n; i++)
        if (!take_steps(c, i))
            return false;
    if (!check_places(c))
        return false;
    for (uint32_t i = 0; i < tree->nodes.n; i++) {
        const struct tree_node *node = &tree->nodes.at[i];

        if (!(node->full ? check_full(c, node) : node->flat ? check_flat(c, node) : check_node(c, node)))
            return false;
    }
    return true;
}

bool tree_check(const struct tree *tree, struct complaint *why)
{
    struct checker c = {.tree = tree,
                        .node_of = xmalloc(tree->items.n * sizeof *c.node_of),
                        .entered = xcalloc(tree->nodes.n, sizeof *c.entered),
                        .budget = 256 * tree->items.n + 65536,
                        .why = why};

    for (size_t i = 0; i < tree->items.n; i++)
        c.node_of[i] = NOWHERE;
    bool good = check_all(&c);
    free(c.node_of);
    free(c.entered);
    free(c.outer);
    return good;
}
