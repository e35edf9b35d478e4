/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/number.h"

bool all_digits(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return n > 0;
}

bool decimal_parse(const char *text, size_t n, uint32_t *out)
{
    uint64_t value = 0;

    if (n == 0 || n > 10 || (n > 1 && text[0] == '0'))
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';

        if (digit > 9)
            return false;
        value = value * 10 + digit;
    }
    if (value > UINT32_MAX)
        return false;
    *out = (uint32_t)value;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool number_parse(const char *text, size_t n, uint32_t *out)
{
    uint32_t value = 0;

    if (n < 2 || text[0] != '0' || (text[1] | 0x20) != 'x')
        return decimal_parse(text, n, out);
    if (n < 3 || n > 10)
        return false;
    for (size_t i = 2; i < n; i++) {
        int digit = hex_digit(text[i]);

        if (digit < 0)
            return false;
        value = value << 4 | (uint32_t)digit;
    }
    *out = value;
    return true;
}
