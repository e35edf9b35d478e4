/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>

#include "lbgen/utf8.h"

static size_t length_by_first(unsigned char first)
{
    return first < 0x80                    ? 1
           : first >= 0xc2 && first < 0xe0 ? 2
           : (first & 0xf0) == 0xe0        ? 3
           : first >= 0xf0 && first < 0xf5 ? 4
                                           : 0;
}

size_t utf8_length(const char *text, size_t left)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t n = length_by_first(p[0]);

    if (n == 0 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
        (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

void utf8_mend(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = utf8_length(text + i, len - i);

        if (n)
            buf_add(out, text + i, n);
        else
            buf_str(out, "\xef\xbf\xbd");
        i += n ? n : 1;
    }
}

/* Of ASCII, and those of ISO 6429 behind it, which some terminals obey too. */
static bool is_control(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    return p[0] < 0x20 || p[0] == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0);
}

bool utf8_turns_text(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    return p[0] == 0xe2 &&
           ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) || (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

void utf8_show(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = utf8_length(text + i, len - i);

        if (n && !is_control(text + i) && !utf8_turns_text(text + i))
            buf_add(out, text + i, n);
        else
            buf_char(out, '?');
        i += n ? n : 1;
    }
}
