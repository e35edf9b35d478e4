/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/tree_chain.h"

/* Six bits of the 132 that a name has, from number `at` on: the prefix's bits, a 1, then 0s. */
static unsigned six_bits(const struct prefix *p, unsigned at)
{
    unsigned bits = 0;

    for (unsigned i = at; i < at + 6; i++) {
        const uint64_t half = i < 64 ? p->first.high : p->first.low;
        const unsigned bit = i < p->len ? (unsigned)(half >> (63 - i % 64)) & 1 : i == p->len;

        bits = bits << 1 | bit;
    }
    return bits;
}

static char *put_base64url(char *to, const struct prefix *p)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    for (unsigned at = 0; at <= 128; at += 6)
        *to++ = digits[six_bits(p, at)];
    return to;
}

static char *put_number(char *to, unsigned n)
{
    if (n >= 100)
        *to++ = (char)('0' + n / 100);
    if (n >= 10)
        *to++ = (char)('0' + n / 10 % 10);
    *to++ = (char)('0' + n % 10);
    return to;
}

static char *put_ipv4(char *to, const struct prefix *p)
{
    for (int shift = 56; shift >= 32; shift -= 8) {
        to = put_number(to, p->first.high >> shift & 255);
        *to++ = shift > 32 ? '.' : '/';
    }
    return put_number(to, p->len);
}

struct chain_name tree_chain(const struct prefix *p)
{
    struct chain_name chain = {"lbgen-"};
    char *to = chain.text + strlen(chain.text);

    *(p->family == IPV4 ? put_ipv4(to, p) : put_base64url(to, p)) = '\0';
    return chain;
}
