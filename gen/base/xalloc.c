/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

static void end_quietly(void)
{
    _Exit(3);
}

static void (*on_failure)(void) = end_quietly;

void xalloc_on_failure(void (*handler)(void))
{
    on_failure = handler;
}

static void *checked(void *p)
{
    if (!p) {
        on_failure();
        abort();
    }
    return p;
}

void *xmalloc(size_t bytes)
{
    return checked(malloc(bytes ? bytes : 1));
}

void *xcalloc(size_t n, size_t size)
{
    return checked(calloc(n ? n : 1, size ? size : 1));
}

void *xrealloc(void *old, size_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes))
        checked(NULL);
    return checked(realloc(old, bytes ? bytes : 1));
}

char *xmemdup0(const char *text, size_t len)
{
    char *copy = xmalloc(len + 1);

    if (len)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

void *vec_grow(void *at, size_t n, size_t *cap, size_t item_size)
{
    *cap = n + n / 2 + 8;
    return xrealloc(at, *cap, item_size);
}
