/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parsers of single values against others that do the same: inet_pton, strtoull behind a look at the
 * form, ether_ntoa, getservbyname. */
#include <arpa/inet.h>
#include <netdb.h>

#include "fuzz.h"

#include "lbgen/device.h"
#include "lbgen/mark.h"
#include "lbgen/number.h"
#include "lbgen/ports.h"
#include "lbgen/prefix.h"
#include "lbgen/proto.h"
#include "lbgen/protocol_number.h"
#include "lbgen/value.h"

/* What is said of a refused value lies inside it. */
static bool good_or_told(bool good, const struct complaint *why, size_t size)
{
    if (!good)
        MUST(why->at <= size && why->len <= size - why->at && why->text[0]);
    return good;
}

/* Digits of the base alone, without a leading zero (of decimal ones), up to 32 bits. */
static bool number_said(const char *text, size_t n, bool hex, uint32_t *out)
{
    char copy[16];

    if (n == 0 || n > 10 || strlen(text) != n ||
        strspn(text, hex ? "0123456789abcdefABCDEF" : "0123456789") != n ||
        (hex ? n > 8 : n > 1 && *text == '0'))
        return false;
    memcpy(copy, text, n + 1);
    unsigned long long value = strtoull(copy, NULL, hex ? 16 : 10);
    *out = (uint32_t)value;
    return value <= UINT32_MAX;
}

static bool any_number_said(const char *text, size_t n, uint32_t *out)
{
    return n > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')
               ? number_said(text + 2, n - 2, true, out)
               : number_said(text, n, false, out);
}

static void try_numbers(const char *text, size_t n)
{
    uint32_t got = 7, said = 0;
    bool good = decimal_parse(text, n, &got);

    MUST(good == number_said(text, n, false, &said) && got == (good ? said : 7));
    got = 7;
    good = number_parse(text, n, &got);
    MUST(good == any_number_said(text, n, &said) && got == (good ? said : 7));
}

static void try_mark(const char *text, size_t n)
{
    const char *slash = strchr(text, '/');
    uint32_t value = 0, mask = UINT32_MAX, got;
    struct mark mark, again;
    struct complaint why;
    bool with_mask;
    bool said = strlen(text) == n && any_number_said(text, n, &value);

    if (slash && strlen(text) == n) {
        char *front = xmemdup0(text, (size_t)(slash - text));

        said = any_number_said(front, strlen(front), &value) &&
               any_number_said(slash + 1, strlen(slash + 1), &mask);
        free(front);
    }
    said = said && value && (value & ~mask) == 0;
    MUST(good_or_told(mark_parse(text, n, &mark, &with_mask, &why), &why, n) == said);
    if (said) {
        struct buf out = {0};

        MUST(mark.value == value && mark.mask == mask && with_mask == (slash != NULL));
        mark_print(&out, mark);
        MUST(mark_parse(out.at, out.len, &again, &with_mask, &why) && mark_equal(mark, again));
        buf_free(&out);
    }
    said = any_number_said(text, n, &value) && value;
    MUST(good_or_told(mark_mask_parse(text, n, &got, &why), &why, n) == said);
    MUST(!said || got == value);
}

static void must_print_as(const struct prefix *p, const unsigned char *bytes)
{
    char said[INET6_ADDRSTRLEN];
    struct buf out = {0};

    MUST(inet_ntop(p->family == IPV4 ? AF_INET : AF_INET6, bytes, said, sizeof said));
    address_print(&out, p->family, p->first);
    must_be_same("address", said, strlen(said), out.at, out.len);
    buf_free(&out);
}

/* The address by inet_pton, the length as a strict number, no bits behind it. */
static bool prefix_said(const char *text, size_t n, enum prefix_form form, struct prefix *got,
                        unsigned char bytes[16])
{
    const char *slash = form == ADDRESS_OR_PREFIX ? strchr(text, '/') : NULL;
    char *front = xmemdup0(text, slash ? (size_t)(slash - text) : n);
    uint32_t len;

    memset(bytes, 0, 16);
    bool six = strchr(front, ':') != NULL;
    bool good = strlen(text) == n && inet_pton(six ? AF_INET6 : AF_INET, front, bytes) == 1;
    free(front);
    len = six ? 128 : 32;
    if (good && slash)
        good = number_said(slash + 1, strlen(slash + 1), false, &len) && len <= (six ? 128 : 32);
    for (uint32_t bit = len; good && bit < (six ? 128U : 32U); bit++)
        good = (bytes[bit / 8] >> (7 - bit % 8) & 1) == 0;
    got->family = six ? IPV6 : IPV4;
    got->len = (uint8_t)len;
    return good;
}

