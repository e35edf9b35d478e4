/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits by chance are done and undone on the model, others being at work meanwhile or not. */
#include "lbgen/own_hash.h"
#include "lbgen/undo.h"

#include "check_model.h"

static const struct model_kinds kinds[] = {
    {.own = 40, .foreign = 200, .finals = true, .policies = true},
    {.own = 3, .foreign = 3, .finals = true, .policies = true},
    {.own = 8, .foreign = 100, .doubles = true, .policies = true},
    {.own = 3, .foreign = 3, .doubles = true},
};

enum { ROUNDS = 250, LONGEST = 64 };

static const enum table tables[] = {TABLE_FILTER, TABLE_MANGLE};

struct round {
    enum table table;
    bool adopt;
    struct buf text;
    struct image live, wanted, after;
    struct buf live_text, after_text;
    struct edit edit;
    struct undo undo;
};

static void round_begin(struct round *r, struct chance *c, const struct model_kinds *k)
{
    struct policies_given given;
    struct complaint why;

    *r = (struct round){.table = tables[chance_below(c, 2)], .adopt = k->doubles && chance_one_in(c, 2)};
    model_live(c, r->table, k, &r->live_text);
    model_wanted(c, r->table, k, &given, &r->text);
    read_image(buf_text(&r->live_text), &r->live);
    model_read_wanted(buf_text(&r->text), &given, &r->wanted);
    MUST(delta_find(&r->live.of[r->table], &r->wanted.of[r->table], r->table, r->adopt, &r->edit, &why));
    model_reread(&r->live.of[r->table], &r->edit, &r->after_text, &r->after);
    undo_add(&r->undo, IPV4, &r->live.of[r->table], &r->edit);
    MUST(undo_is_empty(&r->undo) == edit_is_empty(&r->edit));
}

static void round_end(struct round *r)
{
    undo_free(&r->undo);
    edit_free(&r->edit);
    image_free(&r->live);
    image_free(&r->wanted);
    image_free(&r->after);
    buf_free(&r->text);
    buf_free(&r->live_text);
    buf_free(&r->after_text);
}

/* Undoes it on the table as it is now; what comes out, in *out and *text. */
static void undo_on(const struct round *r, const struct undo *undo, const struct image_table *now,
                    struct buf *text, struct image *out)
{
    struct edit edit;

    undo_to_edit(undo, IPV4, r->table, now, &edit);
    model_reread(now, &edit, text, out);
    edit_free(&edit);
}

/* Chains, policies, rules, counters; a chain that is not there counts as empty if it is built in. */
static void same_tables(const struct image_table *a, const struct image_table *b)
{
    for (size_t c = 0; c < MODEL_CHAINS; c++) {
        const struct image_chain *x = image_find_chain(a, model_chains[c]),
                                 *y = image_find_chain(b, model_chains[c]);

        MUST(!x == !y);
        if (!x || !y)
            continue;
        MUST(x->n == y->n && x->policy == y->policy);
        for (size_t i = 0; i < x->n; i++) {
            MUST(x->at[i].key == y->at[i].key);
            MUST(x->at[i].packets == y->at[i].packets && x->at[i].bytes == y->at[i].bytes);
        }
    }
}

START_TEST(test_never_done)
{
    struct chance c = {20261125 + (unsigned)_i};

    for (int i = 0; i < ROUNDS; i++) {
        struct round r;
        struct edit edit;

        round_begin(&r, &c, &kinds[_i]);
        undo_to_edit(&r.undo, IPV4, r.table, &r.live.of[r.table], &edit);
        MUST(edit_is_empty(&edit));
        edit_free(&edit);
        undo_to_edit(&r.undo, IPV6, r.table, &r.after.of[r.table], &edit);
        MUST(edit_is_empty(&edit));
        edit_free(&edit);
        round_end(&r);
    }
}
END_TEST

