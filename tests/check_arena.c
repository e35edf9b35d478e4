/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arena, vec and xalloc: memory. */
#include "lbgen/arena.h"

#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

#include "check_util.h"

/* Pieces of all sizes: aligned, apart from each other, kept. */
START_TEST(test_pieces)
{
    enum { PIECES = 3000 };
    struct chance c = {.state = 0xa6e4a + (unsigned)_i};
    struct arena a = {0};
    unsigned char *pieces[PIECES];
    size_t sizes[PIECES];

    for (size_t i = 0; i < PIECES; i++) {
        sizes[i] = chance_one_in(&c, 300) ? chance_below(&c, 300000) : chance_below(&c, 100);
        pieces[i] = arena_alloc(&a, sizes[i]);
        MUST(pieces[i] && (uintptr_t)pieces[i] % 8 == 0);
        memset(pieces[i], (int)i & 255, sizes[i]);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t b = 0; b < sizes[i]; b++)
            MUST(pieces[i][b] == (i & 255));
    arena_free(&a);
}
END_TEST

/* Room that was made is used before any other: the pieces lie behind each other. What was handed out stays.
 */
START_TEST(test_reserve)
{
    const size_t sizes[] = {8, 4096, 100000, 3000000};
    struct arena a = {0};
    char *old = arena_text(&a, "old", 3);

    arena_reserve(&a, sizes[_i]);
    char *first = arena_alloc(&a, sizes[_i] / 2), *second = arena_alloc(&a, sizes[_i] / 2);
    ck_assert_ptr_eq(second, first + (sizes[_i] / 2 + 7) / 8 * 8);
    memset(first, 'x', sizes[_i] / 2);
    memset(second, 'y', sizes[_i] / 2);
    ck_assert_str_eq(old, "old");
    ck_assert_ptr_ne(arena_alloc(&a, 3000000), NULL); /* and more is to be had */
    arena_free(&a);
    ck_assert_uint_eq(a.total, 0);
}
END_TEST

/* Never NULL, not for nothing either, not even from a new arena. */
START_TEST(test_nothing)
{
    struct arena a = {0};
    void *volatile piece; /* volatile, since the compiler trusts the declaration */

    switch (_i) {
    case 0: piece = arena_alloc(&a, 0); break;
    case 1: piece = arena_copy(&a, NULL, 0); break;
    case 2: piece = arena_append(&a, NULL, 0, &(uint32_t){0}, NULL, 0, 8); break;
    default: piece = arena_text(&a, NULL, 0);
    }
    ck_assert_ptr_nonnull(piece);
    arena_free(&a);
}
END_TEST

START_TEST(test_copies)
{
    struct arena a = {0};
    const uint32_t first[] = {1, 2, 3}, more[] = {4, 5};
    char text[] = "text and more";
    char *copy = arena_text(&a, text, 4);
    uint32_t cap = 0;
    uint32_t *list = arena_append(&a, NULL, 0, &cap, first, 3, sizeof *first);
    uint32_t *joined = arena_append(&a, list, 3, &cap, more, 2, sizeof *more);

    memset(text, '!', sizeof text - 1);
    ck_assert_str_eq(copy, "text");
    for (uint32_t i = 0; i < 5; i++)
        ck_assert_uint_eq(joined[i], i + 1);
    ck_assert_uint_ge(cap, 5);
    ck_assert_ptr_eq(joined, list); /* nothing was handed out since */
    (void)arena_alloc(&a, 8);
    joined = arena_append(&a, joined, 5, &cap, first, 3, sizeof *first);
    ck_assert_ptr_ne(joined, list); /* now it had to move */
    ck_assert_uint_eq(list[4], 5);  /* and the old piece stays */
    ck_assert_uint_ge(cap, 16);
    ck_assert_uint_eq(joined[5], 1);
    arena_free(&a);
    arena_free(&a); /* empty again, and may be freed again */
    ck_assert_str_eq(arena_text(&a, "x", 1), "x");
    arena_free(&a);
}
END_TEST

/* Items stay through all growth, and the array grows in big steps only. */
START_TEST(test_vec)
{
    struct {
        uint64_t *at;
        size_t n, cap;
    } v = {0};
    size_t moves = 0;

    for (uint64_t i = 0; i < 100000; i++) {
        size_t cap = v.cap;

        *VEC_ADD(&v) = i * i;
        moves += v.cap != cap;
        MUST(v.n == i + 1 && v.cap >= v.n);
    }
    for (uint64_t i = 0; i < 100000; i++)
        MUST(v.at[i] == i * i);
    ck_assert_uint_lt(moves, 40);
    free(v.at);
}
END_TEST

