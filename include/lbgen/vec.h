/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Growing arrays: any struct with members `at` (the items), `n` (how many) and `cap` (how many fit).
 *
 *     struct { struct prefix *at; size_t n, cap; } v = {0};
 *     *VEC_ADD(&v) = some_prefix;
 *     free(v.at);
 */
#ifndef LBGEN_VEC_H
#define LBGEN_VEC_H

#include <stddef.h>

/* Room for one item more than `n`: the (perhaps moved) array; *cap is updated. Grows by half, so n pushes are
 * O(n). */
void *vec_grow(void *at, size_t n, size_t *cap, size_t item_size);

/* Room for `wanted` items in all, of which the first n are kept; they will all be there. */
void *vec_reserve(void *at, size_t n, size_t *cap, size_t wanted, size_t item_size);

#define VEC_RESERVE(v, wanted) ((v)->at = vec_reserve((v)->at, (v)->n, &(v)->cap, (wanted), sizeof *(v)->at))

/* A pointer to a new, uninitialised last item; valid until the next VEC_ADD. */
#define VEC_ADD(v)                                                                                           \
    ((v)->at = (v)->n < (v)->cap ? (v)->at : vec_grow((v)->at, (v)->n, &(v)->cap, sizeof *(v)->at),          \
     &(v)->at[(v)->n++])

#endif
