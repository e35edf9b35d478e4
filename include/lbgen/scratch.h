/* SPDX-License-Identifier: GPL-2.0-or-later */
/* New rules tried out in a network namespace of their own before the live tables are touched: the kernel
 * itself says whether it takes them. */
#ifndef LBGEN_SCRATCH_H
#define LBGEN_SCRATCH_H

#include "lbgen/live.h"

/* Makes what is to be tried, in the child, inside the namespace (sets that rules name are there as stubs). */
typedef bool (*scratch_build_fn)(void *ctx, enum family family, struct image *out, struct complaint *why);

/* Leaves for a network namespace of its own (and a user namespace where that is needed); for a child. */
bool scratch_enter(struct complaint *why);

enum scratch_result {
    SCRATCH_GOOD,
    SCRATCH_REFUSED,    /* by the kernel, or it came back changed: *why says how */
    SCRATCH_UNAVAILABLE /* no namespace can be had: *why says why */
};

/* Loads both families in a child with a network namespace of its own (and a user namespace where that is
 * needed) and reads them back. sets: names of ipsets that the rules ask for, for each a stub is made. The
 * child is ended after `seconds`. */
enum scratch_result scratch_try(const struct live_backend *backend, scratch_build_fn build, void *ctx,
                                const char *const *sets, size_t n_sets, unsigned seconds,
                                struct complaint *why);

#endif
