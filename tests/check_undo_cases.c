/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Undone by hand: what is left of an edit, and what others have made of it. */
#include "lbgen/undo.h"
#include "lbgen/xalloc.h"

#include "check_model.h"

#define S(n) "-A INPUT -s 10.0.0." #n "/32 -j DROP\n"
#define W(n) "-A INPUT -d 192.0.2." #n "/32 " R("web") " -j ACCEPT\n"
#define A(n) "-A lbgen.a -s 192.0.2." #n "/32 -j RETURN\n"
#define ACC  ":INPUT ACCEPT [0:0]\n"
#define DRP  ":INPUT DROP [0:0]\n"
#define CH   ":lbgen.a - [0:0]\n"
#define CHB  ":lbgen.b - [0:0]\n"
#define B(n) "-A lbgen.b -s 192.0.2." #n "/32 -j RETURN\n"
#define TO_B "-A INPUT -s 10.0.0.9/32 -j lbgen.b\n"

/* A filter table as it was, what was wanted, as it is now, and as it is when that is undone. */
static const struct {
    const char *before, *wanted, *now, *after;
} cases[] = {
    /* as the edit left it */
    {ACC S(1) W(1), ACC W(1) W(2), ACC S(1) W(1) W(2), ACC S(1) W(1)},
    {ACC S(1) W(1) W(2), ACC, ACC S(1), ACC S(1) W(1) W(2)},
    {ACC W(1) W(2), ACC W(1) W(2) W(1), ACC W(1) W(2) W(1), ACC W(1) W(2)},
    {ACC W(1) W(2) W(1), ACC W(2) W(1), ACC W(2) W(1), ACC W(1) W(2) W(1)},
    /* never done, others at work or not */
    {ACC S(1) W(1), ACC W(2), ACC S(1) W(1), ACC S(1) W(1)},
    {ACC S(1) W(1), ACC W(2), ACC S(2) W(1) S(3), ACC S(2) W(1) S(3)},
    /* others are gone, or new, around the place */
    {ACC S(1) W(1) S(2) W(2) S(3), ACC W(2), ACC W(2), ACC W(1) W(2)},
    {ACC W(1) S(1) W(2), ACC, ACC, ACC W(1) W(2)},
    {ACC W(1) S(1) W(2), ACC, ACC S(2), ACC W(1) S(2) W(2)},
    {ACC W(1), ACC W(1) W(2), ACC S(1) W(1) S(2) W(2) S(3), ACC S(1) W(1) S(2) S(3)},
    {ACC W(1), ACC W(2), ACC S(1) W(2) S(2), ACC S(1) W(1) S(2)},
    /* policies: only where they are still what the edit made them */
    {ACC, DRP, DRP, ACC},
    {DRP, ACC, ACC, DRP},
    {DRP, ACC, DRP, DRP},
    {ACC S(1), DRP W(1), ACC W(1) S(1), ACC S(1)},
    {ACC W(1), ACC W(1) W(2), DRP W(1) W(2), DRP W(1)},
    {ACC W(1) W(2) W(1), ACC W(2) W(1), DRP W(2) W(1), DRP W(1) W(2) W(1)},
    /* somebody was at lbgen's rules: one that came is gone, one that went is back, once */
    {ACC W(1), ACC W(2) W(3), ACC W(3), ACC W(1)},
    {ACC W(1), ACC W(2) W(3), ACC S(1), ACC W(1) S(1)},
    {ACC W(1) W(2), ACC W(2), ACC W(1) W(2) W(9), ACC W(1) W(2) W(9)},
    {ACC W(1), ACC W(2), ACC W(1) W(2), ACC W(1)},
    {ACC W(1), ACC W(2), ACC W(3), ACC W(1) W(3)},
    {ACC W(1), ACC W(1) W(2) W(3), ACC W(3) W(2) W(1), ACC W(1)},
    /* chains of lbgen's own */
    {ACC, ACC CH A(1), ACC CH A(1), ACC},
    {ACC, ACC CH A(1), ACC, ACC},
    {ACC, ACC CH A(1), ACC CH A(1) A(2), ACC},
    {ACC CH A(1) A(2), ACC, ACC, ACC CH A(1) A(2)},
    {ACC CH A(1) A(2), ACC, ACC CH, ACC CH A(1) A(2)},
    {ACC CH A(1) A(2), ACC, ACC CH A(2) A(3), ACC CH A(1) A(2) A(3)},
    {ACC CH A(1) A(2), ACC CH A(2) A(3), ACC CH A(2) A(3), ACC CH A(1) A(2)},
    {ACC CH A(1), ACC CH A(2), ACC, ACC},
    {ACC CH, ACC, ACC, ACC CH},
    {ACC, ACC CH, ACC CH, ACC},
    /* somebody's rule leads to one of them: it is emptied */
    {ACC, ACC CH CHB A(1) B(1), ACC CH CHB TO_B A(1) B(1), ACC CHB TO_B},
    /* one that is nobody's, in a table that was not there: lbgen's part is what it was */
    {"", ACC S(1), ACC S(1), ACC S(1)},
    /* the table has gone, or come */
    {"", DRP W(1), DRP W(1), ACC},
    {ACC W(1), ACC W(2), "", W(1)},
};