static void try_prefix(const char *text, size_t n, enum prefix_form form)
{
    struct prefix got, said = {0}, again;
    struct complaint why;
    unsigned char bytes[16];
    struct buf out = {0};
    bool good = prefix_said(text, n, form, &said, bytes);

    MUST(good_or_told(prefix_parse(text, n, form, &got, &why), &why, n) == good);
    if (!good)
        return;
    MUST(got.family == said.family && got.len == said.len);
    must_print_as(&got, bytes);
    prefix_print(&out, &got);
    MUST(prefix_parse(out.at, out.len, ADDRESS_OR_PREFIX, &again, &why) && prefix_equal(&got, &again));
    buf_free(&out);
}

static void try_netmask(const char *text, size_t n)
{
    struct in_addr dotted;
    struct complaint why;
    uint32_t said = 0;
    uint8_t got;
    bool good = number_said(text, n, false, &said) && said >= 1 && said <= 128;

    if (strlen(text) == n && inet_pton(AF_INET, text, &dotted) == 1) {
        uint32_t mask = ntohl(dotted.s_addr);

        good = mask && (~mask & (~mask + 1)) == 0;
        said = (uint32_t)__builtin_popcount(mask);
    }
    MUST(good_or_told(netmask_parse(text, n, &got, &why), &why, n) == good);
    MUST(!good || got == said);
}

static bool port_said(const char *text, size_t n, uint32_t *port)
{
    if (n && strlen(text) == n && strspn(text, "0123456789") == n)
        return number_said(text, n, false, port) && *port >= 1 && *port <= 65535;
    struct servent *s = strlen(text) == n && n ? getservbyname(text, NULL) : NULL;
    *port = s ? ntohs((uint16_t)s->s_port) : 0;
    return s != NULL && *port;
}

static void try_ports(const char *text, size_t n)
{
    struct port_range range;
    struct complaint why;
    uint16_t port;
    uint32_t said = 0;

    bool good = port_said(text, n, &said);
    MUST(good_or_told(port_parse(text, n, &port, &why), &why, n) == good);
    MUST(!good || port == said);
    bool parsed = good_or_told(ports_parse(text, n, &range, &why), &why, n);
    if (good)
        MUST(parsed && range.low == said && range.high == said);
    else if (parsed && !ports_is_any(range))
        MUST(range.low >= 1 && range.low <= range.high && strpbrk(text, ":-"));
    else if (parsed)
        MUST(n == 3 && strcmp(text, "any") == 0);
}

static bool interface_said(const char *text, size_t n)
{
    if (n == 0 || n > INTERFACE_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f || strchr("/!:*\"", text[i]) ||
            (text[i] == '+' && i + 1 < n))
            return false;
    return true;
}

static void try_device(const char *text, size_t n)
{
    struct interface interface, padded;
    struct complaint why;
    struct mac mac;
    unsigned b[6] = {0};
    int end = 0;
    bool good = good_or_told(interface_parse(text, n, &interface, &why), &why, n);

    if (good) {
        memset(&padded, 0, sizeof padded);
        memcpy(padded.name, text, n == 1 && *text == '+' ? 0 : n);
        MUST(memcmp(&padded, &interface, sizeof padded) == 0 && interface_said(text, n));
    } else {
        MUST(!interface_said(text, n));
    }
    good = strlen(text) == n && n == MAC_TEXT && strspn(text, "0123456789abcdefABCDEF:") == n &&
           sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &end) == 6 &&
           end == MAC_TEXT;
    MUST(good_or_told(mac_parse(text, n, &mac, &why), &why, n) == good);
    for (int i = 0; good && i < 6; i++)
        MUST(mac.byte[i] == b[i]);
}

static void try_words(const char *text, size_t n)
{
    struct complaint why;
    enum proto proto;
    uint8_t number = 3;
    bool good = n >= 1 && n <= 40 && strlen(text) == n &&
                strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == n &&
                !strchr("._-", *text);

    MUST(good_or_told(name_good(text, n, &why), &why, n) <= good);
    if (good_or_told(proto_parse(text, n, &proto, &why), &why, n))
        MUST(protocol_number(text, n, &number) && number == proto_ops[proto].number);
    else if (!protocol_number(text, n, &number))
        MUST(number == 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned what = choose(&data, &size, 8);
    char *closed = closed_copy(data, size), *text = exact_copy(closed, size);

    /* Once without a NUL behind it, for the sanitizer; then beside the others, which need one. */
    struct complaint why;
    struct prefix p;
    prefix_parse(text, size, ADDRESS_OR_PREFIX, &p, &why);
    struct port_range r;
    ports_parse(text, size, &r, &why);
    struct mac mac;
    mac_parse(text, size, &mac, &why);
    uint8_t small;
    netmask_parse(text, size, &small, &why);
    protocol_number(text, size, &small);
    free(text);

    switch (what) {
    case 0: try_numbers(closed, size); break;
    case 1: try_mark(closed, size); break;
    case 2: try_prefix(closed, size, ADDRESS_ONLY); break;
    case 3: try_prefix(closed, size, ADDRESS_OR_PREFIX); break;
    case 4: try_netmask(closed, size); break;
    case 5: try_ports(closed, size); break;
    case 6: try_device(closed, size); break;
    default: try_words(closed, size); break;
    }
    free(closed);
    return 0;
}
