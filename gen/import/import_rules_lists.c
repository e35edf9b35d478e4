/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/import_rules.h"
#include "lbgen/xalloc.h"

enum { PORTS_MAX = 4000 /* of one list; services.ini's are bounded */ };

static const size_t item_sizes[AXES] = {
    [AXIS_PORTS] = sizeof(struct port_range), [AXIS_INTERFACES] = sizeof(struct interface),
    [AXIS_SOURCES] = sizeof(struct prefix),   [AXIS_VIPS] = sizeof(struct prefix),
    [AXIS_PROTOCOLS] = sizeof(uint8_t),
};

void axis_lists_init(struct axis_lists *lists)
{
    *lists = (struct axis_lists){0};
    for (int a = 0; a < AXES; a++)
        key_table_enter(&lists->of[a], "", 0);
}

void axis_lists_free(struct axis_lists *lists)
{
    for (int a = 0; a < AXES; a++)
        key_table_free(&lists->of[a]);
}

uint32_t axis_enter(struct axis_lists *lists, enum axis axis, const void *items, size_t bytes)
{
    return key_table_enter(&lists->of[axis], items, bytes);
}

struct prefix plain_prefix(const struct prefix *p)
{
    struct prefix out;

    memset(&out, 0, sizeof out);
    out.first = p->first;
    out.family = p->family;
    out.len = p->len;
    return out;
}

const void *axis_list(const struct axis_lists *lists, enum axis axis, uint32_t number, size_t *n)
{
    const struct key_entry *e = &lists->of[axis].at[number];

    *n = e->len / item_sizes[axis];
    return e->bytes;
}

/* --- joining --- */

static void add_items(struct buf *list, enum axis axis, const void *items, size_t n)
{
    size_t size = item_sizes[axis];

    for (size_t i = 0; i < n; i++) {
        const char *item = (const char *)items + i * size;
        bool there = false;

        /* Items of other lists differ: each rule has one. */
        for (size_t at = 0; axis == AXIS_PORTS && !there && at < list->len; at += size)
            there = memcmp(list->at + at, item, size) == 0;
        if (!there)
            buf_add(list, item, size);
    }
}

struct by_list {
    const struct product *products;
    enum axis axis;
};

/* Lists have numbers in the order in which they came first: joined in that order, the same items make the
 * same list wherever they are met. */
static int by_list(const void *a, const void *b, void *ctx)
{
    const struct by_list *by = ctx;
    uint32_t x = by->products[*(const uint32_t *)a].axis[by->axis],
             y = by->products[*(const uint32_t *)b].axis[by->axis];

    return (x > y) - (x < y);
}

/* Joins the lists of the products numbered members[0..n), which differ in this axis alone, into the first, or
 * for ports into as few as can hold them. */
static void join_members(struct axis_lists *lists, enum axis axis, struct product *products,
                         uint32_t *members, size_t n, bool *gone)
{
    struct by_list by = {products, axis};
    struct buf list = {0};
    size_t head = 0, items;

    qsort_r(members, n, sizeof *members, by_list, &by);
    for (size_t i = 0; i < n; i++) {
        const void *at = axis_list(lists, axis, products[members[i]].axis[axis], &items);

        if (axis == AXIS_PORTS && i > head && list.len / item_sizes[axis] + items > PORTS_MAX) {
            products[members[head]].axis[axis] = axis_enter(lists, axis, list.at, list.len);
            head = i;
            list.len = 0;
        }
        add_items(&list, axis, at, items);
        gone[members[i]] = i > head;
    }
    products[members[head]].axis[axis] = axis_enter(lists, axis, list.at, list.len);
    buf_free(&list);
}

/* What products must have in common to be joined: the other axes, and whether the list stands for all. */
static uint32_t common_part(struct key_table *table, const struct product *p, enum axis axis)
{
    uint32_t key[AXES];

    memcpy(key, p->axis, sizeof key);
    key[axis] = p->axis[axis] == 0;
    return key_table_enter(table, key, sizeof key);
}

/* The products by what they have in common, those of one kind behind each other. */
static void sort_by_part(const uint32_t *part, size_t n, uint32_t *begin, uint32_t n_parts, uint32_t *sorted)
{
    for (size_t i = 0; i < n; i++)
        begin[part[i] + 1]++;
    for (uint32_t p = 0; p < n_parts; p++)
        begin[p + 1] += begin[p];
    for (size_t i = 0; i < n; i++)
        sorted[begin[part[i]]++] = (uint32_t)i;
    for (uint32_t p = n_parts; p > 0; p--)
        begin[p] = begin[p - 1];
    begin[0] = 0;
}

