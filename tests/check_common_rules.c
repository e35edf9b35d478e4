/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/common_rules.h"

#include "check_util.h"

enum { LONGEST = 12 };

/* Rules that are nothing but a key, a letter each. */
static size_t rules_of(const char *letters, struct image_rule *out)
{
    size_t n = strlen(letters);

    for (size_t i = 0; i < n; i++)
        out[i] = (struct image_rule){.key = (uint64_t)letters[i]};
    return n;
}

/* The letters of the old list, those that go as '-'. */
static const struct {
    const char *old, *new, *skip, *stay;
} cases[] = {
    {"", "", NULL, ""},
    {"", "abc", NULL, ""},
    {"abc", "", NULL, "---"},
    {"abc", "abc", NULL, "abc"},
    {"abc", "xyz", NULL, "---"},
    {"abc", "xabc", NULL, "abc"},
    {"abc", "abcx", NULL, "abc"},
    {"abc", "axbxc", NULL, "abc"},
    {"axbxc", "abc", NULL, "a-b-c"},
    {"abcd", "bcda", NULL, "-bcd"},
    {"abcd", "dabc", NULL, "abc-"},
    {"abcde", "ecbda", NULL, "--cd-"},
    {"aa", "a", NULL, "a-"},
    {"a", "aa", NULL, "a"},
    {"aab", "aba", NULL, "a-b"},
    /* of the new rules, x marks those that none may stay for */
    {"abc", "abc", "x..", "-bc"},
    {"abc", "abc", "..x", "ab-"},
    {"abc", "abc", ".x.", "a-c"},
    {"abc", "abc", "xxx", "---"},
    {"a", "aa", "x.", "a"},
    {"a", "aa", ".x", "a"},
    {"aa", "aaa", "x.x", "a-"},
};

START_TEST(test_case)
{
    struct image_rule old[LONGEST], new[LONGEST];
    size_t n_old = rules_of(cases[_i].old, old), n_new = rules_of(cases[_i].new, new), stays[LONGEST];
    bool skip[LONGEST] = {false};
    char shown[LONGEST + 1] = "";

    for (size_t i = 0; cases[_i].skip && i < n_new; i++)
        skip[i] = cases[_i].skip[i] == 'x';
    common_rules(old, n_old, new, n_new, cases[_i].skip ? skip : NULL, stays);
    for (size_t i = 0; i < n_old; i++)
        shown[i] = stays[i] == SIZE_MAX ? '-' : cases[_i].old[i];
    ck_assert_str_eq(shown, cases[_i].stay);
}
END_TEST

/* The length of the longest list that both have, by the textbook. */
static unsigned longest_common(const struct image_rule *old, size_t n_old, const struct image_rule *new,
                               size_t n_new, const bool *skip)
{
    unsigned best[LONGEST + 1][LONGEST + 1] = {{0}};

    for (size_t i = 1; i <= n_old; i++)
        for (size_t k = 1; k <= n_new; k++) {
            unsigned a = best[i - 1][k], b = best[i][k - 1];

            best[i][k] = a > b ? a : b;
            if (old[i - 1].key == new[k - 1].key && !skip[k - 1] && best[i - 1][k - 1] + 1 > best[i][k])
                best[i][k] = best[i - 1][k - 1] + 1;
        }
    return best[n_old][n_new];
}

/* Returns how many stay. */
static unsigned check_stays(const struct image_rule *old, size_t n_old, const struct image_rule *new,
                            size_t n_new, const bool *skip, const size_t *stays)
{
    unsigned n = 0;
    size_t least = 0;

    for (size_t i = 0; i < n_old; i++) {
        if (stays[i] == SIZE_MAX)
            continue;
        MUST(stays[i] >= least && stays[i] < n_new);
        MUST(old[i].key == new[stays[i]].key && !skip[stays[i]]);
        least = stays[i] + 1;
        n++;
    }
    return n;
}

/* unique: no key twice on a side; then no more rules could stay. */
static void try_lists(struct chance *c, bool unique)
{
    struct image_rule old[LONGEST], new[LONGEST];
    size_t n_old = chance_below(c, LONGEST + 1), n_new = chance_below(c, LONGEST + 1), stays[LONGEST + 1];
    bool skip[LONGEST] = {false};
    uint32_t keys = unique ? 2 * LONGEST : 1 + chance_below(c, 6), used[2] = {0, 0};

    for (size_t i = 0; i < n_old + n_new; i++) {
        bool is_old = i < n_old;
        struct image_rule *rule = is_old ? &old[i] : &new[i - n_old];

        *rule = (struct image_rule){.key = chance_below(c, keys)};
        while (unique && (used[is_old] >> rule->key & 1))
            rule->key = chance_below(c, keys);
        used[is_old] |= 1U << rule->key;
        if (!is_old)
            skip[i - n_old] = chance_one_in(c, 6);
    }
    stays[n_old] = 4711;
    common_rules(old, n_old, new, n_new, skip, stays);
    unsigned n = check_stays(old, n_old, new, n_new, skip, stays);
    unsigned most = longest_common(old, n_old, new, n_new, skip);
    MUST(unique ? n == most : n <= most && (n > 0 || most == 0));
    MUST(stays[n_old] == 4711);
}

START_TEST(test_unique)
{
    struct chance c = {20261125};

    for (int i = 0; i < 40000; i++)
        try_lists(&c, true);
}
END_TEST

START_TEST(test_repeated)
{
    struct chance c = {20261126};

    for (int i = 0; i < 40000; i++)
        try_lists(&c, false);
}
END_TEST

/* Turned around: no quadratic search. */
START_TEST(test_long)
{
    enum { MANY = 100000 };
    struct image_rule *old = calloc(MANY, sizeof *old), *new = calloc(MANY, sizeof *new);
    size_t *stays = malloc(MANY * sizeof *stays), n = 0;

    ck_assert(old && new &&stays);
    for (size_t i = 0; i < MANY; i++) {
        old[i].key = i;
        new[i].key = (MANY - 1 - i / 2) * (i % 2) + (i / 2) * !(i % 2);
    }
    common_rules(old, MANY, new, MANY, NULL, stays);
    for (size_t i = 0; i < MANY; i++)
        n += stays[i] != SIZE_MAX;
    ck_assert_uint_eq(n, MANY / 2 + 1);
    free(old);
    free(new);
    free(stays);
}
END_TEST

static Suite *common_rules_suite(void)
{
    Suite *s = suite_create("common_rules");
    TCase *t = new_case(s, "common_rules");

    tcase_add_loop_test(t, test_case, 0, N_OF(cases));
    tcase_add_test(t, test_unique);
    tcase_add_test(t, test_repeated);
    tcase_add_test(t, test_long);
    return s;
}

int main(void)
{
    return run_suite(common_rules_suite());
}
