/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/image_drops.h"
#include "lbgen/xalloc.h"

/* Chains that a walk may come to, each of them once. */
struct reach {
    const struct image_table *table;
    struct name_index index;
    bool *seen;
    uint32_t *todo;
    size_t n_todo;
};

static void reach_chain(struct reach *r, const char *name)
{
    uint32_t i = name_index_find(&r->index, r->table->at, name, strlen(name));

    if (i == NAME_NOT_FOUND || r->seen[i])
        return;
    r->seen[i] = true;
    r->todo[r->n_todo++] = i;
}

static bool is_dropping(const char *target)
{
    static const char *const names[] = {"DROP", "REJECT", "QUEUE", "NFQUEUE", "SYNPROXY", "TARPIT"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], target) == 0)
            return true;
    return false;
}

static bool drops(struct reach *r, const struct image_chain *chain)
{
    for (size_t i = 0; i < chain->n; i++) {
        if (is_dropping(chain->at[i].jump))
            return true;
        reach_chain(r, chain->at[i].jump);
    }
    return chain->policy == POLICY_DROP;
}

bool image_can_drop(const struct image_table *table, enum hook hook)
{
    struct reach r = {.table = table,
                      .index = image_index(table),
                      .seen = xcalloc(table->n, sizeof *r.seen),
                      .todo = xmalloc(table->n * sizeof *r.todo)};
    bool found = false;

    reach_chain(&r, hook_names[hook]);
    while (r.n_todo && !found)
        found = drops(&r, &table->at[r.todo[--r.n_todo]]);
    name_index_free(&r.index);
    free(r.seen);
    free(r.todo);
    return found;
}
