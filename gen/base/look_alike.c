/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdio.h>

#include "lbgen/look_alike.h"
#include "lbgen/utf8.h"

static const struct {
    const char *name, *advice;
    uint16_t first, last;
    bool unseen;
} look_alikes[] = {
    {"a no-break space", "write a blank", 0x00a0, 0x00a0, true},
    {"a typographic quote", "write \" or nothing", 0x00ab, 0x00ab, false},
    {"a soft hyphen", "take it out", 0x00ad, 0x00ad, true},
    {"a typographic quote", "write \" or nothing", 0x00bb, 0x00bb, false},
    {"a typographic space", "write a blank", 0x2000, 0x200a, true},
    {"a character that is not seen", "take it out", 0x200b, 0x200f, true},
    {"a typographic hyphen", "write -", 0x2010, 0x2011, false},
    {"a figure dash", "write -", 0x2012, 0x2012, false},
    {"an en dash", "write -", 0x2013, 0x2013, false},
    {"an em dash", "write - or --", 0x2014, 0x2015, false},
    {"a typographic quote", "write \" or nothing", 0x2018, 0x201f, false},
    {"a line separator", "begin a new line", 0x2028, 0x2029, false},
    {"a character that turns text", "take it out", 0x202a, 0x202e, true},
    {"a no-break space", "write a blank", 0x202f, 0x202f, true},
    {"a character that is not seen", "take it out", 0x2060, 0x2064, true},
    {"a character that turns text", "take it out", 0x2066, 0x2069, true},
    {"a minus sign", "write -", 0x2212, 0x2212, false},
    {"a wide blank", "write a blank", 0x3000, 0x3000, true},
    {"a byte order mark", "take it out", 0xfeff, 0xfeff, true},
};

/* All of them have two or three bytes; 0 otherwise. */
static unsigned code_point(const char *text, size_t n)
{
    const unsigned char *p = (const unsigned char *)text;

    return n == 2   ? (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu)
           : n == 3 ? (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu)
                    : 0;
}

/* U+FF01..U+FF5E are printable ASCII in the width of Chinese and Japanese characters. */
static bool is_wide(unsigned c, struct look_alike *out)
{
    const unsigned plain = c - 0xff01 + '!';

    if (c < 0xff01 || plain > '~')
        return false;
    snprintf(out->text, sizeof out->text, "here stands a wide %c (U+%04X): write %c", (int)plain, c,
             (int)plain);
    return true;
}

static bool is_look_alike(unsigned c, struct look_alike *out)
{
    for (size_t i = 0; i < sizeof look_alikes / sizeof *look_alikes; i++)
        if (c >= look_alikes[i].first && c <= look_alikes[i].last) {
            out->unseen = look_alikes[i].unseen;
            snprintf(out->text, sizeof out->text, "here stands %s (U+%04X): %s", look_alikes[i].name, c,
                     look_alikes[i].advice);
            return true;
        }
    return is_wide(c, out);
}

bool look_alike_find(const char *text, size_t n, struct look_alike *out)
{
    for (size_t i = 0; i < n;) {
        size_t len = utf8_length(text + i, n - i);

        *out = (struct look_alike){.at = i, .len = len};
        if (len > 1 && is_look_alike(code_point(text + i, len), out))
            return true;
        i += len ? len : 1;
    }
    *out = (struct look_alike){0};
    return false;
}

void look_alike_note(struct diag *d, srcpos at, const char *text, size_t n)
{
    struct look_alike found;

    if (look_alike_find(text, n, &found))
        diag_note(d, at + (srcpos)found.at, "%s", found.text);
}
