/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables by chance: each edit is carried out and compared with what delta.h and merge.h say, worked out in
 * the plainest way; and what a merge of the same texts prints has the same rules in the same order. */
#include "check_model.h"

static const struct model_kinds kinds[] = {
    {.own = 40, .foreign = 200, .finals = true, .policies = true},
    {.own = 3, .foreign = 3, .finals = true},
    {.own = 6, .foreign = 200, .finals = false, .doubles = true},
    {.own = 40, .foreign = 5, .finals = true, .doubles = true, .policies = true},
    {.own = 40, .foreign = 40, .own_jumps = true},
};

enum { ROUNDS = 500 };

static const enum table tables[] = {TABLE_FILTER, TABLE_MANGLE, TABLE_SECURITY};

struct round {
    enum table table;
    bool adopt, good;
    struct buf live_text, wanted_text, after_text;
    struct policies_given given;
    struct image live, wanted, after;
    struct edit edit;
    struct complaint why;
};

static void round_begin(struct round *r, struct chance *c, const struct model_kinds *k)
{
    *r = (struct round){.table = tables[chance_below(c, 3)], .adopt = k->doubles && chance_one_in(c, 2)};
    model_live(c, r->table, k, &r->live_text);
    model_wanted(c, r->table, k, &r->given, &r->wanted_text);
    read_image(buf_text(&r->live_text), &r->live);
    model_read_wanted(buf_text(&r->wanted_text), &r->given, &r->wanted);
    r->good =
        delta_find(&r->live.of[r->table], &r->wanted.of[r->table], r->table, r->adopt, &r->edit, &r->why);
    model_reread(&r->live.of[r->table], &r->edit, &r->after_text, &r->after);
}

static void round_end(struct round *r)
{
    edit_free(&r->edit);
    image_free(&r->live);
    image_free(&r->wanted);
    image_free(&r->after);
    buf_free(&r->live_text);
    buf_free(&r->wanted_text);
    buf_free(&r->after_text);
}

/* --- what a chain has to become ------------------------------------------------------------------------- */

static bool is_own(const struct image_chain *chain, size_t i)
{
    return image_rule_is_own(chain, &chain->at[i]);
}

/* Of each rule of the chain, whether it is taken over: the first one of its kind for each wanted rule. */
static void mark_adopted(const struct image_chain *live, const struct image_chain *wanted, bool *adopted)
{
    bool taken[32] = {false};

    for (size_t i = 0; i < live->n; i++)
        for (size_t w = 0; wanted && w < wanted->n && !is_own(live, i); w++)
            if (!taken[w] && wanted->at[w].tag && wanted->at[w].bare == live->at[i].bare) {
                taken[w] = adopted[i] = true;
                break;
            }
}

/* Keys in order. Returns how many. */
static size_t expected_chain(const struct round *r, const struct image_chain *live,
                             const struct image_chain *wanted, uint64_t *keys)
{
    size_t n_live = live ? live->n : 0, n_wanted = wanted ? wanted->n : 0, n = 0;
    size_t head = n_live, final = n_live, first_final = 0, w = 0;
    bool adopted[32] = {false};

    for (size_t i = n_live; i-- > 0;)
        if (is_own(live, i) && live->at[i].final) {
            final = i;
            head = n_live;
        } else if (is_own(live, i)) {
            head = i;
        }
    if (live && r->adopt)
        mark_adopted(live, wanted, adopted);
    if (head == n_live) {
        for (head = 0; r->table != TABLE_FILTER && head < final && !adopted[head];)
            head++;
    }
    while (first_final < n_wanted && !wanted->at[first_final].final)
        first_final++;
    for (size_t i = 0; i <= n_live; i++) {
        while (w < n_wanted && ((i >= head && w < first_final) || i >= final))
            keys[n++] = wanted->at[w++].key;
        if (i < n_live && !is_own(live, i) && !adopted[i])
            keys[n++] = live->at[i].key;
    }
    return n;
}

/* The counters of one rule of the chain's in the other one, which has each only once. */
static const struct image_rule *same_counters(const struct image_chain *chain, uint64_t packets)
{
    for (size_t i = 0; i < chain->n; i++)
        if (chain->at[i].packets == packets)
            return &chain->at[i];
    return NULL;
}

static size_t count_key(const struct image_chain *chain, uint64_t key, bool counted_only)
{
    size_t n = 0;

    for (size_t i = 0; chain && i < chain->n; i++)
        n += chain->at[i].key == key && !(counted_only && chain->at[i].packets == 0);
    return n;
}

/* Counters of one rule that differs in its tag at most, or of a foreign one and lbgen's own together. */
static bool is_adopted_count(const struct image_chain *live, const struct image_rule *rule)
{
    for (size_t i = 0; i < live->n; i++)
        for (size_t k = i; k < live->n; k++) {
            const struct image_rule *a = &live->at[i], *b = &live->at[k];
            uint64_t packets = a->packets + (k == i ? 0 : b->packets),
                     bytes = a->bytes + (k == i ? 0 : b->bytes);

            if (a->bare == rule->bare && b->bare == rule->bare && packets == rule->packets &&
                bytes == rule->bytes)
                return true;
        }
    return false;
}