START_TEST(test_done)
{
    struct chance c = {20261126 + (unsigned)_i};

    for (int i = 0; i < ROUNDS; i++) {
        struct round r;
        struct image restored;
        struct buf text = {0};

        round_begin(&r, &c, &kinds[_i]);
        undo_on(&r, &r.undo, &r.after.of[r.table], &text, &restored);
        same_tables(&restored.of[r.table], &r.live.of[r.table]);
        image_free(&restored);
        buf_free(&text);
        round_end(&r);
    }
}
END_TEST

/* The undo of an undo leads to what the edit had made. */
START_TEST(test_undo_of_undo)
{
    struct chance c = {20261127 + (unsigned)_i};

    for (int i = 0; i < ROUNDS; i++) {
        struct round r;
        struct image restored, again;
        struct buf text = {0}, text_again = {0};
        struct undo second = {0};
        struct edit edit;

        round_begin(&r, &c, &kinds[_i]);
        undo_to_edit(&r.undo, IPV4, r.table, &r.after.of[r.table], &edit);
        undo_add(&second, IPV4, &r.after.of[r.table], &edit);
        model_reread(&r.after.of[r.table], &edit, &text, &restored);
        undo_on(&r, &second, &restored.of[r.table], &text_again, &again);
        same_tables(&again.of[r.table], &r.after.of[r.table]);
        edit_free(&edit);
        undo_free(&second);
        image_free(&restored);
        image_free(&again);
        buf_free(&text);
        buf_free(&text_again);
        round_end(&r);
    }
}
END_TEST

/* It may be written down in between. */
START_TEST(test_written)
{
    struct chance c = {20261128 + (unsigned)_i};

    for (int i = 0; i < ROUNDS; i++) {
        struct round r;
        struct undo read;
        struct buf written = {0}, again = {0}, text = {0};
        struct image restored;
        size_t at = 0;

        round_begin(&r, &c, &kinds[_i]);
        undo_print(&r.undo, &written);
        MUST(undo_read(&read, written.at, written.len, &at) && at == written.len);
        undo_print(&read, &again);
        MUST(again.len == written.len && memcmp(again.at, written.at, written.len) == 0);
        undo_on(&r, &read, &r.after.of[r.table], &text, &restored);
        same_tables(&restored.of[r.table], &r.live.of[r.table]);
        image_free(&restored);
        undo_free(&read);
        buf_free(&written);
        buf_free(&again);
        buf_free(&text);
        round_end(&r);
    }
}
END_TEST

/* --- others at work --- */

/* Foreign rules come in any place, others go. */
static void let_others_work(struct chance *c, const struct image_table *from, enum table table,
                            struct buf *text)
{
    struct image changed = {0};
    struct edit none = {.table = table};
    unsigned number = 0;

    model_apply(from, &none, &changed);
    for (size_t i = 0; i < changed.of[table].n; i++) {
        struct image_chain *chain = &changed.of[table].at[i];
        uint32_t changes = chain->own ? 0 : chance_below(c, 4);

        for (; changes; changes--) {
            size_t at = chance_below(c, (uint32_t)chain->n + 1);

            if (chance_one_in(c, 2) && at < chain->n && !image_rule_is_own(chain, &chain->at[at])) {
                chain->n--;
                memmove(&chain->at[at], &chain->at[at + 1], (chain->n - at) * sizeof *chain->at);
                continue;
            }
            struct buf line = {0};
            buf_printf(&line, "-A %s -s 172.16.%u.0/24 -j DROP", chain->name, number++);
            (void)VEC_ADD(chain);
            memmove(&chain->at[at + 1], &chain->at[at], (chain->n - 1 - at) * sizeof *chain->at);
            save_image_rule(arena_text(&changed.mem, line.at, line.len), line.len, &changed.mem,
                            &chain->at[at]);
            chain->at[at].packets = 1000 + number;
            buf_free(&line);
        }
    }
    model_print(&changed.of[table], table, text);
    image_free(&changed);
}

