/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chance that comes again: a seed gives the same numbers everywhere (xorshift64*). */
#ifndef LBGEN_TESTS_CHANCE_H
#define LBGEN_TESTS_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static uint64_t state; /* the seed, never 0 */

/* 0 to n - 1. */
static inline uint32_t below(uint32_t n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((uint64_t)(uint32_t)(state * 0x2545f4914f6cdd1dU >> 32) * n >> 32);
}

static inline bool one_in(uint32_t n)
{
    return below(n) == 0;
}

/* One of the words, of which NULL is the end. */
static inline const char *pick(const char *const *words)
{
    uint32_t n = 0;

    while (words[n])
        n++;
    return words[below(n)];
}

#define PICK(...) pick((const char *const[]){__VA_ARGS__, NULL})

#endif
