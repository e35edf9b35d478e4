/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses and prefixes of both families, as numbers: parse, print, compare, contain. */
#ifndef LBGEN_PREFIX_H
#define LBGEN_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/buf.h"
#include "lbgen/complaint.h"
#include "lbgen/family.h"

/* 128 bits, most significant first. An IPv4 address stands in the top 32 bits of `high`, the rest is 0. */
struct address {
    uint64_t high, low;
};

/* All bits of `first` behind `len` are 0. */
struct prefix {
    struct address first;
    uint8_t family;   /* enum family */
    uint8_t len;      /* 0..32 or 0..128 */
    uint8_t text_len; /* of the text that it was read from, for findings; */
    uint32_t at;      /* and where that stood; both the reader's */
};

/* What prefix_parse accepts beside inet_pton's forms (no zone, no leading zeros, no host names). */
enum prefix_form { ADDRESS_ONLY, ADDRESS_OR_PREFIX };

/* Parses text[0..n). Host bits under a mask are refused, with both readings offered. */
bool prefix_parse(const char *text, size_t n, enum prefix_form form, struct prefix *out,
                  struct complaint *why);

/* "192.0.2.0/24"; the length is always written (`/32` too), as iptables-save does. */
void prefix_print(struct buf *out, const struct prefix *p);
/* "192.0.2.1", without the length. */
void address_print(struct buf *out, enum family family, struct address a);
/* The same at `to`, where PREFIX_TEXT_MAX bytes have room; they return the place behind it (put.h). */
enum { PREFIX_TEXT_MAX = 46 /* INET6_ADDRSTRLEN, which has a NUL */ + 4 };
char *prefix_put(char *to, const struct prefix *p);
char *address_put(char *to, enum family family, struct address a);

static inline bool prefix_is_host(const struct prefix *p)
{
    return p->len == family_ops[p->family].bits;
}

int address_compare(struct address a, struct address b);

/* The bits that `len` keeps. */
static inline struct address address_mask(uint8_t len)
{
    return (struct address){.high = len == 0    ? 0
                                    : len >= 64 ? UINT64_MAX
                                                : UINT64_MAX << (64 - len),
                            .low = len <= 64 ? 0 : UINT64_MAX << (128 - len)};
}

static inline bool prefix_contains(const struct prefix *outer, const struct prefix *inner)
{
    const struct address mask = address_mask(outer->len);

    return outer->family == inner->family && outer->len <= inner->len &&
           (inner->first.high & mask.high) == outer->first.high &&
           (inner->first.low & mask.low) == outer->first.low;
}

static inline bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
    return a->family == b->family && a->len == b->len && a->first.high == b->first.high &&
           a->first.low == b->first.low;
}

/* Prefixes are nested or disjoint: they overlap if one contains the other. */
static inline bool prefix_overlaps(const struct prefix *a, const struct prefix *b)
{
    return prefix_contains(a, b) || prefix_contains(b, a);
}

/* The first len bits of it. len is at most p->len. */
struct prefix prefix_cut(const struct prefix *p, uint8_t len);
/* A friendly address inside of it: its own, or for a network the one behind the network's number. */
struct prefix prefix_host(const struct prefix *p);
/* How many leading bits two prefixes of a family share, at most the shorter one's length. */
uint8_t prefix_common(const struct prefix *a, const struct prefix *b);

/* A netmask as in persistence-mask: "255.255.255.0" or a length; the result is the length. */
bool netmask_parse(const char *text, size_t n, uint8_t *len, struct complaint *why);

#endif
