/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lbgen/buf.h"
#include "lbgen/put.h"
#include "lbgen/xalloc.h"

enum { STREAM_PIECE = 64 * 1024 };

static void flush_out(struct buf *b)
{
    if (!b->error && b->len)
        b->error = b->flush(b->ctx, b->at, b->len);
    b->len = 0;
}

char *buf_room(struct buf *b, size_t more)
{
    if (b->at && b->cap - b->len >= more)
        return b->at + b->len;
    if (b->flush) {
        flush_out(b);
        if (b->at && b->cap >= more)
            return b->at;
    }
    size_t want = b->len + more;
    b->cap = want > STREAM_PIECE / 2 ? want + want / 2 : b->flush ? STREAM_PIECE : want * 2;
    b->at = xrealloc(b->at, b->cap, 1);
    return b->at + b->len;
}

void buf_dec(struct buf *b, uint32_t value)
{
    char *to = buf_place(b, PUT_DEC_MAX);

    b->len += (size_t)(put_dec(to, value) - to);
}

void buf_hex(struct buf *b, uint32_t value)
{
    char *to = buf_place(b, PUT_HEX_MAX);

    b->len += (size_t)(put_hex(to, value) - to);
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
    va_list again;

    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len <= 0)
        return;
    vsnprintf(buf_room(b, (size_t)len + 1), (size_t)len + 1, format, args);
    b->len += (size_t)len;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

int buf_finish(struct buf *b)
{
    if (b->flush)
        flush_out(b);
    return b->error;
}

const char *buf_text(struct buf *b)
{
    *buf_room(b, 1) = '\0';
    return b->at;
}

void buf_free(struct buf *b)
{
    free(b->at);
    b->at = NULL;
    b->len = b->cap = 0;
}

int buf_flush_fd(void *fd, const char *data, size_t len)
{
    while (len) {
        ssize_t done = write(*(int *)fd, data, len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return errno;
        data += done;
        len -= (size_t)done;
    }
    return 0;
}
