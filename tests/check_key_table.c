/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/key_table.h"

#include <string.h>

#include "check_util.h"

START_TEST(test_empty)
{
    struct key_table table = {0};

    ck_assert_uint_eq(key_table_find(&table, "a", 1), NO_KEY);
    ck_assert(!key_table_has(&table, "", 0));
    key_table_free(&table);
}
END_TEST

/* Equal bytes, equal number: also where one is the other's beginning, or there are none. */
START_TEST(test_numbers)
{
    struct key_table table = {0};

    ck_assert_uint_eq(key_table_enter(&table, "ab", 2), 0);
    ck_assert_uint_eq(key_table_enter(&table, "abc", 2), 0);
    ck_assert_uint_eq(key_table_enter(&table, "abc", 3), 1);
    ck_assert_uint_eq(key_table_enter(&table, "", 0), 2);
    ck_assert_uint_eq(key_table_find(&table, "abc", 3), 1);
    ck_assert_uint_eq(key_table_find(&table, "", 0), 2);
    ck_assert_uint_eq(key_table_find(&table, "a", 1), NO_KEY);
    ck_assert_uint_eq(table.n, 3); /* looking enters nothing */
    ck_assert_mem_eq(key_table_bytes(&table, 1), "abc", 3);
    key_table_free(&table);
}
END_TEST

START_TEST(test_add)
{
    struct key_table table = {0};

    ck_assert(key_table_add(&table, "a", 1));
    ck_assert(!key_table_add(&table, "a", 1));
    ck_assert(key_table_add(&table, "b", 1));
    ck_assert(!key_table_add(&table, "a", 1));
    ck_assert_uint_eq(table.n, 2);
    key_table_free(&table);
}
END_TEST

/* Through many times of growing, each once. */
START_TEST(test_many)
{
    enum { N = 5000 };
    struct key_table table = {0};

    for (uint32_t i = 0; i < N; i++)
        ck_assert(key_table_add(&table, &i, sizeof i));
    for (uint32_t i = 0; i < N; i++) {
        ck_assert_uint_eq(key_table_find(&table, &i, sizeof i), i);
        ck_assert(!key_table_add(&table, &i, sizeof i));
    }
    ck_assert_uint_eq(key_table_find(&table, &(uint32_t){N}, sizeof(uint32_t)), NO_KEY);
    key_table_free(&table);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("key_table");
    TCase *tcase = new_case(suite, "key_table");

    tcase_add_test(tcase, test_empty);
    tcase_add_test(tcase, test_numbers);
    tcase_add_test(tcase, test_add);
    tcase_add_test(tcase, test_many);
    return run_suite(suite);
}
