/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From each chain the walk goes along its jumps, marking chains on the way and those that are done with. A
 * jump to a chain that is on the way closes a circle. The way is kept here, not on the stack, since chains
 * may be many. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/chain_loop.h"
#include "lbgen/name_index.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum state { UNSEEN, ON_THE_WAY, DONE };

struct chain {
    const char *name;
    const struct formed_rule **jumps;
    size_t n, cap;
    size_t next; /* jump to be looked at */
    enum state state;
};

struct chains {
    struct chain *at;
    size_t n, cap;
    struct name_index names;
};

static const char *chain_name(const void *items, uint32_t i, size_t *len)
{
    const char *name = ((const struct chain *)items)[i].name;

    *len = strlen(name);
    return name;
}

/* The chain of that name, made if it is new. */
static uint32_t number_of(struct chains *chains, const char *name)
{
    uint32_t i = name_index_enter(&chains->names, chains->at, name, strlen(name), (uint32_t)chains->n);

    if (i != NAME_NOT_FOUND)
        return i;
    *VEC_ADD(chains) = (struct chain){.name = name};
    return (uint32_t)(chains->n - 1);
}

static void collect(struct chains *chains, const struct formed_rules *host, enum table table)
{
    for (size_t i = 0; i < host->n; i++) {
        const struct formed_rule *rule = &host->at[i];

        if (rule->table != table || !rule->jump[0])
            continue;
        number_of(chains, rule->jump);
        struct chain *from = &chains->at[number_of(chains, rule->chain)];
        if (from->n == from->cap)
            from->jumps = vec_grow((void *)from->jumps, from->n, &from->cap, sizeof(void *));
        from->jumps[from->n++] = rule;
    }
}

/* The chains of the circle are way[from..n); each has been left by the jump before `next`. */
static const struct formed_rule *describe(const struct chains *chains, const uint32_t *way, size_t from,
                                          size_t n, struct buf *names)
{
    const struct formed_rule *last = NULL;

    for (size_t i = from; i < n; i++) {
        const struct chain *c = &chains->at[way[i]];
        const struct formed_rule *left_by = c->jumps[c->next - 1];

        buf_printf(names, "%s%s", i > from ? ", " : "", c->name);
        if (!last || left_by->number > last->number)
            last = left_by;
    }
    return last;
}

/* Follows jumps from one chain. Returns the closing rule of a circle, or NULL. */
static const struct formed_rule *follow(struct chains *chains, uint32_t start, uint32_t *way,
                                        struct buf *names)
{
    size_t n = 0;

    way[n++] = start;
    chains->at[start].state = ON_THE_WAY;
    while (n) {
        struct chain *c = &chains->at[way[n - 1]];

        if (c->next == c->n) {
            c->state = DONE;
            n--;
            continue;
        }
        uint32_t to = number_of(chains, c->jumps[c->next++]->jump);
        if (chains->at[to].state == ON_THE_WAY) {
            size_t from = 0;

            while (way[from] != to)
                from++;
            return describe(chains, way, from, n, names);
        }
        if (chains->at[to].state == UNSEEN) {
            chains->at[to].state = ON_THE_WAY;
            way[n++] = to;
        }
    }
    return NULL;
}

const struct formed_rule *chain_loop_find(const struct formed_rules *host, enum table table,
                                          struct buf *chains)
{
    struct chains all = {.names.name_of = chain_name};
    const struct formed_rule *closing = NULL;

    collect(&all, host, table);
    uint32_t *way = xmalloc(all.n * sizeof *way);
    for (uint32_t i = 0; i < all.n && !closing; i++)
        if (all.at[i].state == UNSEEN)
            closing = follow(&all, i, way, chains);
    for (size_t i = 0; i < all.n; i++)
        free((void *)all.at[i].jumps);
    free(way);
    free(all.at);
    name_index_free(&all.names);
    return closing;
}