static void read_filter(const char *lines, struct image *out, struct buf *text)
{
    *out = (struct image){0};
    if (*lines)
        buf_printf(text, "*filter\n%sCOMMIT\n", lines);
    read_image(buf_text(text), out);
}

/* The texts of two tables' chains, in any order, have to be the same. */
static void same_rules(const struct image_table *a, const struct image_table *b, const char *name)
{
    const struct image_chain *x = image_find_chain(a, name), *y = image_find_chain(b, name);

    if (strncmp(name, "lbgen", 5) == 0)
        ck_assert_int_eq(x != NULL, y != NULL);
    ck_assert_uint_eq(x ? x->n : 0, y ? y->n : 0);
    for (size_t i = 0; x && i < x->n; i++) {
        ck_assert_uint_eq(x->at[i].len, y->at[i].len);
        ck_assert_mem_eq(x->at[i].payload, y->at[i].payload, x->at[i].len);
    }
    if (x && y)
        ck_assert_int_eq(x->policy, y->policy);
}

START_TEST(test_case)
{
    struct image before, wanted, now, after, found;
    struct buf text[5] = {{0}};
    struct edit edit, back;
    struct undo undo = {0};
    struct complaint why;

    read_filter(cases[_i].before, &before, &text[0]);
    read_filter(cases[_i].wanted, &wanted, &text[1]);
    read_filter(cases[_i].now, &now, &text[2]);
    read_filter(cases[_i].after, &after, &text[3]);
    const struct image_table *t = &now.of[TABLE_FILTER];
    ck_assert(
        delta_find(&before.of[TABLE_FILTER], &wanted.of[TABLE_FILTER], TABLE_FILTER, false, &edit, &why));
    undo_add(&undo, IPV4, &before.of[TABLE_FILTER], &edit);
    undo_to_edit(&undo, IPV4, TABLE_FILTER, t, &back);
    model_reread(t, &back, &text[4], &found);
    same_rules(&found.of[TABLE_FILTER], &after.of[TABLE_FILTER], "INPUT");
    same_rules(&found.of[TABLE_FILTER], &after.of[TABLE_FILTER], "lbgen.a");
    same_rules(&found.of[TABLE_FILTER], &after.of[TABLE_FILTER], "lbgen.b");
    edit_free(&back);
    edit_free(&edit);
    undo_free(&undo);
    image_free(&found);
    image_free(&before);
    image_free(&wanted);
    image_free(&now);
    image_free(&after);
    for (int i = 0; i < N_OF(text); i++)
        buf_free(&text[i]);
}
END_TEST

/* Of a journal that says of one rule twice that it came, the rule goes once. */
START_TEST(test_twice)
{
    struct image now;
    struct buf text = {0}, said = {0};
    struct edit back;

    read_filter(ACC S(1) W(1) W(2), &now, &text);
    const struct image_table *t = &now.of[TABLE_FILTER];
    const uint64_t came[] = {t->at[0].at[1].key};
    struct undo_hunk hunks[] = {{.at = 1, .came = came, .n_came = 1}, {.at = 1, .came = came, .n_came = 1}};
    struct undo_chain chain = {.name = "INPUT", .kind = UNDO_STAYED, .at = hunks, .n = N_OF(hunks)};
    struct undo undo = {.of[IPV4][TABLE_FILTER] = {.at = &chain, .n = 1}};
    struct image found, after;

    undo_to_edit(&undo, IPV4, TABLE_FILTER, t, &back);
    ck_assert_uint_eq(back.n_gone, 1);
    model_reread(t, &back, &said, &found);
    text.len = 0;
    read_filter(ACC S(1) W(2), &after, &text);
    same_rules(&found.of[TABLE_FILTER], &after.of[TABLE_FILTER], "INPUT");
    edit_free(&back);
    image_free(&found);
    image_free(&after);
    image_free(&now);
    buf_free(&said);
    buf_free(&text);
}
END_TEST

