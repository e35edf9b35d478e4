/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/number.h"
#include "lbgen/port_names.h"
#include "lbgen/ports.h"

static bool port_in_range(const char *text, size_t n, uint16_t *out, struct complaint *why)
{
    uint32_t port;
    int shown = n > 40 ? 40 : (int)n;

    if (n > 1 && text[0] == '0')
        return complain(why, 0, n,
                        "port %.*s has a leading zero, which some programs read as octal: write it without",
                        shown, text);
    if (!decimal_parse(text, n, &port) || port < 1 || port > UINT16_MAX)
        return complain(why, 0, n, "port %.*s is not in 1..65535", shown, text);
    *out = (uint16_t)port;
    return true;
}

bool port_parse(const char *text, size_t n, uint16_t *out, struct complaint *why)
{
    if (n == 0)
        return complain(why, 0, 0, "a port is expected");
    if (all_digits(text, n))
        return port_in_range(text, n, out, why);
    if (port_name_find(text, n, out))
        return true;
    if (text[0] == '-' || text[0] == '+')
        return complain(why, 0, n, "a port is a decimal number without a sign");
    return complain(why, 0, n, "'%.*s' is no port 1..65535 and no name in /etc/services",
                    n > 40 ? 40 : (int)n, text);
}

static bool is_port(const char *text, size_t n)
{
    struct complaint ignored;
    uint16_t port;

    return port_parse(text, n, &port, &ignored);
}

/* The `:` or `-` between the ends of a range, or NULL. Names have dashes too: of several dashes the one
 * counts that has a port on both sides, and where there is no such, the last. */
static const char *range_mark(const char *text, size_t n)
{
    const char *colon = memchr(text, ':', n), *dash = NULL;

    for (const char *p = text; !colon && (p = memchr(p, '-', n - (size_t)(p - text))); p++) {
        dash = p;
        if (is_port(text, (size_t)(p - text)) && is_port(p + 1, n - (size_t)(p - text) - 1))
            break;
    }
    return colon ? colon : dash;
}

/* A good port that is written as a number. */
static bool plain_port(const char *text, size_t n, uint16_t *out)
{
    uint32_t port = 0;

    if (n == 0 || n > 5 || text[0] == '0')
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';

        if (digit > 9)
            return false;
        port = port * 10 + digit;
    }
    *out = (uint16_t)port;
    return port <= UINT16_MAX;
}

/* Apart, so that its large frame is no burden of plain numbers. */
__attribute__((noinline)) static bool parse_other(const char *text, size_t n, struct port_range *out,
                                                  struct complaint *why)
{
    if (n == 3 && memcmp(text, "any", 3) == 0) {
        *out = PORTS_ANY;
        return true;
    }
    const char *mark = range_mark(text, n);
    if (!mark || (!memchr(text, ':', n) && port_name_find(text, n, &out->low))) {
        bool good = port_parse(text, n, &out->low, why);
        out->high = out->low;
        return good;
    }
    size_t left = (size_t)(mark - text), right = n - left - 1;
    if (left == 0 || right == 0)
        return complain(why, 0, n, "the range '%.*s' is open: write both ends, such as %.*s:%.*s",
                        n > 40 ? 40 : (int)n, text, left ? (int)left : 1, left ? text : "1",
                        right ? (int)right : 5, right ? mark + 1 : "65535");
    if (!port_parse(text, left, &out->low, why))
        return false;
    if (!port_parse(mark + 1, right, &out->high, why)) {
        why->at += left + 1;
        return false;
    }
    if (out->low > out->high)
        return complain(why, 0, n, "the range is reversed: write %u:%u", out->high, out->low);
    return true;
}

bool ports_parse(const char *text, size_t n, struct port_range *out, struct complaint *why)
{
    if (!plain_port(text, n, &out->low))
        return parse_other(text, n, out, why);
    out->high = out->low;
    return true;
}
