/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/chain_delta.h"
#include "lbgen/common_rules.h"
#include "lbgen/key_map.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

#define GOES    SIZE_MAX
#define FOREIGN (SIZE_MAX - 1)

/* Wanted rules [from, to) come where the old rules [low, high) are, which are all lbgen's. */
struct block {
    size_t low, high, from, to;
};

struct chain_work {
    const struct image_chain *live;
    const struct image_rule *old, *new;
    size_t n_old, n_new;
    bool adopt;
    struct block block[2]; /* the rules; what begins with one that ends the walk */
    size_t *stays;         /* of each old rule: the new one that it is, GOES, or FOREIGN */
    size_t *heir_of;       /* of each new rule: the old one whose counters it takes, or KEY_NOT_FOUND */
    bool *adopted;         /* new rules that take a foreign rule's place; NULL: none does */
    size_t *twin_of;       /* with adopted: of each such rule, lbgen's own one, which has counted as well */
    struct chain_edit *edit;
    struct edit *out;
};

static bool is_own(const struct chain_work *w, size_t i)
{
    return image_rule_is_own(w->live, &w->old[i]);
}

/* The end of the run of own rules that begins at `low`; `finals` says whether one that ends the walk belongs
 * to it. */
static size_t end_of_run(const struct chain_work *w, size_t low, bool finals)
{
    size_t i = low;

    while (i < w->n_old && is_own(w, i) && (finals || !w->old[i].final))
        i++;
    return i;
}

/* Where the first rule stands that is adopted; n_old where none is. */
static size_t first_adopted(const struct chain_work *w)
{
    size_t i = 0;

    while (i < w->n_old && (is_own(w, i) || w->stays[i] != GOES))
        i++;
    return i;
}

/* The first block goes where lbgen's rules are. Where there are none it is filter's head, else the place of
 * what is adopted, so that what stood in front of an end of the walk still does, else the chain's end. */
static void find_blocks(struct chain_work *w, enum table table)
{
    size_t first = w->n_old, first_final = w->n_old, final = 0;
    bool found = false;

    if (w->live->own) {
        w->block[0] = (struct block){0, w->n_old, 0, w->n_new};
        w->block[1] = (struct block){w->n_old, w->n_old, w->n_new, w->n_new};
        return;
    }
    for (size_t i = w->n_old; i-- > 0;) {
        if (!is_own(w, i))
            continue;
        first = i;
        if (w->old[i].final) { /* what stands behind it is no place */
            first_final = i;
            first = w->n_old;
        }
    }
    found = first < w->n_old;
    while (final < w->n_new && !w->new[final].final)
        final++;
    if (!found)
        first = table == TABLE_FILTER ? 0 : first_adopted(w) < first_final ? first_adopted(w) : first_final;
    w->block[0] = (struct block){first, found ? end_of_run(w, first, false) : first, 0, final};
    w->block[1] = (struct block){first_final, end_of_run(w, first_final, true), final, w->n_new};
}

static void begin_adopting(struct chain_work *w)
{
    w->adopted = xcalloc(w->n_new, sizeof *w->adopted);
    w->twin_of = xmalloc(w->n_new * sizeof *w->twin_of);
    for (size_t i = 0; i < w->n_new; i++)
        w->twin_of[i] = KEY_NOT_FOUND;
}

/* Foreign rules that equal a wanted one but for its tag: they are adopted, or told of. */
static void find_doubles(struct chain_work *w)
{
    struct key_map map;
    bool any = false;

    for (size_t i = 0; i < w->n_old && !any; i++)
        any = !is_own(w, i);
    if (!any || w->n_new == 0)
        return;
    key_map_init(&map, w->n_new);
    for (size_t i = 0; i < w->n_new; i++)
        if (w->new[i].tag)
            key_map_enter(&map, w->new[i].bare, i);
    for (size_t i = 0; i < w->n_old; i++) {
        size_t found = is_own(w, i) ? KEY_NOT_FOUND : key_map_take(&map, w->old[i].bare);

        if (found == KEY_NOT_FOUND)
            continue;
        if (!w->adopt) {
            *VEC_ADD(&w->out->doubles) = (struct edit_double){.chain = w->live->name, .rule = &w->old[i]};
            continue;
        }
        if (!w->adopted)
            begin_adopting(w);
        w->adopted[found] = true;
        w->heir_of[found] = i;
        w->stays[i] = GOES;
    }
    key_map_free(&map);
}

