/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a file has the bytes that it had, without keeping them. Against accidents, not against malice. */
#ifndef LBGEN_DIGEST_H
#define LBGEN_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest {
    uint64_t size, hash;
};

struct digest digest_of_text(const char *text, size_t len);

/* Whether it is this text's. */
bool digest_is_of(struct digest digest, const char *text, size_t len);

/* Of all that can be read from the descriptor from here to its end, in `size` at most: what is longer has
 * another digest than the whole. False with errno set when it can't be read. */
bool digest_of_file(int fd, uint64_t size, struct digest *out);

static inline bool digest_equal(struct digest a, struct digest b)
{
    return a.size == b.size && a.hash == b.hash;
}

#endif