/* The chain's rules that are lbgen's, or the others. */
static size_t pick(const struct image_chain *chain, bool own, const struct image_rule **out)
{
    size_t n = 0;

    for (size_t i = 0; chain && i < chain->n; i++)
        if (image_rule_is_own(chain, &chain->at[i]) == own)
            out[n++] = &chain->at[i];
    MUST(n <= LONGEST);
    return n;
}

/* The first list is in the second one, in its order; all of it where all is said. */
static void is_part(const struct image_rule **part, size_t n, const struct image_rule **all, size_t n_all,
                    bool is_all)
{
    size_t next = 0;

    for (size_t i = 0; i < n; i++, next++) {
        while (next < n_all && (all[next]->key != part[i]->key || all[next]->packets != part[i]->packets))
            next++;
        MUST(next < n_all);
    }
    MUST(n == n_all || (n < n_all && !is_all));
}

/* lbgen's part is that of `before`, the others' that of `now`, and what comes back to them. */
static void restored_among_others(const struct image_table *restored, const struct image_table *before,
                                  const struct image_table *now, bool adopt)
{
    const struct image_rule *a[LONGEST], *b[LONGEST];

    for (size_t c = 0; c < MODEL_CHAINS; c++) {
        const struct image_chain *r = image_find_chain(restored, model_chains[c]),
                                 *was = image_find_chain(before, model_chains[c]),
                                 *is = image_find_chain(now, model_chains[c]);

        MUST(!r == !was);
        size_t n = pick(was, true, a);
        is_part(a, n, b, pick(r, true, b), true);
        if (c < MODEL_FOREIGN) {
            n = pick(is, false, a);
            is_part(a, n, b, pick(r, false, b), !adopt);
        }
        if (r && r->builtin)
            MUST(r->policy == was->policy);
    }
}

START_TEST(test_others)
{
    struct chance c = {20261129 + (unsigned)_i};

    for (int i = 0; i < ROUNDS; i++) {
        struct round r;
        struct image now = {0}, restored;
        struct buf now_text = {0}, text = {0};

        round_begin(&r, &c, &kinds[_i]);
        let_others_work(&c, &r.after.of[r.table], r.table, &now_text);
        read_image(buf_text(&now_text), &now);
        undo_on(&r, &r.undo, &now.of[r.table], &text, &restored);
        restored_among_others(&restored.of[r.table], &r.live.of[r.table], &now.of[r.table], r.adopt);
        image_free(&restored);
        image_free(&now);
        buf_free(&now_text);
        buf_free(&text);
        round_end(&r);
    }
}
END_TEST

/* It never was live, and others were at work: nothing to do. */
START_TEST(test_others_never_done)
{
    struct chance c = {20261130 + (unsigned)_i};

    for (int i = 0; i < ROUNDS; i++) {
        struct round r;
        struct image now = {0};
        struct buf now_text = {0};
        struct edit edit;

        round_begin(&r, &c, &kinds[_i]);
        let_others_work(&c, &r.live.of[r.table], r.table, &now_text);
        read_image(buf_text(&now_text), &now);
        undo_to_edit(&r.undo, IPV4, r.table, &now.of[r.table], &edit);
        MUST(edit_is_empty(&edit));
        edit_free(&edit);
        image_free(&now);
        buf_free(&now_text);
        round_end(&r);
    }
}
END_TEST

static Suite *undo_suite(void)
{
    Suite *s = suite_create("undo");
    TCase *t = new_case(s, "undo");

    tcase_add_loop_test(t, test_never_done, 0, N_OF(kinds));
    tcase_add_loop_test(t, test_done, 0, N_OF(kinds));
    tcase_add_loop_test(t, test_undo_of_undo, 0, N_OF(kinds));
    tcase_add_loop_test(t, test_written, 0, N_OF(kinds));
    tcase_add_loop_test(t, test_others, 0, N_OF(kinds));
    tcase_add_loop_test(t, test_others_never_done, 0, N_OF(kinds));
    return s;
}

int main(void)
{
    return run_suite(undo_suite());
}
