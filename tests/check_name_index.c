/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/name_index.h"

#include <stdio.h>

#include "check_util.h"

struct named {
    char name[24];
    size_t len;
};

static const char *name_of(const void *items, uint32_t i, size_t *len)
{
    const struct named *n = (const struct named *)items + i;

    *len = n->len;
    return n->name;
}

enum { ITEMS = 20000 };

/* Names that look alike; every third is entered again and refused. The array moves while it grows. */
START_TEST(test_enter_and_find)
{
    struct name_index index = {.name_of = name_of};
    struct named *items = malloc(sizeof *items);
    uint32_t n = 0;

    ck_assert_uint_eq(name_index_find(&index, NULL, "x", 1), NAME_NOT_FOUND);
    for (uint32_t i = 0; i < ITEMS; i++) {
        struct named fresh;

        fresh.len = (size_t)snprintf(fresh.name, sizeof fresh.name, i % 2 ? "service%u" : "%u.service",
                                     i / 3 * 3 / 2);
        if (i % 512 == 0) { /* the array moves */
            struct named *moved = malloc((n + 513) * sizeof *moved);

            MUST(moved);
            memcpy(moved, items, n * sizeof *items);
            free(items);
            items = moved;
        }
        uint32_t known = NAME_NOT_FOUND;
        for (uint32_t j = n > 6 ? n - 6 : 0; j < n; j++)
            if (items[j].len == fresh.len && memcmp(items[j].name, fresh.name, fresh.len) == 0)
                known = j;
        MUST(name_index_find(&index, items, fresh.name, fresh.len) == known);
        MUST(name_index_enter(&index, items, fresh.name, fresh.len, n) == known);
        if (known == NAME_NOT_FOUND)
            items[n++] = fresh;
    }
    ck_assert_uint_eq(index.n, n);
    for (uint32_t i = 0; i < n; i++) {
        MUST(name_index_find(&index, items, items[i].name, items[i].len) == i);
        /* Neither a part of a name nor a longer one. */
        MUST(name_index_find(&index, items, items[i].name, 0) == NAME_NOT_FOUND);
        items[i].name[items[i].len] = 'x';
        uint32_t longer = name_index_find(&index, items, items[i].name, items[i].len + 1);
        MUST(longer == NAME_NOT_FOUND);
    }
    name_index_free(&index);
    ck_assert_uint_eq(name_index_find(&index, items, "service1", 8), NAME_NOT_FOUND);
    ck_assert_uint_eq(name_index_enter(&index, items, items[0].name, items[0].len, 0),
                      NAME_NOT_FOUND); /* usable again */
    name_index_free(&index);
    name_index_free(&index);
    free(items);
}
END_TEST

/* Room made in advance is enough for so many names, keeps those that are there, and forgets none later. */
START_TEST(test_reserve)
{
    struct name_index index = {.name_of = name_of};
    struct named *items = calloc(ITEMS, sizeof *items);
    const uint32_t before = _i ? 100 : 0, reserved = ITEMS / 2;
    size_t n_slots = 0;

    MUST(items);
    for (uint32_t i = 0; i < ITEMS; i++) {
        if (i == before) {
            name_index_reserve(&index, reserved);
            n_slots = index.n_slots;
            name_index_reserve(&index, 1);
        }
        items[i].len = (size_t)snprintf(items[i].name, sizeof items[i].name, "s%u", i);
        name_index_prefetch(&index, items[i].name, items[i].len);
        MUST(name_index_enter(&index, items, items[i].name, items[i].len, i) == NAME_NOT_FOUND);
        MUST(i < before || i >= reserved || index.n_slots == n_slots);
    }
    for (uint32_t i = 0; i < ITEMS; i++)
        MUST(name_index_find(&index, items, items[i].name, items[i].len) == i);
    name_index_free(&index);
    free(items);
}
END_TEST

/* The hash must not change: chains are named by it. FNV-1a, then mixed; worked out by hand. */
static uint64_t reference(const char *name)
{
    uint64_t h = 14695981039346656037U;

    for (; *name; name++) {
        h ^= (uint8_t)*name;
        h *= 1099511628211U;
    }
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdU;
    return h ^ (h >> 29);
}

START_TEST(test_hash)
{
    static const char *const names[] = {"", "a", "web", "a-very-long-service-name-of-forty-bytes0",
                                        "\xc3\xa4"};

    for (int i = 0; i < N_OF(names); i++)
        ck_assert_uint_eq(name_hash(names[i], strlen(names[i])), reference(names[i]));
    ck_assert_uint_ne(name_hash("a\0b", 3), name_hash("a\0c", 3)); /* all bytes count */
    ck_assert_uint_ne(name_hash("a\0", 2), name_hash("a", 1));
}
END_TEST

static Suite *name_index_suite(void)
{
    Suite *s = suite_create("name_index");
    TCase *t = new_case(s, "name_index");

    tcase_add_test(t, test_enter_and_find);
    tcase_add_loop_test(t, test_reserve, 0, 2);
    tcase_add_test(t, test_hash);
    return s;
}

int main(void)
{
    return run_suite(name_index_suite());
}
