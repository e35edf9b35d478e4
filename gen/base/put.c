/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/put.h"

const char digit_pairs[201] = "00010203040506070809"
                              "10111213141516171819"
                              "20212223242526272829"
                              "30313233343536373839"
                              "40414243444546474849"
                              "50515253545556575859"
                              "60616263646566676869"
                              "70717273747576777879"
                              "80818283848586878889"
                              "90919293949596979899";

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
