/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "lbgen/number.h"
#include "lbgen/prefix.h"
#include "lbgen/put.h"
#include "lbgen/words.h"

enum { TEXT_MAX = 63 }; /* longest inet_pton form is 45 bytes */

static uint64_t load_big_endian(const unsigned char *p)
{
    uint64_t value = 0;

    for (size_t i = 0; i < 8; i++)
        value = value << 8 | p[i];
    return value;
}

static void store_big_endian(unsigned char *p, uint64_t value)
{
    for (int i = 7; i >= 0; i--, value >>= 8)
        p[i] = (unsigned char)value;
}

/* Four numbers without leading zeros, as inet_pton has it; there may be a million of them. */
static bool ipv4_parse(const char *text, size_t n, struct prefix *out)
{
    uint32_t address = 0, octet = 0;
    bool has_digit = false;
    int dots = 0;

    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';

        if (digit <= 9) {
            if (has_digit && octet == 0)
                return false;
            octet = octet * 10 + digit;
            if (octet > 255)
                return false;
            has_digit = true;
        } else if (text[i] == '.' && has_digit && dots < 3) {
            address = address << 8 | octet;
            octet = 0;
            has_digit = false;
            dots++;
        } else {
            return false;
        }
    }
    *out = (struct prefix){.family = IPV4, .len = 32};
    out->first.high = (uint64_t)(address << 8 | octet) << 32;
    return dots == 3 && has_digit;
}

static bool ipv6_parse(const char *text, size_t n, struct prefix *out)
{
    char copy[TEXT_MAX + 1];
    unsigned char bytes[16];

    if (n > TEXT_MAX || memchr(text, '\0', n))
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    if (inet_pton(AF_INET6, copy, bytes) != 1)
        return false;
    *out = (struct prefix){.family = IPV6, .len = 128};
    out->first = (struct address){.high = load_big_endian(bytes), .low = load_big_endian(bytes + 8)};
    return true;
}

static bool address_parse(const char *text, size_t n, struct prefix *out)
{
    return ipv4_parse(text, n, out) || ipv6_parse(text, n, out);
}

static bool complain_of_host_bits(const struct prefix *p, const char *text, size_t n, struct complaint *why)
{
    struct buf address = {0}, network = {0}, size = {0};
    struct address mask = address_mask(p->len);
    struct prefix cut = *p;
    unsigned host_bits = family_ops[p->family].bits - p->len;

    cut.first.high &= mask.high;
    cut.first.low &= mask.low;
    address_print(&address, p->family, p->first);
    prefix_print(&network, &cut);
    if (host_bits < 32)
        buf_printf(&size, "%u", 1U << host_bits);
    else
        buf_printf(&size, "2^%u", host_bits);
    complain(why, 0, n, "%.*s has bits set behind its /%u: write %s, or %s for all %s", (int)n, text, p->len,
             buf_text(&address), buf_text(&network), buf_text(&size));
    buf_free(&address);
    buf_free(&network);
    buf_free(&size);
    return false;
}

/* Finds the address in `192.0.2.10:80`, `[2001:db8::5]` and `[2001:db8::5]:80`; false when it is none of
 * these. */
static bool address_of_a_socket(const char *text, size_t n, struct word *address)
{
    const bool in_brackets = n && text[0] == '[';
    const char *end = memchr(text, in_brackets ? ']' : ':', n);
    struct prefix p;

    if (!end || (in_brackets && end + 1 < text + n && end[1] != ':'))
        return false;
    *address = (struct word){.at = in_brackets, .len = (size_t)(end - text) - in_brackets};
    return address_parse(text + address->at, address->len, &p) && (p.family == IPV6) == in_brackets;
}

static bool complain_of_socket(const char *text, size_t n, struct word address, enum prefix_form form,
                               struct complaint *why)
{
    const int shown = (int)address.len;

    if (text[n - 1] == ']')
        return complain(why, 0, n, "an address is written without brackets here: %.*s", shown,
                        text + address.at);
    return complain(why, 0, n, "'%.*s' has a port: write %.*s%s", n > TEXT_MAX ? TEXT_MAX : (int)n, text,
                    shown, text + address.at,
                    form == ADDRESS_ONLY ? "" : "; a service's ports go into 'ports'");
}

static bool like_a_name(const char *text, size_t n)
{
    return n > 1 && (unsigned char)((text[0] | 0x20) - 'a') < 26 && !memchr(text, ':', n);
}

static bool has_leading_zero(const char *text, size_t n)
{
    return n > 1 && text[0] == '0' && all_digits(text, n);
}

/* Apart, so that its large frame is no burden of plain addresses. */
__attribute__((noinline)) static bool parse_other(const char *text, size_t n, enum prefix_form form,
                                                  struct prefix *out, struct complaint *why)
{
    const char *slash = memchr(text, '/', n);
    size_t address_len = slash ? (size_t)(slash - text) : n;
    uint32_t len;
    int shown = n > TEXT_MAX ? TEXT_MAX : (int)n;
    struct complaint ignored;
    uint8_t mask_len = 0;
    struct word address;

