/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all suites share: main, tables, numbers by chance that are the same in every run. */
#ifndef CHECK_UTIL_H
#define CHECK_UTIL_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define N_OF(a) ((int)(sizeof(a) / sizeof *(a)))

/* A text and its length, a NUL in the middle included. */
#define TEXT(t) t, sizeof(t) - 1

enum { PATIENCE = 60 /* seconds for one test, sanitizers included */ };

/* A suite that ran nothing has failed. */
static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);

    srunner_run_all(runner, CK_ENV);
    int ran = srunner_ntests_run(runner), failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return ran > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A case of the suite, patient. */
static inline TCase *new_case(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);

    tcase_set_timeout(tcase, PATIENCE);
    suite_add_tcase(suite, tcase);
    return tcase;
}

/* ck_assert for inner loops, since check notes every ck_assert that holds in a file, which is slow; and for
 * processes that have closed that file. */
#define MUST(condition)                                                                                      \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            ck_abort_msg("%s", "not so: " #condition);                                                       \
    } while (0)

/* xorshift64* (Vigna); never seed with 0. */
struct chance {
    uint64_t state;
};

static inline uint32_t chance_bits(struct chance *c)
{
    c->state ^= c->state >> 12;
    c->state ^= c->state << 25;
    c->state ^= c->state >> 27;
    return (uint32_t)(c->state * 0x2545f4914f6cdd1dU >> 32);
}

/* 0..n-1 */
static inline uint32_t chance_below(struct chance *c, uint32_t n)
{
    return (uint32_t)((uint64_t)chance_bits(c) * n >> 32);
}

/* True once in n. */
static inline bool chance_one_in(struct chance *c, uint32_t n)
{
    return chance_below(c, n) == 0;
}

/* A copy without a NUL behind it, so that a sanitizer sees a step too far; free it. */
static inline char *exact_copy(const char *text, size_t n)
{
    char *copy = calloc(n ? n : 1, 1);

    MUST(copy);
    if (n)
        memcpy(copy, text, n);
    return copy;
}

#endif
