/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum { HUGE_PAGE = 2 << 20, PREFAULT_MIN = 64 * 1024, LARGE = 1024 * 1024 };

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

void xprefault(void *at, size_t bytes)
{
#ifdef MADV_POPULATE_WRITE
    size_t page = (size_t)sysconf(_SC_PAGESIZE), skip = (page - (uintptr_t)at % page) % page;

    /* A kernel before 5.14 does not know how and says so; no harm is done. */
    if (bytes >= HUGE_PAGE)
        madvise((char *)at + skip, (bytes - skip) / page * page, MADV_HUGEPAGE);
    if (bytes >= PREFAULT_MIN)
        madvise((char *)at + skip, (bytes - skip) / page * page, MADV_POPULATE_WRITE);
#else
    (void)at;
    (void)bytes;
#endif
}

void *xmalloc_whole(size_t bytes)
{
    void *at;

    if (bytes < HUGE_PAGE)
        at = xmalloc(bytes);
    else if (posix_memalign(&at, HUGE_PAGE, bytes) != 0)
        at = checked(NULL);
    xprefault(at, bytes);
    return at;
}

void *vec_reserve(void *at, size_t n, size_t *cap, size_t wanted, size_t item_size)
{
    size_t bytes;

    if (wanted <= *cap)
        return at;
    if (__builtin_mul_overflow(wanted, item_size, &bytes))
        checked(NULL);
    char *larger = xmalloc_whole(bytes);
    if (n)
        memcpy(larger, at, n * item_size);
    free(at);
    *cap = wanted;
    return larger;
}

void *vec_grow(void *at, size_t n, size_t *cap, size_t item_size)
{
    if (n * item_size < LARGE) {
        *cap = n + n / 2 + 8;
        return xrealloc(at, *cap, item_size);
    }
    /* A large array grows where it lies (mremap), so small steps cost little, and memory that is never used
     * less. */
    *cap = n + n / 8 + 8;
    char *moved = xrealloc(at, *cap, item_size);
    xprefault(moved + n * item_size, (*cap - n) * item_size);
    return moved;
}