    if (slash && form == ADDRESS_ONLY)
        return complain(why, address_len, n - address_len, "one address is expected here, not a prefix");
    if (!address_parse(text, address_len, out)) {
        if (address_of_a_socket(text, n, &address))
            return complain_of_socket(text, n, address, form, why);
        if (memchr(text, '%', address_len))
            return complain(why, 0, n, "'%.*s' has a zone; addresses are written without", shown, text);
        return complain(why, 0, n, "'%.*s' is no IPv4 or IPv6 address%s%s", shown, text,
                        form == ADDRESS_OR_PREFIX ? " or prefix" : "",
                        like_a_name(text, n) ? "; names are not looked up" : "");
    }
    if (!slash)
        return true;
    if (memchr(slash, '.', n - address_len) &&
        netmask_parse(slash + 1, n - address_len - 1, &mask_len, &ignored))
        return complain(why, address_len + 1, n - address_len - 1, "write the mask as a length: /%u",
                        mask_len);
    if (has_leading_zero(slash + 1, n - address_len - 1))
        return complain(why, address_len + 1, n - address_len - 1,
                        "a prefix length is written without a leading zero");
    if (!decimal_parse(slash + 1, n - address_len - 1, &len) || len > family_ops[out->family].bits)
        return complain(why, address_len + 1, n - address_len - 1, "a prefix length of %s is 0..%u",
                        family_ops[out->family].name, family_ops[out->family].bits);
    out->len = (uint8_t)len;
    struct address mask = address_mask(out->len);
    if ((out->first.high & ~mask.high) || (out->first.low & ~mask.low))
        return complain_of_host_bits(out, text, n, why);
    return true;
}

bool prefix_parse(const char *text, size_t n, enum prefix_form form, struct prefix *out,
                  struct complaint *why)
{
    return ipv4_parse(text, n, out) || parse_other(text, n, form, out, why);
}

static char *put_ipv4(char *to, uint64_t high)
{
    for (int shift = 56; shift > 32; shift -= 8)
        to = put_char(put_dec(to, high >> shift & 255), '.');
    return put_dec(to, high >> 32 & 255);
}

static char *put_ipv6(char *to, struct address a)
{
    unsigned char bytes[16];

    store_big_endian(bytes, a.high);
    store_big_endian(bytes + 8, a.low);
    return to + strlen(inet_ntop(AF_INET6, bytes, to, INET6_ADDRSTRLEN));
}

char *address_put(char *to, enum family family, struct address a)
{
    return family == IPV4 ? put_ipv4(to, a.high) : put_ipv6(to, a);
}

void address_print(struct buf *out, enum family family, struct address a)
{
    char *to = buf_place(out, INET6_ADDRSTRLEN);

    out->len += (size_t)(address_put(to, family, a) - to);
}

char *prefix_put(char *to, const struct prefix *p)
{
    to = address_put(to, p->family, p->first);
    return put_dec(put_char(to, '/'), p->len);
}

void prefix_print(struct buf *out, const struct prefix *p)
{
    char *to = buf_place(out, PREFIX_TEXT_MAX);

    out->len += (size_t)(prefix_put(to, p) - to);
}

int address_compare(struct address a, struct address b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    return a.low < b.low ? -1 : a.low > b.low;
}

struct prefix prefix_cut(const struct prefix *p, uint8_t len)
{
    const struct address mask = address_mask(len);

    return (struct prefix){
        .first = {p->first.high & mask.high, p->first.low & mask.low}, .family = p->family, .len = len};
}

struct prefix prefix_host(const struct prefix *p)
{
    struct prefix host = *p;

    host.len = family_ops[p->family].bits;
    if (p->len + 1 < host.len) {
        if (p->family == IPV4)
            host.first.high |= 1ULL << 32;
        else
            host.first.low |= 1;
    }
    return host;
}

uint8_t prefix_common(const struct prefix *a, const struct prefix *b)
{
    const uint64_t high = a->first.high ^ b->first.high, low = a->first.low ^ b->first.low;
    const int shared = high ? __builtin_clzll(high) : low ? 64 + __builtin_clzll(low) : 128;
    const uint8_t shorter = a->len < b->len ? a->len : b->len;

    return shared < shorter ? (uint8_t)shared : shorter;
}

bool netmask_parse(const char *text, size_t n, uint8_t *len, struct complaint *why)
{
    struct prefix p;
    uint32_t bits;

    if (decimal_parse(text, n, &bits) && bits >= 1 && bits <= 128) {
        *len = (uint8_t)bits;
        return true;
    }
    if (address_parse(text, n, &p) && p.family == IPV4)
        for (uint8_t i = 1; i <= 32; i++)
            if (address_mask(i).high == p.first.high) {
                *len = i;
                return true;
            }
    return complain(why, 0, n, "a mask is 255.255.255.0 or the like, or a prefix length 1..128");
}
