/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Equal heads and tails are set aside. What is left is paired by key, the k-th of a key with the k-th, and of
 * the pairs the longest list that ascends on both sides is kept (patience sorting: the last pair of a list of
 * length l is the one with the smallest number, found by bisection). Where no key stands there twice, no
 * longer list exists; where some do, a few rules more than needed may go and come. */
#include <stdlib.h>

#include "lbgen/common_rules.h"
#include "lbgen/key_map.h"
#include "lbgen/xalloc.h"

struct pairs {
    size_t *new_of; /* per pair, in the order of the old rules */
    size_t *old_of;
    size_t n;
};

static struct pairs pair_by_key(const struct image_rule *old, size_t n_old, const struct image_rule *new,
                                size_t n_new, const bool *skip)
{
    struct pairs pairs = {.new_of = xmalloc(n_old * sizeof *pairs.new_of),
                          .old_of = xmalloc(n_old * sizeof *pairs.old_of)};
    struct key_map map;

    key_map_init(&map, n_new);
    for (size_t i = 0; i < n_new; i++)
        if (!skip || !skip[i])
            key_map_enter(&map, new[i].key, i);
    for (size_t i = 0; i < n_old; i++) {
        size_t found = key_map_take(&map, old[i].key);

        if (found == KEY_NOT_FOUND)
            continue;
        pairs.new_of[pairs.n] = found;
        pairs.old_of[pairs.n++] = i;
    }
    key_map_free(&map);
    return pairs;
}

/* The lists that are being built: ends[l] is the pair that the best list of l + 1 pairs ends with. */
static size_t place_in_lists(const struct pairs *pairs, const size_t *ends, size_t n_lists, size_t pair)
{
    size_t low = 0, high = n_lists;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (pairs->new_of[ends[middle]] < pairs->new_of[pair])
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void keep_longest_ascent(const struct pairs *pairs, size_t *stays)
{
    size_t *ends = xmalloc(pairs->n * sizeof *ends), *before = xmalloc(pairs->n * sizeof *before);
    size_t n_lists = 0;

    for (size_t i = 0; i < pairs->n; i++) {
        size_t list = place_in_lists(pairs, ends, n_lists, i);

        before[i] = list ? ends[list - 1] : KEY_NOT_FOUND;
        ends[list] = i;
        if (list == n_lists)
            n_lists++;
    }
    for (size_t i = n_lists ? ends[n_lists - 1] : KEY_NOT_FOUND; i != KEY_NOT_FOUND; i = before[i])
        stays[pairs->old_of[i]] = pairs->new_of[i];
    free(ends);
    free(before);
}

static void common_middle(const struct image_rule *old, size_t n_old, const struct image_rule *new,
                          size_t n_new, const bool *skip, size_t *stays)
{
    struct pairs pairs = pair_by_key(old, n_old, new, n_new, skip);

    keep_longest_ascent(&pairs, stays);
    free(pairs.new_of);
    free(pairs.old_of);
}

void common_rules(const struct image_rule *old, size_t n_old, const struct image_rule *new, size_t n_new,
                  const bool *skip, size_t *stays)
{
    size_t head = 0, tail = 0;

    while (head < n_old && head < n_new && old[head].key == new[head].key && !(skip && skip[head])) {
        stays[head] = head;
        head++;
    }
    while (tail < n_old - head && tail < n_new - head &&
           old[n_old - 1 - tail].key == new[n_new - 1 - tail].key && !(skip && skip[n_new - 1 - tail])) {
        stays[n_old - 1 - tail] = n_new - 1 - tail;
        tail++;
    }
    for (size_t i = head; i < n_old - tail; i++)
        stays[i] = SIZE_MAX;
    if (head + tail == n_old || head + tail == n_new)
        return;
    common_middle(old + head, n_old - head - tail, new + head, n_new - head - tail, skip ? skip + head : NULL,
                  stays + head);
    for (size_t i = head; i < n_old - tail; i++)
        if (stays[i] != SIZE_MAX)
            stays[i] += head;
}
