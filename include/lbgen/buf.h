/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one thing a writer writes to: text that collects in memory and, where a flush function is set, leaves
 * in large pieces. Writers never see errors: the first one sticks in the buffer and everything after it is
 * dropped. */
#ifndef LBGEN_BUF_H
#define LBGEN_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Takes all of data[0..len); returns 0, or an errno value. */
typedef int (*buf_flush_fn)(void *ctx, const char *data, size_t len);

/* Zero-initialise for a buffer that keeps everything; set flush (and ctx) for one that streams. */
struct buf {
    char *at;
    size_t len, cap;
    buf_flush_fn flush;
    void *ctx;
    int error; /* 0, or the errno value of the first flush that failed */
};

/* Room for `more` bytes behind what is there; for the functions below, which are inline since a rule set is
 * made of hundreds of small pieces a service. */
char *buf_room(struct buf *b, size_t more) __attribute__((returns_nonnull));

/* The same, for a writer that puts its bytes there itself and adds their number to b->len. */
static inline char *buf_place(struct buf *b, size_t more)
{
    return b->cap - b->len >= more && b->at ? b->at + b->len : buf_room(b, more);
}

static inline void buf_add(struct buf *b, const void *data, size_t len)
{
    if (len == 0)
        return;
    memcpy(buf_place(b, len), data, len);
    b->len += len;
}

static inline void buf_str(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

static inline void buf_char(struct buf *b, char c)
{
    *buf_place(b, 1) = c;
    b->len++;
}

void buf_dec(struct buf *b, uint32_t value);
void buf_hex(struct buf *b, uint32_t value); /* 0x50, lower case, no leading zeros */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Sends out what is left (a streaming buffer) and returns the sticky error, 0 when all is well. */
int buf_finish(struct buf *b);

/* The text so far, closed with a NUL that does not count; valid until the next call. Not for streaming
 * buffers. */
const char *buf_text(struct buf *b);

/* Frees the memory; the buffer is empty and usable afterwards. What was not flushed is lost. */
void buf_free(struct buf *b);

/* A flush function: ctx points to an int, a file descriptor. Short writes and EINTR are handled. */
int buf_flush_fd(void *fd, const char *data, size_t len);

#endif
