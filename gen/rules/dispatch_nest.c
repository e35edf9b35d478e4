/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/claim_order.h"
#include "lbgen/dispatch_nest.h"
#include "lbgen/xalloc.h"

static bool is_hidden(const struct tree *tree, uint32_t item)
{
    return tree->hidden_by && tree->hidden_by[item] != NOT_HIDDEN;
}

static void hide(struct tree *tree, uint32_t item, uint32_t by)
{
    if (!tree->hidden_by) {
        tree->hidden_by = xmalloc(tree->items.n * sizeof *tree->hidden_by);
        for (size_t i = 0; i < tree->items.n; i++)
            tree->hidden_by[i] = NOT_HIDDEN;
    }
    tree->hidden_by[item] = by;
}

/* The items inside, and the first and last services that they are of. */
struct inside {
    uint32_t first, end;
    uint32_t first_service, last_service;
};

static struct inside look_inside(const struct tree *tree, uint32_t first, uint32_t end)
{
    struct inside inside = {.first = first, .end = end, .first_service = UINT32_MAX};

    for (uint32_t i = first; i < end; i++) {
        const uint32_t service = tree->items.at[i].service;

        if (service < inside.first_service)
            inside.first_service = service;
        if (service > inside.last_service)
            inside.last_service = service;
    }
    return inside;
}

/* Marks what `item` hides in [first, end). */
static void hide_earlier(struct tree *tree, uint32_t item, uint32_t first, uint32_t end, size_t *budget)
{
    for (uint32_t i = first; i < end && *budget; i++, --*budget)
        if (tree->items.at[i].service < tree->items.at[item].service && !is_hidden(tree, i) &&
            claim_hides(tree_service(tree, item), tree_service(tree, i), tree->family))
            hide(tree, i, item);
}

/* Whether the item commutes with all inside that come on the given side of it in the file. Items of one
 * service do: they set one mark. */
static bool commutes(const struct tree *tree, uint32_t item, const struct inside *inside, bool with_earlier,
                     size_t *budget)
{
    const uint32_t service = tree->items.at[item].service;

    for (uint32_t i = inside->first; i < inside->end; i++, --*budget) {
        const uint32_t other = tree->items.at[i].service;

        if (*budget == 0)
            return false;
        if ((with_earlier ? other < service : other > service) && !is_hidden(tree, i) &&
            !claims_commute(tree_service(tree, item), tree_service(tree, i), tree->family))
            return false;
    }
    return true;
}

static bool can_go_before(const struct tree *tree, uint32_t item, const struct inside *inside, size_t *budget)
{
    return tree->items.at[item].service <= inside->first_service ||
           commutes(tree, item, inside, true, budget);
}

static bool can_go_behind(const struct tree *tree, uint32_t item, const struct inside *inside, size_t *budget)
{
    return tree->items.at[item].service >= inside->last_service ||
           commutes(tree, item, inside, false, budget);
}

bool nest_split(struct tree *tree, uint32_t own, uint32_t first, uint32_t end, size_t *budget,
                uint32_t *behind)
{
    struct inside inside;

    *behind = first;
    if (!tree->ordered || own == first || first == end)
        return true;
    inside = look_inside(tree, first, end);
    for (uint32_t i = first; i-- > own;)
        if (!is_hidden(tree, i) && tree->items.at[i].service > inside.first_service)
            hide_earlier(tree, i, own, end, budget);
    for (*behind = own; *behind < first; ++*behind)
        if (!is_hidden(tree, *behind) && !can_go_before(tree, *behind, &inside, budget))
            break;
    for (uint32_t i = *behind; i < first; i++)
        if (!is_hidden(tree, i) && !can_go_behind(tree, i, &inside, budget))
            return false;
    return true;
}

/* The first item of the VIP that `item` is of. */
static uint32_t first_of_vip(const struct tree *tree, uint32_t item)
{
    const struct prefix vip = tree_vip(tree, item);

    for (; item > 0; item--) {
        const struct prefix before = tree_vip(tree, item - 1);

        if (!prefix_equal(&before, &vip))
            break;
    }
    return item;
}

static bool has_others_inside(const struct tree *tree, uint32_t item, uint32_t end)
{
    const struct prefix vip = tree_vip(tree, item);

    for (uint32_t i = item + 1; i < end; i++) {
        const struct prefix next = tree_vip(tree, i);

        if (!prefix_equal(&next, &vip))
            return prefix_contains(&vip, &next);
    }
    return false;
}

/* Whether some own item behind this one in the file does not commute with it. */
static bool waits_for_own(const struct tree *tree, uint32_t item, uint32_t own, uint32_t first,
                          size_t *budget)
{
    for (uint32_t i = own; i < first; i++) {
        if (*budget == 0)
            return true;
        --*budget;
        if (tree->items.at[i].service > tree->items.at[item].service && !is_hidden(tree, i) &&
            !claims_commute(tree_service(tree, i), tree_service(tree, item), tree->family))
            return true;
    }
    return false;
}

bool nest_separate(const struct tree *tree, uint32_t own, uint32_t first, uint32_t end, size_t *budget,
                   bool *alone)
{
    const size_t flat = end - own, nodes = (end - first) / 3;
    size_t copies = 0;
    bool good = true;

    for (uint32_t i = first; i < end && good; i++) {
        if (is_hidden(tree, i) || !waits_for_own(tree, i, own, first, budget))
            continue;
        const uint32_t vip = first_of_vip(tree, i);
        if (!alone[vip])
            copies += first - own + 1;
        alone[vip] = true;
        good = *budget && copies + nodes <= flat && !has_others_inside(tree, vip, end);
    }
    return good;
}
