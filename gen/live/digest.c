/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <unistd.h>

#include "lbgen/digest.h"
#include "lbgen/image.h"

enum { PIECE = 64 * 1024 };

/* A text is hashed in pieces of one size, so that a file is hashed as it is read. */
static void add_piece(struct digest *d, const char *piece, size_t len)
{
    d->hash = image_hash(d->hash, piece, len);
    d->size += len;
}

struct digest digest_of_text(const char *text, size_t len)
{
    struct digest d = {0};

    for (size_t at = 0; at < len; at += PIECE)
        add_piece(&d, text + at, len - at < PIECE ? len - at : PIECE);
    return d;
}

bool digest_is_of(struct digest digest, const char *text, size_t len)
{
    return digest_equal(digest, digest_of_text(text, len));
}

/* As much as fits, or as there is; -1 with errno set on failure. */
static ssize_t read_piece(int fd, char *to, size_t room)
{
    size_t have = 0;

    while (have < room) {
        ssize_t got = read(fd, to + have, room - have);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

bool digest_of_file(int fd, uint64_t size, struct digest *out)
{
    char piece[PIECE];

    *out = (struct digest){0};
    for (;;) {
        ssize_t got = read_piece(fd, piece, sizeof piece);

        if (got < 0)
            return false;
        if (got > 0)
            add_piece(out, piece, (size_t)got);
        if ((size_t)got < sizeof piece || out->size > size)
            return true;
    }
}
