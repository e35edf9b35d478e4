/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/key_map.h"
#include "lbgen/own_hash.h"
#include "lbgen/undo.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

/* One chain as it is now, and what is to become of it. */
struct chain_now {
    const struct image_chain *now; /* NULL: it is not there */
    size_t n;
    size_t *own, *foreign; /* the numbers of the rules that are lbgen's, and of the others: by key */
    size_t n_own, n_foreign;
    bool *goes;   /* of its rules */
    bool careful; /* somebody was at lbgen's rules: what went may be there all the same */
    struct key_map stays;
    size_t *place; /* of each hunk: the rule before which what went comes back */
};

/* How well the place fits a hunk's neighbours: 2 both, 1 one of them. */
static int fit(const struct image_chain *now, size_t at, const struct undo_hunk *hunk)
{
    bool before = at > 0 ? hunk->has_before && now->at[at - 1].key == hunk->before : !hunk->has_before;
    bool after = at < now->n ? hunk->has_after && now->at[at].key == hunk->after : !hunk->has_after;

    return before + after;
}

/* The place in low..high that fits best, of those the nearest to where it was. */
static size_t find_place(const struct image_chain *now, size_t low, size_t high, const struct undo_hunk *hunk)
{
    size_t best = hunk->at < low ? low : hunk->at < high ? hunk->at : high;
    size_t best_distance = 0;
    int best_fit = fit(now, best, hunk);

    for (size_t i = low; best_fit < 2 && i <= high; i++) {
        size_t distance = i > hunk->at ? i - hunk->at : hunk->at - i;
        int f = fit(now, i, hunk);

        if (f > best_fit || (f == best_fit && f > 0 && distance < best_distance)) {
            best = i;
            best_fit = f;
            best_distance = distance;
        }
    }
    return best;
}

/* The first of the foreign rules, by key, that has the key and is not before `at`, or that is behind all
 * such.
 */