static void match_block(struct chain_work *w, const struct block *b)
{
    common_rules(w->old + b->low, b->high - b->low, w->new + b->from, b->to - b->from,
                 w->adopted ? w->adopted + b->from : NULL, w->stays + b->low);
    for (size_t i = b->low; i < b->high; i++)
        if (w->stays[i] != GOES)
            w->stays[i] += b->from;
}

/* New rules that equal one that goes take its counters: they have only moved. */
static void find_heirs(struct chain_work *w)
{
    bool *stayed = xcalloc(w->n_new, sizeof *stayed);
    struct key_map map;
    size_t gone = 0;

    for (size_t i = 0; i < w->n_old; i++)
        if (w->stays[i] == GOES)
            gone++;
        else if (w->stays[i] != FOREIGN)
            stayed[w->stays[i]] = true;
    key_map_init(&map, gone ? w->n_old : 0);
    for (size_t i = 0; gone && i < w->n_old; i++)
        if (w->stays[i] == GOES && is_own(w, i))
            key_map_enter(&map, w->old[i].key, i);
    for (size_t i = 0; gone && i < w->n_new; i++)
        if (!stayed[i] && w->heir_of[i] == KEY_NOT_FOUND)
            w->heir_of[i] = key_map_take(&map, w->new[i].key);
        else if (w->adopted && w->adopted[i])
            w->twin_of[i] = key_map_take(&map, w->new[i].key);
    key_map_free(&map);
    free(stayed);
}

/* Hunks as they are put together, change by change. */
struct hunks {
    struct {
        struct hunk *at;
        size_t n, cap;
    } list;
    struct {
        const struct image_rule **at;
        size_t n, cap;
    } added; /* of all hunks */
    bool open;
};

static struct hunk *open_hunk(struct hunks *h, size_t at)
{
    if (!h->open)
        *VEC_ADD(&h->list) = (struct hunk){.at = at};
    h->open = true;
    return &h->list.at[h->list.n - 1];
}

static void add_rules(struct chain_work *w, struct hunks *h, size_t at, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        open_hunk(h, at)->n_added++;
        *VEC_ADD(&h->added) = &w->new[i];
    }
}

/* Goes over the old rules [low, high) of a block, or over such as belong to none (b NULL). */
static void walk_rules(struct chain_work *w, struct hunks *h, size_t low, size_t high, const struct block *b)
{
    size_t next = b ? b->from : 0;

    for (size_t i = low; i < high; i++) {
        if (w->stays[i] == GOES) {
            open_hunk(h, i)->n_gone++;
            continue;
        }
        if (b) {
            add_rules(w, h, i, next, w->stays[i]);
            next = w->stays[i] + 1;
        }
        h->open = false;
    }
    if (b)
        add_rules(w, h, high, next, b->to);
}

static void add_counters(uint64_t to[2], const struct image_rule *from)
{
    to[0] += from->packets;
    to[1] += from->bytes;
}

