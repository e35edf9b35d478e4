/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "lbgen/xt_address.h"

/* inet_pton for len bytes of text. */
static bool to_bytes(int af, const char *text, size_t len, void *bytes)
{
    char copy[INET6_ADDRSTRLEN];

    if (len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return inet_pton(af, copy, bytes) == 1;
}

int xt_address_family(const char *text)
{
    unsigned char bytes[16];
    size_t len = strcspn(text, "/");

    if (to_bytes(AF_INET, text, len, bytes))
        return 4;
    return to_bytes(AF_INET6, text, len, bytes) ? 6 : 0;
}

static void set_length(unsigned char *mask, size_t bits, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        size_t here = bits > 8 ? 8 : bits;

        mask[i] = (unsigned char)(0xff00u >> here);
        bits -= here;
    }
}

/* Decimal without a sign or leading zeros, at most 3 digits; -1 if it is not. */
static int decimal(const char *text)
{
    int value = 0;

    if (!*text || strlen(text) > 3 || (*text == '0' && text[1]))
        return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        value = value * 10 + (*text - '0');
    }
    return value;
}

static bool parse_mask(const struct xt_family *family, const char *text, size_t at, void *mask,
                       struct complaint *why)
{
    int bits = decimal(text), most = family->address_size * 8;

    if (bits >= 0 && bits <= most)
        set_length(mask, (size_t)bits, family->address_size);
    else if (!to_bytes(family->af, text, strlen(text), mask))
        return complain(why, at, strlen(text), "'%s' is no %s mask: a length of 0 to %d%s was expected", text,
                        family->name, most, family->number == 4 ? " or a dotted mask" : "");
    return true;
}

static bool no_address(const struct xt_family *family, const char *text, size_t len, struct complaint *why)
{
    if (!len)
        return complain(why, 0, strlen(text), "an address is missing");
    if (strcmp(text, "0/0") == 0 || strcmp(text, "any/0") == 0)
        return complain(
            why, 0, strlen(text),
            "'%s' is any address: leave it out, or write 0.0.0.0/0 or ::/0 for those of one family", text);
    if (strspn(text, "0123456789.") == len)
        return complain(why, 0, len,
                        "'%.*s' is no IPv4 address: four decimal numbers without leading zeros were expected",
                        (int)len, text);
    if (memchr(text, ':', len))
        return complain(why, 0, len, "'%.*s' is no %s address", (int)len, text,
                        family->number == 4 ? "IPv4 or IPv6" : family->name);
    return complain(why, 0, len, "host names are not looked up; write the address");
}

bool xt_address_parse(const struct xt_family *family, const char *text, void *address, void *mask,
                      struct complaint *why)
{
    size_t len = strcspn(text, "/");
    unsigned char *a = address, *m = mask;

    /* iptables makes several rules of one then; what is read here is one. */
    if (strchr(text, ','))
        return complain(why, 0, strlen(text), "more than one address: write one rule for each address");
    if (!to_bytes(family->af, text, len, a))
        return no_address(family, text, len, why);
    set_length(m, family->address_size * 8u, family->address_size);
    if (text[len] && !parse_mask(family, text + len + 1, len + 1, m, why))
        return false;
    for (size_t i = 0; i < family->address_size; i++)
        a[i] &= m[i];
    return true;
}

int xt_mask_length(const struct xt_family *family, const void *mask)
{
    unsigned char full[16];
    const unsigned char *m = mask;
    int bits = 0;

    for (size_t i = 0; i < family->address_size; i++)
        bits += __builtin_popcount(m[i]);
    set_length(full, (size_t)bits, family->address_size);
    return memcmp(full, m, family->address_size) ? -1 : bits;
}
