/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "lbgen/device.h"
#include "lbgen/put.h"

bool interface_parse(const char *text, size_t n, struct interface *out, struct complaint *why)
{
    int shown = n > 40 ? 40 : (int)n;

    if (n < 1 || n > INTERFACE_MAX)
        return complain(why, 0, n, "interface '%.*s' has %zu bytes; 1 to %d are allowed", shown, text, n,
                        INTERFACE_MAX);
    for (size_t i = 0; i < n; i++) {
        if (strchr("/!:*\"", text[i]) || (unsigned char)text[i] <= ' ' || text[i] == 0x7f)
            return complain(why, i, 1, "an interface name has no blank and no / ! : * \"");
        if (text[i] == '+' && i + 1 < n)
            return complain(why, i, 1, "+ (all interfaces that begin so) stands only at the end of a name");
    }
    memset(out, 0, sizeof *out);
    if (n > 1 || text[0] != '+')
        memcpy(out->name, text, n);
    return true;
}

bool interface_overlaps(const struct interface *a, const struct interface *b)
{
    size_t a_len = strlen(a->name), b_len = strlen(b->name);
    bool a_open = a_len == 0 || a->name[a_len - 1] == '+';
    bool b_open = b_len == 0 || b->name[b_len - 1] == '+';

    a_len -= a_open && a_len;
    b_len -= b_open && b_len;
    if (!a_open && !b_open)
        return a_len == b_len && memcmp(a->name, b->name, a_len) == 0;
    size_t common = a_len < b_len ? a_len : b_len;
    if (memcmp(a->name, b->name, common) != 0)
        return false;
    return (a_open && b_open) || (a_open ? a_len <= b_len : b_len <= a_len);
}

static int hex(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

bool mac_parse(const char *text, size_t n, struct mac *out, struct complaint *why)
{
    bool good = n == 17;

    for (size_t i = 0; good && i < n; i++)
        good = i % 3 == 2 ? text[i] == ':' : isxdigit((unsigned char)text[i]);
    if (!good)
        return complain(why, 0, n, "a MAC address is six pairs of hex digits: 52:54:00:12:34:56");
    for (size_t i = 0; i < 6; i++)
        out->byte[i] = (uint8_t)(hex(text[i * 3]) << 4 | hex(text[i * 3 + 1]));
    return true;
}

char *mac_put(char *to, const struct mac *m)
{
    for (size_t i = 0; i < 6; i++) {
        if (i)
            to = put_char(to, ':');
        to = put_char(to, hex_digits[m->byte[i] >> 4]);
        to = put_char(to, hex_digits[m->byte[i] & 15]);
    }
    return to;
}

void mac_print(struct buf *out, const struct mac *m)
{
    char *to = buf_place(out, MAC_TEXT);

    out->len += (size_t)(mac_put(to, m) - to);
}