/* A journal that names a rule of somebody else's, which stands elsewhere: what went comes back where it was.
 */
START_TEST(test_elsewhere)
{
    struct image before, wanted, now, found;
    struct buf text[4] = {{0}};
    struct edit edit, back;
    struct undo undo = {0};
    struct complaint why;

    read_filter(ACC S(1) W(1) W(3), &before, &text[0]);
    read_filter(ACC W(1) W(2), &wanted, &text[1]);
    read_filter(ACC S(1) W(1) W(2), &now, &text[2]);
    const struct image_table *t = &now.of[TABLE_FILTER];
    ck_assert(
        delta_find(&before.of[TABLE_FILTER], &wanted.of[TABLE_FILTER], TABLE_FILTER, false, &edit, &why));
    undo_add(&undo, IPV4, &before.of[TABLE_FILTER], &edit);
    const uint64_t came[] = {t->at[0].at[0].key};
    ck_assert_uint_eq(undo.of[IPV4][TABLE_FILTER].at[0].at[0].n_came, 1);
    undo.of[IPV4][TABLE_FILTER].at[0].at[0].came = came;
    undo_to_edit(&undo, IPV4, TABLE_FILTER, t, &back);
    model_reread(t, &back, &text[3], &found);
    const struct image_chain *input = image_find_chain(&found.of[TABLE_FILTER], "INPUT");
    ck_assert_uint_eq(input->n, 3);
    ck_assert_uint_eq(input->at[0].key, t->at[0].at[1].key); /* W(1), with W(3) behind it */
    edit_free(&back);
    edit_free(&edit);
    undo_free(&undo);
    image_free(&before);
    image_free(&wanted);
    image_free(&now);
    image_free(&found);
    for (int i = 0; i < N_OF(text); i++)
        buf_free(&text[i]);
}
END_TEST

/* Of copies of a rule of somebody else's the nearest ones go. */
static const struct {
    size_t at;
    const char *after;
} nearest[] = {
    {4, ACC S(1) S(2) S(3) S(4) S(5) S(6) S(7) S(8) W(1)}, /* one step, and then four, behind it */
    {2, ACC S(2) S(3) S(4) S(5) S(6) S(7) S(8) S(1) W(1)}, /* two in front of it, and then two behind */
};

START_TEST(test_nearest)
{
    struct image now, found, after;
    struct buf text[3] = {{0}};
    struct edit back;

    read_filter(ACC S(1) S(2) S(3) S(4) S(5) S(1) S(6) S(7) S(8) S(1) W(1), &now, &text[0]);
    read_filter(nearest[_i].after, &after, &text[1]);
    const struct image_table *t = &now.of[TABLE_FILTER];
    const uint64_t came[] = {t->at[0].at[0].key, t->at[0].at[0].key};
    struct undo_hunk hunk = {.at = nearest[_i].at, .came = came, .n_came = 2};
    struct undo_chain chain = {.name = "INPUT", .kind = UNDO_STAYED, .at = &hunk, .n = 1};
    struct undo undo = {.of[IPV4][TABLE_FILTER] = {.at = &chain, .n = 1}};

    undo_to_edit(&undo, IPV4, TABLE_FILTER, t, &back);
    model_reread(t, &back, &text[2], &found);
    same_rules(&found.of[TABLE_FILTER], &after.of[TABLE_FILTER], "INPUT");
    edit_free(&back);
    image_free(&now);
    image_free(&found);
    image_free(&after);
    for (int i = 0; i < N_OF(text); i++)
        buf_free(&text[i]);
}
END_TEST