/* Items stay where room is made; there is no move up to what was asked for, and less changes nothing. */
START_TEST(test_vec_reserve)
{
    const size_t wanted[] = {1, 10, 1000, 1000000};
    struct {
        uint64_t *at;
        size_t n, cap;
    } v = {0};

    *VEC_ADD(&v) = 7;
    VEC_RESERVE(&v, wanted[_i]);
    ck_assert_uint_ge(v.cap, wanted[_i]);
    ck_assert(v.n == 1 && v.at[0] == 7);
    const uint64_t *place = v.at;
    for (size_t i = v.n; i < wanted[_i]; i++)
        *VEC_ADD(&v) = i;
    ck_assert_ptr_eq(v.at, place);
    VEC_RESERVE(&v, 0);
    ck_assert_ptr_eq(v.at, place);
    *VEC_ADD(&v) = 8;
    ck_assert(v.at[0] == 7 && v.at[v.n - 1] == 8);
    free(v.at);
}
END_TEST

/* Memory of all sizes, large ones too, is there to its last byte. */
START_TEST(test_whole)
{
    const size_t sizes[] = {0, 1, 65536, (2 << 20) - 1, 2 << 20, (5 << 20) + 3};
    unsigned char *at = xmalloc_whole(sizes[_i]);

    ck_assert(at && (uintptr_t)at % 16 == 0);
    memset(at, 0xa5, sizes[_i]);
    at = xrealloc(at, sizes[_i] + 100, 1);
    for (size_t i = 0; i < sizes[_i]; i++)
        MUST(at[i] == 0xa5);
    free(at);
}
END_TEST

START_TEST(test_xalloc)
{
    char *m = xmalloc(0), *c = xcalloc(0, 8), *d = xcalloc(8, 0), *r = xrealloc(NULL, 0, 5),
         *t = xmemdup0("a\0b", 3);
    unsigned char *zero = xcalloc(1000, 3);

    ck_assert(m && c && d && r);
    ck_assert(memcmp(t, "a\0b", 4) == 0);
    for (size_t i = 0; i < 3000; i++)
        MUST(zero[i] == 0);
    r = xrealloc(r, 100, 10);
    memset(r, 'x', 1000);
    r = xrealloc(r, 1, 10);
    ck_assert(memcmp(r, "xxxxxxxxxx", 10) == 0);
    r = xrealloc(r, 0, 10);
    ck_assert_ptr_nonnull(r);
    free(m);
    free(c);
    free(d);
    free(r);
    free(t);
    free(zero);
}
END_TEST

/* An overflow is memory out: status 3, or what the handler says; a handler that returns is no way out. */
START_TEST(test_overflow)
{
    xrealloc(NULL, SIZE_MAX / 2, 3);
}
END_TEST

static void handler_exits(void)
{
    _Exit(7);
}

START_TEST(test_handler)
{
    xalloc_on_failure(handler_exits);
    xrealloc(NULL, SIZE_MAX, SIZE_MAX);
}
END_TEST

static void handler_returns(void)
{
}

START_TEST(test_handler_returns)
{
    xalloc_on_failure(handler_returns);
    xrealloc(NULL, SIZE_MAX, 2);
}
END_TEST

START_TEST(test_vec_overflow)
{
    size_t cap = 0;

    vec_grow(NULL, SIZE_MAX / 4, &cap, 64);
}
END_TEST

START_TEST(test_reserve_overflow)
{
    size_t cap = 0;

    vec_reserve(NULL, 0, &cap, SIZE_MAX / 4, 64);
}
END_TEST

static Suite *arena_suite(void)
{
    Suite *s = suite_create("arena");
    TCase *t = new_case(s, "memory"), *out = new_case(s, "memory out");

    tcase_add_loop_test(t, test_pieces, 0, 4);
    tcase_add_loop_test(t, test_reserve, 0, 4);
    tcase_add_loop_test(t, test_nothing, 0, 4);
    tcase_add_test(t, test_copies);
    tcase_add_test(t, test_vec);
    tcase_add_loop_test(t, test_vec_reserve, 0, 4);
    tcase_add_loop_test(t, test_whole, 0, 6);
    tcase_add_test(t, test_xalloc);
    tcase_add_exit_test(out, test_overflow, 3);
    tcase_add_exit_test(out, test_vec_overflow, 3);
    tcase_add_exit_test(out, test_reserve_overflow, 3);
    tcase_add_exit_test(out, test_handler, 7);
    tcase_add_test_raise_signal(out, test_handler_returns, 6 /* SIGABRT */);
    return s;
}

int main(void)
{
    return run_suite(arena_suite());
}
