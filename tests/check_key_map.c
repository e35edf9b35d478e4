/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/key_map.h"

#include "check_util.h"

START_TEST(test_empty)
{
    struct key_map map;

    key_map_init(&map, 0);
    ck_assert_uint_eq(key_map_take(&map, 0), KEY_NOT_FOUND);
    ck_assert_uint_eq(key_map_take(&map, 1), KEY_NOT_FOUND);
    key_map_free(&map);
    ck_assert_ptr_null(map.slots);
}
END_TEST

/* In the order they came, not by number, each once. */
START_TEST(test_order)
{
    struct key_map map;

    key_map_init(&map, 5);
    key_map_enter(&map, 7, 4);
    key_map_enter(&map, 7, 0);
    key_map_enter(&map, 8, 2);
    key_map_enter(&map, 7, 3);
    ck_assert_uint_eq(key_map_take(&map, 9), KEY_NOT_FOUND);
    ck_assert_uint_eq(key_map_take(&map, 7), 4);
    ck_assert_uint_eq(key_map_take(&map, 7), 0);
    ck_assert_uint_eq(key_map_take(&map, 8), 2);
    ck_assert_uint_eq(key_map_take(&map, 8), KEY_NOT_FOUND);
    ck_assert_uint_eq(key_map_take(&map, 7), 3);
    ck_assert_uint_eq(key_map_take(&map, 7), KEY_NOT_FOUND);
    key_map_free(&map);
}
END_TEST

/* A key whose items are all taken may come again. */
START_TEST(test_again)
{
    struct key_map map;

    key_map_init(&map, 3);
    key_map_enter(&map, 0, 0);
    ck_assert_uint_eq(key_map_take(&map, 0), 0);
    key_map_enter(&map, 0, 2);
    key_map_enter(&map, 0, 1);
    ck_assert_uint_eq(key_map_take(&map, 0), 2);
    ck_assert_uint_eq(key_map_take(&map, 0), 1);
    ck_assert_uint_eq(key_map_take(&map, 0), KEY_NOT_FOUND);
    key_map_free(&map);
}
END_TEST

enum { ITEMS = 64, KEYS = 9 };

/* Queues of items, one a key. */
struct queues {
    size_t at[KEYS][ITEMS];
    size_t first[KEYS], n[KEYS];
};

static void enter_and_take(struct chance *c, struct key_map *map, const uint64_t *keys, struct queues *q)
{
    for (size_t item = 0; item < ITEMS;) {
        uint32_t k = chance_below(c, KEYS);

        if (chance_one_in(c, 3)) {
            size_t wanted = q->first[k] < q->n[k] ? q->at[k][q->first[k]++] : KEY_NOT_FOUND;
            MUST(key_map_take(map, keys[k]) == wanted);
            continue;
        }
        key_map_enter(map, keys[k], item);
        q->at[k][q->n[k]++] = item++;
    }
    for (int k = 0; k < KEYS; k++) {
        while (q->first[k] < q->n[k])
            MUST(key_map_take(map, keys[k]) == q->at[k][q->first[k]++]);
        MUST(key_map_take(map, keys[k]) == KEY_NOT_FOUND);
    }
}

START_TEST(test_chance)
{
    struct chance c = {20261125};

    for (int round = 0; round < 2000; round++) {
        struct queues q = {0};
        struct key_map map;
        uint64_t keys[KEYS] = {0, UINT64_MAX, 1, 1U << 20};

        for (int k = 4; k < KEYS; k++)
            keys[k] = (uint64_t)chance_bits(&c) << 32 | (uint64_t)k;
        key_map_init(&map, ITEMS);
        enter_and_take(&c, &map, keys, &q);
        key_map_free(&map);
    }
}
END_TEST

/* As many different keys as items: the slots must do. */
START_TEST(test_many)
{
    enum { MANY = 100000 };
    const uint64_t factor = 0x9e3779b97f4a7c15; /* keys are hashes */
    struct key_map map;

    key_map_init(&map, MANY);
    for (size_t i = 0; i < MANY; i++)
        key_map_enter(&map, i * factor, i);
    for (size_t i = MANY; i-- > 0;)
        MUST(key_map_take(&map, i * factor) == i);
    MUST(key_map_take(&map, 1) == KEY_NOT_FOUND);
    key_map_free(&map);
}
END_TEST

static Suite *key_map_suite(void)
{
    Suite *s = suite_create("key_map");
    TCase *t = new_case(s, "key_map");

    tcase_add_test(t, test_empty);
    tcase_add_test(t, test_order);
    tcase_add_test(t, test_again);
    tcase_add_test(t, test_chance);
    tcase_add_test(t, test_many);
    return s;
}

int main(void)
{
    return run_suite(key_map_suite());
}