static void set_counters(struct chain_work *w, struct hunk *hunk)
{
    uint64_t(*counters)[2] = NULL;

    for (size_t i = 0; i < hunk->n_added; i++) {
        size_t number = (size_t)(hunk->added[i] - w->new), heir = w->heir_of[number];

        if (heir == KEY_NOT_FOUND)
            continue;
        if (!counters) {
            counters = arena_alloc(&w->out->mem, hunk->n_added * sizeof *counters);
            memset(counters, 0, hunk->n_added * sizeof *counters);
        }
        add_counters(counters[i], &w->old[heir]);
        if (w->twin_of && w->twin_of[number] != KEY_NOT_FOUND)
            add_counters(counters[i], &w->old[w->twin_of[number]]);
    }
    hunk->counters = (const uint64_t(*)[2])counters;
}

static void finish_hunks(struct chain_work *w, struct hunks *h)
{
    const struct image_rule **added = arena_copy(&w->out->mem, h->added.at, h->added.n * sizeof *added);

    for (size_t i = 0; i < h->list.n; i++) {
        struct hunk *hunk = &h->list.at[i];

        hunk->added = added;
        added += hunk->n_added;
        set_counters(w, hunk);
        w->out->n_added += hunk->n_added;
        w->out->n_gone += hunk->n_gone;
    }
    w->edit->at = arena_copy(&w->out->mem, h->list.at, h->list.n * sizeof *h->list.at);
    w->edit->n = h->list.n;
    free(h->list.at);
    free((void *)h->added.at);
}

static void make_hunks(struct chain_work *w)
{
    struct hunks h = {0};
    const struct block *a = &w->block[0], *b = &w->block[1];

    walk_rules(w, &h, 0, a->low, NULL);
    walk_rules(w, &h, a->low, a->high, a);
    walk_rules(w, &h, a->high, b->low, NULL);
    walk_rules(w, &h, b->low, b->high, b);
    walk_rules(w, &h, b->high, w->n_old, NULL);
    finish_hunks(w, &h);
}

/* A chain that is not there yet gets all that is wanted, in its order. */
static void fill_chain(const struct image_chain *wanted, struct chain_edit *edit, struct edit *out)
{
    if (!wanted || wanted->n == 0)
        return;
    const struct image_rule **added = arena_alloc(&out->mem, wanted->n * sizeof *added);
    const struct hunk all = {.added = added, .n_added = wanted->n};

    for (size_t i = 0; i < wanted->n; i++)
        added[i] = &wanted->at[i];
    edit->at = arena_copy(&out->mem, &all, sizeof all);
    edit->n = 1;
    out->n_added += wanted->n;
}

/* Most of a tree's many chains stay as they are. */
static bool is_the_same(const struct image_chain *live, const struct image_chain *wanted)
{
    bool same = live->own && wanted && live->n == wanted->n;

    for (size_t i = 0; same && i < live->n; i++)
        same = live->at[i].key == wanted->at[i].key;
    return same;
}

void chain_delta(const struct image_chain *live, const struct image_chain *wanted, bool adopt,
                 struct chain_edit *edit, struct edit *out)
{
    if (!live) {
        fill_chain(wanted, edit, out);
        return;
    }
    if (is_the_same(live, wanted))
        return;
    struct chain_work w = {.live = live,
                           .old = live->at,
                           .n_old = live->n,
                           .new = wanted ? wanted->at : NULL,
                           .n_new = wanted ? wanted->n : 0,
                           .adopt = adopt,
                           .edit = edit,
                           .out = out};

    w.stays = xmalloc(w.n_old * sizeof *w.stays);
    w.heir_of = xmalloc(w.n_new * sizeof *w.heir_of);
    for (size_t i = 0; i < w.n_old; i++)
        w.stays[i] = is_own(&w, i) ? GOES : FOREIGN;
    for (size_t i = 0; i < w.n_new; i++)
        w.heir_of[i] = KEY_NOT_FOUND;
    find_doubles(&w);
    find_blocks(&w, out->table);
    match_block(&w, &w.block[0]);
    match_block(&w, &w.block[1]);
    find_heirs(&w);
    make_hunks(&w);
    free(w.stays);
    free(w.heir_of);
    free(w.adopted);
    free(w.twin_of);
}
