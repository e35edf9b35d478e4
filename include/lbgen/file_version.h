/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which file lies under a name, and what is in it. */
#ifndef LBGEN_FILE_VERSION_H
#define LBGEN_FILE_VERSION_H

#include <stdbool.h>
#include <stdint.h>

#include "lbgen/complaint.h"
#include "lbgen/digest.h"

/* Of a regular file; zero where there is none. */
struct file_version {
    bool exists;
    uint64_t dev, ino;
    struct digest digest;
};

/* Reads the file; no link is followed. False, with the reason, where something else lies there, or it can't
 * be read. */
bool file_version_read(int folder, const char *name, struct file_version *out, struct complaint *why);

/* The same of an open file, from its beginning. */
bool file_version_of(int fd, struct file_version *out, struct complaint *why);

/* Whether this very file, in whatever state, lies there. */
bool file_version_is_at(int folder, const char *name, const struct file_version *v);

static inline bool file_version_same_file(const struct file_version *a, const struct file_version *b)
{
    return a->exists && b->exists && a->dev == b->dev && a->ino == b->ino;
}

/* Both the same file with the same bytes, or both none. */
static inline bool file_version_equal(const struct file_version *a, const struct file_version *b)
{
    return a->exists == b->exists &&
           (!a->exists || (file_version_same_file(a, b) && digest_equal(a->digest, b->digest)));
}

#endif