static size_t first_foreign(const struct chain_now *c, uint64_t key, size_t at)
{
    size_t low = 0, high = c->n_foreign;

    while (low < high) {
        size_t middle = low + (high - low) / 2, i = c->foreign[middle];
        uint64_t k = c->now->at[i].key;

        if (k < key || (k == key && i < at))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of the rules that are not lbgen's, the nearest one to `at` with the key: an undo brings such back, and the
 * undo of that takes them away again. */
static size_t find_foreign(const struct chain_now *c, uint64_t key, size_t at)
{
    if (!c->now)
        return KEY_NOT_FOUND;
    size_t next = first_foreign(c, key, at), before = next, found = KEY_NOT_FOUND;

    while (before > 0 && c->now->at[c->foreign[before - 1]].key == key && c->goes[c->foreign[before - 1]])
        before--;
    while (next < c->n_foreign && c->now->at[c->foreign[next]].key == key && c->goes[c->foreign[next]])
        next++;
    if (before > 0 && c->now->at[c->foreign[before - 1]].key == key)
        found = c->foreign[before - 1];
    if (next < c->n_foreign && c->now->at[c->foreign[next]].key == key &&
        (found == KEY_NOT_FOUND || c->foreign[next] - at < at - found))
        found = c->foreign[next];
    return found;
}

/* The rules that came, as far as they stand where they were put among lbgen's. */
static void find_in_order(const struct undo_hunk *hunk, struct chain_now *c, size_t *found)
{
    size_t next = hunk->own_at;

    for (size_t i = 0; i < hunk->n_came; i++) {
        bool there = c->now && next < c->n_own && c->now->at[c->own[next]].key == hunk->came[i] &&
                     !c->goes[c->own[next]];

        found[i] = there ? c->own[next++] : KEY_NOT_FOUND;
        if (there)
            c->goes[found[i]] = true;
    }
}

/* The others that came and are still there. */
static void find_elsewhere(const struct undo_hunk *hunk, struct chain_now *c, struct key_map *map,
                           size_t *found)
{
    for (size_t i = 0; i < hunk->n_came; i++) {
        if (found[i] != KEY_NOT_FOUND)
            continue;
        found[i] = key_map_take(map, hunk->came[i]);
        if (found[i] == KEY_NOT_FOUND)
            found[i] = find_foreign(c, hunk->came[i], hunk->at + i);
        if (found[i] != KEY_NOT_FOUND)
            c->goes[found[i]] = true;
    }
}

/* Where what went comes back: where the first one that came is, else at its neighbours; and where lbgen's
 * rules are as they were left, between those it was between. Hunks are asked for in their order. */
static size_t place_of(const struct undo_hunk *hunk, const struct chain_now *c, const size_t *found,
                       size_t low)
{
    size_t high = c->n, place = KEY_NOT_FOUND;

    for (size_t i = 0; i < hunk->n_came && place == KEY_NOT_FOUND; i++)
        place = found[i];
    if (c->careful) {
        low = 0;
    } else {
        size_t next = hunk->own_at < c->n_own ? hunk->own_at : c->n_own;

        if (next > 0 && c->own[next - 1] >= low)
            low = c->own[next - 1] + 1;
        if (next < c->n_own)
            high = c->own[next];
    }
    if (place == KEY_NOT_FOUND)
        return c->now && hunk->n_went ? find_place(c->now, low, high, hunk) : low;
    return place < low ? low : place < high ? place : high;
}

static void find_rules(const struct undo_chain *chain, struct chain_now *c)
{
    struct key_map map;
    size_t n_came = 0, low = 0, *found, *all;

    for (size_t h = 0; h < chain->n; h++)
        n_came += chain->at[h].n_came;
    found = all = xmalloc(n_came * sizeof *all);
    for (size_t h = 0; h < chain->n; found += chain->at[h++].n_came)
        find_in_order(&chain->at[h], c, found);
    key_map_init(&map, c->n);
    for (size_t i = 0; i < c->n_own; i++)
        if (!c->goes[c->own[i]])
            key_map_enter(&map, c->now->at[c->own[i]].key, c->own[i]);
    found = all;
    for (size_t h = 0; h < chain->n; found += chain->at[h++].n_came) {
        find_elsewhere(&chain->at[h], c, &map, found);
        low = c->place[h] = place_of(&chain->at[h], c, found, low);
    }
    key_map_free(&map);
    free(all);
}

static int by_key(const void *a, const void *b, void *rules)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    const struct image_rule *at = rules;

    if (at[x].key != at[y].key)
        return at[x].key < at[y].key ? -1 : 1;
    return (x > y) - (x < y);
}

static void sort_rules(struct chain_now *c)
{
    c->own = xmalloc(c->n * sizeof *c->own);
    c->foreign = xmalloc(c->n * sizeof *c->foreign);
    for (size_t i = 0; i < c->n; i++)
        if (image_rule_is_own(c->now, &c->now->at[i]))
            c->own[c->n_own++] = i;
        else
            c->foreign[c->n_foreign++] = i;
    if (c->n_foreign)
        qsort_r(c->foreign, c->n_foreign, sizeof *c->foreign, by_key, c->now->at);
}

/* The order in which hunks come back: by place, then as they were. */
struct ordered {
    size_t place, hunk;
};

static int by_place(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;

    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return (x->hunk > y->hunk) - (x->hunk < y->hunk);
}

/* The keys of the rules that stay, where it is not sure that the edit was ever done. */
static void find_staying(struct chain_now *c)
{
    key_map_init(&c->stays, c->careful ? c->n : 0);
    for (size_t i = 0; c->careful && i < c->n; i++)
        if (!c->goes[i])
            key_map_enter(&c->stays, c->now->at[i].key, i);
}

static void add_gone(struct chain_now *c, struct hunk *hunk, const struct undo_hunk *from, struct edit *out)
{
    size_t n = hunk->n_added + from->n_went;
    const struct image_rule **added = arena_alloc(&out->mem, n * sizeof *added);
    uint64_t(*counters)[2] = arena_alloc(&out->mem, n * sizeof *counters);

    if (hunk->n_added) {
        memcpy((void *)added, hunk->added, hunk->n_added * sizeof *added);
        memcpy(counters, hunk->counters, hunk->n_added * sizeof *counters);
    }
    n = hunk->n_added;
    for (size_t i = 0; i < from->n_went; i++) {
        if (c->careful && key_map_take(&c->stays, from->went[i].key) != KEY_NOT_FOUND)
            continue;
        added[n] = &from->went[i];
        counters[n][0] = from->went[i].packets;
        counters[n++][1] = from->went[i].bytes;
    }
    out->n_added += n - hunk->n_added;
    hunk->added = added;
    hunk->counters = (const uint64_t(*)[2])counters;
    hunk->n_added = n;
}

static void make_hunks(const struct undo_chain *chain, struct chain_now *c, struct chain_edit *edit,
                       struct edit *out)
{
    struct ordered *order = xmalloc(chain->n * sizeof *order);
    struct {
        struct hunk *at;
        size_t n, cap;
    } hunks = {0};
    size_t next = 0;
    bool open = false;

    for (size_t h = 0; h < chain->n; h++)
        order[h] = (struct ordered){c->place[h], h};
    if (chain->n)
        qsort(order, chain->n, sizeof *order, by_place);
    for (size_t i = 0; i <= c->n; i++) {
        for (; next < chain->n && order[next].place == i; next++) {
            const struct undo_hunk *from = &chain->at[order[next].hunk];

            if (from->n_went == 0)
                continue;
            if (!open)
                *VEC_ADD(&hunks) = (struct hunk){.at = i};
            open = true;
            add_gone(c, &hunks.at[hunks.n - 1], from, out);
        }
        if (i == c->n || !c->goes[i]) {
            if (open && hunks.at[hunks.n - 1].n_added + hunks.at[hunks.n - 1].n_gone == 0)
                hunks.n--; /* what went was there already */
            open = false;
            continue;
        }
        if (!open)
            *VEC_ADD(&hunks) = (struct hunk){.at = i};
        open = true;
        hunks.at[hunks.n - 1].n_gone++;
        out->n_gone++;
    }
    edit->at = arena_copy(&out->mem, hunks.at, hunks.n * sizeof *hunks.at);
    edit->n = hunks.n;
    free(hunks.at);
    free(order);
}

static void undo_chain(const struct undo_chain *chain, const struct image_chain *now, struct edit *out)
{
    struct chain_edit edit = {.chain = chain->name, .live = now};
    struct chain_now c = {.now = now, .n = now ? now->n : 0};
    enum hook hook;

    edit.builtin = hook_find(chain->name, strlen(chain->name), &hook) && table_has_hook(out->table, hook);
    if (edit.builtin) {
        edit.policy_before = edit.policy = now ? now->policy : POLICY_ACCEPT;
        if (chain->policy != chain->policy_before && edit.policy == chain->policy)
            edit.policy = chain->policy_before;
    }
    if (chain->kind == UNDO_MADE || (!now && !edit.builtin && chain->kind == UNDO_STAYED)) {
        edit.gone = now != NULL;
        out->n_gone += c.n;
    } else {
        c.goes = xcalloc(c.n, sizeof *c.goes);
        c.place = xmalloc(chain->n * sizeof *c.place);
        c.careful = (now ? own_rules(now) : 0) != chain->own_after;
        sort_rules(&c);
        find_rules(chain, &c);
        find_staying(&c);
        make_hunks(chain, &c, &edit, out);
        key_map_free(&c.stays);
        free(c.own);
        free(c.foreign);
        free(c.goes);
        free(c.place);
    }
    if (edit.gone || edit.n || edit.policy != edit.policy_before || (chain->kind == UNDO_GONE && !now))
        *VEC_ADD(out) = edit;
}

static struct chain_edit *find_gone(struct edit *edit, const char *chain)
{
    for (size_t i = 0; i < edit->n; i++)
        if (edit->at[i].gone && strcmp(edit->at[i].chain, chain) == 0)
            return &edit->at[i];
    return NULL;
}

static void empty_instead(struct chain_edit *edit, struct arena *mem)
{
    const struct hunk all = {.n_gone = edit->live->n};

    edit->gone = false;
    edit->n = all.n_gone ? 1 : 0;
    edit->at = arena_copy(mem, &all, edit->n * sizeof all);
}

/* The kernel takes no chain out that a rule leads to. Where that is somebody else's the chain is emptied: an
 * undo can't be refused. */
static void spare_chains(const struct image_table *now, struct edit *out)
{
    for (size_t c = 0; c < now->n; c++)
        for (size_t i = 0; !now->at[c].own && i < now->at[c].n; i++) {
            const struct image_rule *rule = &now->at[c].at[i];
            struct chain_edit *edit =
                !rule->tag && strncmp(rule->jump, "lbgen", 5) == 0 ? find_gone(out, rule->jump) : NULL;

            if (edit)
                empty_instead(edit, &out->mem);
        }
}

void undo_to_edit(const struct undo *undo, enum family family, enum table table,
                  const struct image_table *now, struct edit *out)
{
    const struct undo_table *t = &undo->of[family][table];

    *out = (struct edit){.table = table};
    if (t->n == 0 || own_hash(now) == t->own_before)
        return;
    struct name_index chains = image_index(now);
    for (size_t i = 0; i < t->n; i++) {
        uint32_t found = name_index_find(&chains, now->at, t->at[i].name, strlen(t->at[i].name));

        undo_chain(&t->at[i], found == NAME_NOT_FOUND ? NULL : &now->at[found], out);
    }
    name_index_free(&chains);
    spare_chains(now, out);
}
