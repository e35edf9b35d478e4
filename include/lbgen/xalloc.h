/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that is there, or the program ends: every other failure returns, this one does not. */
#ifndef LBGEN_XALLOC_H
#define LBGEN_XALLOC_H

#include <stddef.h>

/* Called when memory is out; must not return (if it does, abort() follows). main sets it; the default prints
 * nothing and exits with status 3. */
void xalloc_on_failure(void (*handler)(void));

/* None of these returns NULL, a request for 0 bytes included. Overflow of n * size counts as memory out. */
void *xmalloc(size_t bytes) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *old, size_t n, size_t size) __attribute__((returns_nonnull));

/* Memory that will be used to its end: where it is large, the kernel makes all its pages at once, and large
 * ones where it has such. */
void *xmalloc_whole(size_t bytes) __attribute__((malloc, returns_nonnull));

/* Has the kernel make all pages of a large piece of memory at once, which costs less than one by one at the
 * first touch of each. For what will be used to its end; small pieces are left alone. */
void xprefault(void *at, size_t bytes);

/* A copy of `len` bytes of `text`, closed with a NUL. The caller frees it. */
char *xmemdup0(const char *text, size_t len) __attribute__((malloc, returns_nonnull));

#endif