static void join_axis(struct axis_lists *lists, enum axis axis, struct product *products, size_t *n)
{
    struct key_table parts = {0};
    uint32_t *part = xmalloc(*n * sizeof *part), *sorted = xmalloc(*n * sizeof *sorted);
    bool *gone = xcalloc(*n, sizeof *gone);
    size_t kept = 0;

    for (size_t i = 0; i < *n; i++)
        part[i] = common_part(&parts, &products[i], axis);
    uint32_t *begin = xcalloc(parts.n + 2, sizeof *begin);
    sort_by_part(part, *n, begin, (uint32_t)parts.n, sorted);
    for (size_t p = 0; p < parts.n; p++)
        if (begin[p + 1] - begin[p] > 1)
            join_members(lists, axis, products, sorted + begin[p], begin[p + 1] - begin[p], gone);
    for (size_t i = 0; i < *n; i++)
        if (!gone[i])
            products[kept++] = products[i];
    *n = kept;
    free(part);
    free(sorted);
    free(gone);
    free(begin);
    key_table_free(&parts);
}

static bool has_ports(const struct axis_lists *lists, const struct product *p)
{
    size_t n;
    const uint8_t *protocols = axis_list(lists, AXIS_PROTOCOLS, p->axis[AXIS_PROTOCOLS], &n);

    for (size_t i = 0; i < n; i++)
        if (proto_ops[protocols[i]].has_ports)
            return true;
    return n == 0;
}

/* esp and ah have no ports, so they join what else agrees, whatever its ports are. */
static void join_portless(struct axis_lists *lists, struct product *products, size_t *n)
{
    struct key_table parts = {0};
    size_t kept = 0;
    uint32_t *host = xcalloc(*n, sizeof *host); /* by part: the first product with ports, + 1 */

    for (size_t i = 0; i < *n; i++) {
        struct product key = products[i];

        key.axis[AXIS_PORTS] = key.axis[AXIS_PROTOCOLS] = 0;
        uint32_t part = key_table_enter(&parts, &key, sizeof key);
        if (!host[part] && has_ports(lists, &products[i]))
            host[part] = (uint32_t)i + 1;
    }
    bool *gone = xcalloc(*n, sizeof *gone);
    for (size_t i = 0; i < *n; i++) {
        struct product key = products[i];
        struct buf list = {0};
        size_t items;

        key.axis[AXIS_PORTS] = key.axis[AXIS_PROTOCOLS] = 0;
        uint32_t first = host[key_table_enter(&parts, &key, sizeof key)];
        if (!first || has_ports(lists, &products[i]))
            continue;
        struct product *p = &products[first - 1];
        const void *at = axis_list(lists, AXIS_PROTOCOLS, p->axis[AXIS_PROTOCOLS], &items);
        buf_add(&list, at, items);
        at = axis_list(lists, AXIS_PROTOCOLS, products[i].axis[AXIS_PROTOCOLS], &items);
        buf_add(&list, at, items);
        p->axis[AXIS_PROTOCOLS] = axis_enter(lists, AXIS_PROTOCOLS, list.at, list.len);
        gone[i] = true;
        buf_free(&list);
    }
    for (size_t i = 0; i < *n; i++)
        if (!gone[i])
            products[kept++] = products[i];
    *n = kept;
    free(host);
    free(gone);
    key_table_free(&parts);
}

static void drop_equal(struct product *products, size_t *n)
{
    struct key_table seen = {0};
    size_t kept = 0;

    for (size_t i = 0; i < *n; i++)
        if (key_table_add(&seen, &products[i], sizeof products[i]))
            products[kept++] = products[i];
    *n = kept;
    key_table_free(&seen);
}

void products_join(struct axis_lists *lists, struct product *products, size_t *n)
{
    if (*n < 2)
        return;
    drop_equal(products, n);
    for (int axis = 0; *n > 1 && axis < AXES; axis++)
        join_axis(lists, (enum axis)axis, products, n);
    if (*n > 1)
        join_portless(lists, products, n);
}
