/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits made by hand, for the suites of what is done with edits. */
#ifndef LBGEN_TESTS_CHECK_EDIT_H
#define LBGEN_TESTS_CHECK_EDIT_H

#include "lbgen/edit_restore.h"
#include "lbgen/save_image.h"
#include "lbgen/vec.h"

#include "check_util.h"

/* "lbgen:TAG" as it stands in a rule. */
#define R(tag) "-m comment --comment \"lbgen:" tag "\""

/* Images of constant text. */
static inline void read_image(const char *text, struct image *out)
{
    struct save_file file = {0};
    struct complaint why;

    MUST(save_file_read(&file, text, strlen(text), &why));
    save_image_read(&file, out);
    save_file_free(&file);
}

static inline struct chain_edit *add_chain_edit(struct edit *edit, const struct image_table *live,
                                                const char *chain)
{
    struct chain_edit *e = VEC_ADD(edit);
    struct image_chain *now = image_find_chain(live, chain);
    enum hook hook;

    *e = (struct chain_edit){.chain = chain, .live = now};
    e->builtin = hook_find(chain, strlen(chain), &hook);
    if (e->builtin)
        e->policy = e->policy_before = now ? now->policy : POLICY_ACCEPT;
    return e;
}

/* In the chain that was added last: n_gone rules at `at` go, n lines of constant text come, with counters 100
 * and 200 where counted. */
static inline void add_hunk(struct edit *edit, size_t at, size_t n_gone, const char *const *lines, size_t n,
                            bool counted)
{
    struct chain_edit *e = &edit->at[edit->n - 1];
    struct image_rule *rules = arena_alloc(&edit->mem, n * sizeof *rules);
    const struct image_rule **added = arena_alloc(&edit->mem, n * sizeof *added);
    uint64_t(*counters)[2] = arena_alloc(&edit->mem, n * sizeof *counters);
    uint32_t cap = (uint32_t)e->n;

    for (size_t i = 0; i < n; i++) {
        save_image_rule(lines[i], strlen(lines[i]), &edit->mem, &rules[i]);
        added[i] = &rules[i];
        counters[i][0] = 100;
        counters[i][1] = 200;
    }
    struct hunk hunk = {.at = at, .n_gone = n_gone, .added = added, .n_added = n};
    hunk.counters = counted ? (const uint64_t(*)[2])counters : NULL;
    e->at = arena_append(&edit->mem, e->at, e->n, &cap, &hunk, 1, sizeof hunk);
    e->n++;
    edit->n_gone += n_gone;
    edit->n_added += n;
}

#define ADD_HUNK(edit, at, n_gone, ...)                                                                      \
    add_hunk(edit, at, n_gone, (const char *const[]){__VA_ARGS__}, N_OF(((const char *[]){__VA_ARGS__})),    \
             false)

#endif
