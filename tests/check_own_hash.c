/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/own_hash.h"
#include "lbgen/undo.h"

#include "check_model.h"

#define T(lines) "*filter\n" lines "COMMIT\n"
#define A        "-A INPUT " R("a") " -j DROP\n"
#define B        "-A INPUT " R("b") " -j DROP\n"
#define F(n)     "-A INPUT -s 10.0.0." #n "/32 -j DROP\n"

static const struct {
    const char *a, *b;
    bool same;
} pairs[] = {
    /* foreign rules, their chains, counters and the order of chains do not count */
    {"", T(""), true},
    {"", T(":INPUT ACCEPT [5:5]\n:DOCKER - [0:0]\n-A DOCKER -j DROP\n"), true},
    {T(A), T(F(1) A F(2)), true},
    {T(A), T("[5:6] " A), true},
    {T(":INPUT ACCEPT [0:0]\n" A), T(":INPUT ACCEPT [8:9]\n" A), true},
    {T(":lbgen.a - [0:0]\n:lbgen.b - [0:0]\n"), T(":lbgen.b - [0:0]\n:lbgen.a - [0:0]\n"), true},
    {T(A "-A OUTPUT " R("x") "\n"), T("-A OUTPUT " R("x") "\n" A), true},
    {T("-A INPUT -p vrrp " R("v") "\n"), T("-A INPUT -p 112 " R("v") "\n"), true},
    /* lbgen's do, and policies */
    {"", T(A), false},
    {T(A), T(B), false},
    {T(A B), T(B A), false},
    {T(A), T(A A), false},
    {T(A), T("-A OUTPUT " R("a") " -j DROP\n"), false},
    {T("-A DOCKER " R("a") "\n"), T("-A DOCKER-USER " R("a") "\n"), false},
    {"", T(":DOCKER - [0:0]\n-A DOCKER " R("a") "\n"), false},
    {"", T(":lbgen.a - [0:0]\n"), false},
    {T(":lbgen.a - [0:0]\n"), T(":lbgen.b - [0:0]\n"), false},
    {T(":lbgen.a - [0:0]\n-A lbgen.a -j DROP\n"), T(":lbgen.a - [0:0]\n-A lbgen.a -j ACCEPT\n"), false},
    {"", T(":INPUT DROP [0:0]\n"), false},
    {T(":INPUT DROP [0:0]\n"), T(":OUTPUT DROP [0:0]\n"), false},
    {T(":INPUT DROP [0:0]\n" A), T(":INPUT ACCEPT [0:0]\n" A), false},
    {T(":INPUT DROP [0:0]\n" F(1)), T(":INPUT DROP [0:0]\n" F(2)), true},
};

static uint64_t hash_of(const char *text)
{
    struct image image = {0};

    read_image(text, &image);
    uint64_t hash = own_hash(&image.of[TABLE_FILTER]);
    image_free(&image);
    return hash;
}

START_TEST(test_pairs)
{
    ck_assert_int_eq(hash_of(pairs[_i].a) == hash_of(pairs[_i].b), pairs[_i].same);
}
END_TEST

START_TEST(test_rules)
{
    struct image image = {0};

    read_image(T(":INPUT DROP [0:0]\n" F(1) "-A FORWARD -s 10.0.0.1/32 " R("a") "\n"), &image);
    ck_assert_uint_eq(own_rules(image_find_chain(&image.of[TABLE_FILTER], "INPUT")), 0);
    ck_assert_uint_ne(own_rules(image_find_chain(&image.of[TABLE_FILTER], "FORWARD")), 0);
    image_free(&image);
}
END_TEST

/* For every chain of the edit: what is computed before is found afterwards. */
static void check_after(const struct edit *edit, const struct image_table *after)
{
    for (size_t i = 0; i < edit->n; i++) {
        const struct image_chain *chain = image_find_chain(after, edit->at[i].chain);

        MUST(own_rules_after(&edit->at[i]) == (chain ? own_rules(chain) : 0));
    }
}

START_TEST(test_after)
{
    const struct model_kinds kinds = {
        .own = 5, .foreign = 9, .finals = true, .doubles = true, .policies = true};
    struct chance c = {20261125};

    for (int i = 0; i < 1500; i++) {
        struct image live = {0}, wanted = {0}, after, back;
        struct buf live_text = {0}, wanted_text = {0}, text = {0}, back_text = {0};
        struct policies_given given;
        struct complaint why;
        struct edit edit, inverse;
        struct undo undo = {0};

        model_live(&c, TABLE_FILTER, &kinds, &live_text);
        model_wanted(&c, TABLE_FILTER, &kinds, &given, &wanted_text);
        read_image(buf_text(&live_text), &live);
        model_read_wanted(buf_text(&wanted_text), &given, &wanted);
        const struct image_table *t = &live.of[TABLE_FILTER];
        MUST(delta_find(t, &wanted.of[TABLE_FILTER], TABLE_FILTER, i % 2, &edit, &why));
        model_reread(t, &edit, &text, &after);
        check_after(&edit, &after.of[TABLE_FILTER]);
        undo_add(&undo, IPV4, t, &edit);
        undo_to_edit(&undo, IPV4, TABLE_FILTER, &after.of[TABLE_FILTER], &inverse);
        model_reread(&after.of[TABLE_FILTER], &inverse, &back_text, &back);
        check_after(&inverse, &back.of[TABLE_FILTER]);
        MUST(own_hash(&back.of[TABLE_FILTER]) == own_hash(t));
        edit_free(&edit);
        edit_free(&inverse);
        undo_free(&undo);
        image_free(&live);
        image_free(&wanted);
        image_free(&after);
        image_free(&back);
        buf_free(&live_text);
        buf_free(&wanted_text);
        buf_free(&text);
        buf_free(&back_text);
    }
}
END_TEST

static Suite *own_hash_suite(void)
{
    Suite *s = suite_create("own_hash");
    TCase *t = new_case(s, "own_hash");

    tcase_add_loop_test(t, test_pairs, 0, N_OF(pairs));
    tcase_add_test(t, test_rules);
    tcase_add_test(t, test_after);
    return s;
}

int main(void)
{
    return run_suite(own_hash_suite());
}
