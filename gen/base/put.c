/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/put.h"

char *put_dec_large(char *to, uint32_t value)
{
    size_t n = 1;

    for (uint64_t power = 10; value >= power; power *= 10)
        n++;
    for (size_t i = n; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + n;
}

const char hex_digits[17] = "0123456789abcdef";

char *put_hex(char *to, uint32_t value)
{
    size_t n = 1;

    while (n < 2 * sizeof value && value >> 4 * n)
        n++;
    to = put_str(to, "0x");
    for (size_t i = n; i-- > 0; value >>= 4)
        to[i] = hex_digits[value & 15];
    return to + n;
}