/* No counters from nowhere, none twice, none lost that could be kept. */
static void check_counters(const struct round *r, const struct image_chain *live,
                           const struct image_chain *after)
{
    for (size_t i = 0; i < after->n; i++) {
        const struct image_rule *rule = &after->at[i], *from;

        if (rule->packets && r->adopt && rule->tag) {
            MUST(live && is_adopted_count(live, rule));
        } else if (rule->packets) {
            MUST(live && (from = same_counters(live, rule->packets)) != NULL && from->bytes == rule->bytes);
            MUST(from->key == rule->key);
            MUST(same_counters(after, rule->packets) == rule);
        }
        size_t before = count_key(live, rule->key, false), now = count_key(after, rule->key, false);
        MUST(r->adopt || count_key(after, rule->key, true) == (before < now ? before : now));
    }
}

static void check_chain(const struct round *r, const char *name)
{
    const struct image_chain *live = image_find_chain(&r->live.of[r->table], name),
                             *wanted = image_find_chain(&r->wanted.of[r->table], name),
                             *after = image_find_chain(&r->after.of[r->table], name);
    uint64_t keys[64];
    size_t n = expected_chain(r, live, wanted, keys);

    if (strncmp(name, "lbgen", 5) == 0)
        MUST((wanted != NULL) == (after != NULL));
    else
        MUST(after != NULL || !live);
    if (!after)
        return;
    MUST(after->n == n);
    for (size_t i = 0; i < n; i++)
        MUST(after->at[i].key == keys[i]);
    check_counters(r, live, after);
    if (after->builtin)
        MUST(after->policy == (wanted && wanted->policy != POLICY_NONE ? wanted->policy
                               : live                                  ? live->policy
                                                                       : POLICY_ACCEPT));
}

/* A foreign rule that leads to a chain which goes, and no other, is refused. */
static bool is_in_the_way(const struct round *r)
{
    const struct image_table *live = &r->live.of[r->table];

    for (size_t c = 0; c < live->n; c++)
        for (size_t i = 0; i < live->at[c].n; i++) {
            const char *to = live->at[c].at[i].jump;

            if (!is_own(&live->at[c], i) && strncmp(to, "lbgen.", 6) == 0 && image_find_chain(live, to) &&
                !image_find_chain(&r->wanted.of[r->table], to))
                return true;
        }
    return false;
}

START_TEST(test_model)
{
    struct chance c = {20261125 + (unsigned)_i};

    for (int i = 0; i < ROUNDS; i++) {
        struct round r;

        round_begin(&r, &c, &kinds[_i]);
        MUST(r.good == !is_in_the_way(&r));
        for (size_t n = 0; n < MODEL_CHAINS; n++)
            check_chain(&r, model_chains[n]);
        round_end(&r);
    }
}
END_TEST

/* Once it is done, nothing is left to do. */
START_TEST(test_settled)
{
    struct chance c = {20261126 + (unsigned)_i};

    for (int i = 0; i < ROUNDS; i++) {
        struct round r;
        struct edit again;

        round_begin(&r, &c, &kinds[_i]);
        delta_find(&r.after.of[r.table], &r.wanted.of[r.table], r.table, r.adopt, &again, &r.why);
        MUST(edit_is_empty(&again) || r.adopt);
        edit_free(&again);
        round_end(&r);
    }
}
END_TEST

/* --- the same as a merge -------------------------------------------------------------------------------- */

static void same_chain(const struct image_chain *a, const struct image_chain *b)
{
    size_t n = a ? a->n : 0;

    MUST(n == (b ? b->n : 0));
    for (size_t i = 0; i < n; i++)
        MUST(a->at[i].key == b->at[i].key);
    if (a && b)
        MUST(a->policy == b->policy);
}

static void same_as_merged(const struct round *r)
{
    struct save_file old = {0}, generated = {0};
    struct merge_plan plan = {0};
    struct buf merged = {0};
    struct image image = {0};
    struct complaint why;

    MUST(save_file_read(&old, r->live_text.at, r->live_text.len, &why));
    MUST(save_file_read(&generated, r->wanted_text.at, r->wanted_text.len, &why));
    merge_make_plan(&old, &generated, &r->given, &plan);
    merge_print(&old, &generated, &plan, &r->given, &merged);
    read_image(buf_text(&merged), &image);
    for (size_t n = 0; n < MODEL_CHAINS; n++) {
        const struct image_chain *a = image_find_chain(&r->after.of[r->table], model_chains[n]),
                                 *b = image_find_chain(&image.of[r->table], model_chains[n]);

        MUST(!a == !b);
        same_chain(a, b);
    }
    image_free(&image);
    buf_free(&merged);
    merge_plan_free(&plan);
    save_file_free(&old);
    save_file_free(&generated);
}

START_TEST(test_merge)
{
    struct chance c = {20261127 + (unsigned)_i};

    for (int i = 0; i < ROUNDS; i++) {
        struct round r;

        round_begin(&r, &c, &kinds[_i]);
        if (!r.adopt)
            same_as_merged(&r);
        round_end(&r);
    }
}
END_TEST

static Suite *delta_chance_suite(void)
{
    Suite *s = suite_create("delta_chance");
    TCase *t = new_case(s, "delta_chance");

    tcase_add_loop_test(t, test_model, 0, N_OF(kinds));
    tcase_add_loop_test(t, test_settled, 0, N_OF(kinds));
    tcase_add_loop_test(t, test_merge, 0, N_OF(kinds));
    return s;
}

int main(void)
{
    return run_suite(delta_chance_suite());
}
