/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * no_memory.so, for LD_PRELOAD: memory is not to be had.
 *
 *     NO_MEMORY_AT=N      the Nth request of a process fails (a child goes on with its parent's count)
 *     NO_MEMORY_EVER=1    and so does each later one
 *     NO_MEMORY_COUNT=FD  each process writes its number of requests and a newline there when it exits
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static long count, at = -1;
static bool ever, ready;

static void get_ready(void)
{
    const char *text = getenv("NO_MEMORY_AT");

    at = text ? atol(text) : 0;
    ever = getenv("NO_MEMORY_EVER") != NULL;
    ready = true;
}

static bool fails(void)
{
    if (!ready)
        get_ready();
    count++;
    if (at <= 0 || (ever ? count < at : count != at))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return fails() ? NULL : __libc_realloc(old, bytes);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *p = fails() ? NULL : __libc_memalign(alignment, size);

    if (!p)
        return ENOMEM;
    *out = p;
    return 0;
}

__attribute__((destructor)) static void tell(void)
{
    const char *fd = getenv("NO_MEMORY_COUNT");
    char text[32];
    int n = fd ? snprintf(text, sizeof text, "%ld\n", count) : 0;

    if (n > 0 && write(atoi(fd), text, (size_t)n) < 0)
        return;
}