/* As many rules of others as an --adopt may have taken over; none is one of those that are looked for. */
START_TEST(test_many)
{
    enum { RULES = 100000 };
    struct buf lines = {0}, text = {0};
    uint64_t *came = xmalloc(RULES * sizeof *came);
    struct image now;
    struct edit back;

    buf_str(&lines, ACC W(1));
    for (int i = 0; i < RULES; i++) {
        buf_printf(&lines, "-A INPUT -s 10.%d.%d.%d/32 -j DROP\n", i >> 16, i >> 8 & 255, i & 255);
        came[i] = (uint64_t)i;
    }
    read_filter(buf_text(&lines), &now, &text);
    struct undo_hunk hunk = {.came = came, .n_came = RULES};
    struct undo_chain chain = {.name = "INPUT", .kind = UNDO_STAYED, .at = &hunk, .n = 1};
    struct undo undo = {.of[IPV4][TABLE_FILTER] = {.at = &chain, .n = 1}};
    undo_to_edit(&undo, IPV4, TABLE_FILTER, &now.of[TABLE_FILTER], &back);
    ck_assert_uint_eq(back.n_gone, 0);
    edit_free(&back);
    image_free(&now);
    buf_free(&lines);
    buf_free(&text);
    free(came);
}
END_TEST

/* Its payloads are its own. */
START_TEST(test_copies)
{
    char *text = exact_copy(TEXT("*filter\n[5:6] -A INPUT " R("web") " -j ACCEPT\nCOMMIT\n"));
    struct image before = {0}, none = {0};
    struct undo undo = {0};
    struct edit edit, back;
    struct save_file file = {0};
    struct complaint why;

    ck_assert(save_file_read(&file, text,
                             sizeof "*filter\n[5:6] -A INPUT " R("web") " -j ACCEPT\nCOMMIT\n" - 1, &why));
    save_image_read(&file, &before);
    save_file_free(&file);
    ck_assert(delta_find(&before.of[TABLE_FILTER], &none.of[TABLE_FILTER], TABLE_FILTER, false, &edit, &why));
    undo_add(&undo, IPV6, &before.of[TABLE_FILTER], &edit);
    ck_assert(!undo_is_empty(&undo));
    edit_free(&edit);
    image_free(&before);
    free(text);
    undo_to_edit(&undo, IPV6, TABLE_FILTER, &none.of[TABLE_FILTER], &back);
    ck_assert_uint_eq(back.n_added, 1);
    const struct hunk *hunk = &back.at[0].at[0];
    ck_assert_uint_eq(hunk->counters[0][0], 5);
    ck_assert_uint_eq(hunk->counters[0][1], 6);
    ck_assert_mem_eq(hunk->added[0]->payload, "-A INPUT ", 9);
    ck_assert_str_eq(hunk->added[0]->jump, "ACCEPT");
    edit_free(&back);
    undo_free(&undo);
    ck_assert(undo_is_empty(&undo));
}
END_TEST

struct visits {
    int n, stop_at;
};

static bool visit(void *ctx, enum family family, enum table table, const char *chain, struct image_rule *rule)
{
    struct visits *v = ctx;

    ck_assert(family == IPV4 && table == TABLE_FILTER);
    ck_assert(strcmp(chain, "INPUT") == 0 || strcmp(chain, "lbgen.a") == 0);
    ck_assert(rule->len > 0);
    return ++v->n != v->stop_at;
}

START_TEST(test_each_rule)
{
    struct image before, none = {0};
    struct buf text = {0};
    struct undo undo = {0};
    struct edit edit;
    struct complaint why;
    struct visits all = {0}, two = {.stop_at = 2};

    read_filter(ACC CH W(1) W(2) A(1), &before, &text);
    ck_assert(delta_find(&before.of[TABLE_FILTER], &none.of[TABLE_FILTER], TABLE_FILTER, false, &edit, &why));
    undo_add(&undo, IPV4, &before.of[TABLE_FILTER], &edit);
    ck_assert(undo_each_rule(&undo, visit, &all));
    ck_assert_int_eq(all.n, 3);
    ck_assert(!undo_each_rule(&undo, visit, &two));
    ck_assert_int_eq(two.n, 2);
    edit_free(&edit);
    undo_free(&undo);
    image_free(&before);
    buf_free(&text);
}
END_TEST

static Suite *undo_cases_suite(void)
{
    Suite *s = suite_create("undo_cases");
    TCase *t = new_case(s, "undo_cases");

    tcase_add_loop_test(t, test_case, 0, N_OF(cases));
    tcase_add_test(t, test_twice);
    tcase_add_test(t, test_elsewhere);
    tcase_add_loop_test(t, test_nearest, 0, N_OF(nearest));
    tcase_add_test(t, test_many);
    tcase_add_test(t, test_copies);
    tcase_add_test(t, test_each_rule);
    return s;
}

int main(void)
{
    return run_suite(undo_cases_suite());
}
