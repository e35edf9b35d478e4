/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Short texts put behind each other where the caller has seen to it that there is room (buf_place): each
 * takes the place to write to and returns the one behind what it wrote. No NUL is written. For lines that are
 * made by the hundred thousand; everywhere else a buf's own functions do. */
#ifndef LBGEN_PUT_H
#define LBGEN_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { PUT_DEC_MAX = 10, PUT_HEX_MAX = 10 }; /* the most bytes that a number takes */

static inline char *put_bytes(char *to, const void *data, size_t len)
{
    memcpy(to, data, len);
    return to + len;
}

/* A literal costs no strlen and is written in a few instructions. */
static inline char *put_str(char *to, const char *text)
{
    return put_bytes(to, text, strlen(text));
}

static inline char *put_char(char *to, char c)
{
    *to = c;
    return to + 1;
}

extern const char digit_pairs[201]; /* "00" to "99" */
char *put_dec_large(char *to, uint32_t value);

static inline char *put_dec(char *to, uint32_t value)
{
    if (value >= 1000)
        return put_dec_large(to, value);
    if (value < 10)
        return put_char(to, (char)('0' + value));
    if (value >= 100) {
        to = put_char(to, (char)('0' + value / 100));
        value %= 100;
    }
    return put_bytes(to, &digit_pairs[2 * value], 2);
}

/* The digits of numbers in base 16, lower case. */
extern const char hex_digits[17];

/* 0x50, lower case, no leading zeros */
char *put_hex(char *to, uint32_t value);

#endif
