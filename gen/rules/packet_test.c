/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/packet_test.h"
#include "lbgen/proto.h"

enum { TCP_SYN = 2 };

static enum truth flip(enum truth t, bool negated)
{
    return negated ? (enum truth)(YES - t) : t;
}

static enum truth bits_truth(const struct seen_test *test, struct foggy bits)
{
    uint32_t value = test->bits.value, mask = test->bits.mask;

    if ((value & ~mask) || ((bits.value ^ value) & mask & ~bits.fog))
        return NO;
    return mask & bits.fog ? MAYBE : YES;
}

static enum truth connmark_truth(const struct seen_test *test, const struct packet_view *view)
{
    enum truth t = flip(bits_truth(test, view->connmark), test->negated);

    return t < view->has_connection ? t : view->has_connection;
}

static enum truth mac_truth(const struct seen_test *test, const struct packet *p)
{
    if (strcmp(p->in.name, "lo") == 0)
        return NO;
    bool same = p->mac_given && memcmp(&p->mac, &test->mac, sizeof p->mac) == 0;
    return flip(same ? YES : NO, test->negated);
}

static enum truth icmp_truth(const struct seen_test *test, const struct packet *p)
{
    if (test->icmp.any)
        return YES;
    if (!p->icmp_type_given)
        return MAYBE;
    if (p->icmp_type != test->icmp.type)
        return NO;
    return test->icmp.code_low == 0 && test->icmp.code_high == UINT8_MAX ? YES : MAYBE;
}

static enum truth range_truth(const struct seen_test *test, const struct prefix *address)
{
    if (test->range.family != address->family)
        return MAYBE; /* no kernel has such a rule */
    return address_compare(test->range.low, address->first) <= 0 &&
                   address_compare(address->first, test->range.high) <= 0
               ? YES
               : NO;
}

static uint32_t ipv4_number(const struct prefix *p)
{
    return (uint32_t)(p->first.high >> 32);
}

static bool is_multicast(const struct prefix *p)
{
    return p->family == IPV4 ? ipv4_number(p) >> 28 == 0xe : p->first.high >> 56 == 0xff;
}

/* Of what kind an address that is not multicast may be. Which of a network's addresses are for all of it the
 * host knows; they end with zeros or ones, two at least. */
static unsigned ipv4_kinds(const struct prefix *p)
{
    uint32_t number = ipv4_number(p);
    unsigned last = number & 3;
    unsigned never = 1U << ADDRESS_MULTICAST | (last == 0 || last == 3 ? 0 : 1U << ADDRESS_BROADCAST);

    if (number == UINT32_MAX || number >> 24 == 0)
        return 1U << ADDRESS_BROADCAST;
    return ((1U << ADDRESS_TYPES) - 1) & ~never;
}

static enum truth ipv4_type_truth(unsigned types, const struct prefix *p)
{
    unsigned kinds = is_multicast(p) ? 1U << ADDRESS_MULTICAST : ipv4_kinds(p);

    return (kinds & types) == 0 ? NO : (kinds & ~types) == 0 ? YES : MAYBE;
}

/* IPv6 asks for all of the types instead of one of them. */
static enum truth ipv6_type_truth(unsigned types, const struct prefix *p)
{
    bool asks = types & 1U << ADDRESS_MULTICAST, is = is_multicast(p);

    if ((asks && !is) || (is && (types & 1U << ADDRESS_UNICAST)))
        return NO;
    return types == 1U << ADDRESS_MULTICAST ? YES : MAYBE;
}

static enum truth type_truth(const struct seen_test *test, const struct prefix *p)
{
    return p->family == IPV4 ? ipv4_type_truth(test->types, p) : ipv6_type_truth(test->types, p);
}

static enum truth packet_type_truth(const struct seen_test *test, const struct prefix *dst)
{
    unsigned kinds = 1U << PACKET_UNICAST;

    if (is_multicast(dst))
        kinds = 1U << PACKET_MULTICAST;
    else if (dst->family == IPV4 && (ipv4_kinds(dst) & 1U << ADDRESS_BROADCAST))
        kinds = ipv4_kinds(dst) == 1U << ADDRESS_BROADCAST ? 1U << PACKET_BROADCAST
                                                           : 1U << PACKET_UNICAST | 1U << PACKET_BROADCAST;
    return (kinds & test->types) == 0 ? NO : (kinds & ~test->types) == 0 ? YES : MAYBE;
}

static enum truth flags_truth(const struct seen_test *test, const struct packet *p)
{
    if (p->protocol != proto_ops[PROTO_TCP].number || p->state != STATE_NEW)
        return MAYBE;
    return bits_truth(test, (struct foggy){.value = TCP_SYN});
}

static enum truth plain_truth(const struct seen_test *test, const struct packet_view *view)
{
    const struct packet *p = view->packet;

    switch ((enum seen_field)test->field) {
    case TEST_MARK: return bits_truth(test, view->mark);
    case TEST_ICMP: return icmp_truth(test, p);
    case TEST_SRC_RANGE: return range_truth(test, &p->src);
    case TEST_DST_RANGE: return range_truth(test, &p->dst);
    case TEST_SRC_TYPE: return type_truth(test, &p->src);
    case TEST_DST_TYPE: return type_truth(test, &p->dst);
    case TEST_PACKET_TYPE: return packet_type_truth(test, &p->dst);
    case TEST_TCP_FLAGS: return flags_truth(test, p);
    case TEST_FRAGMENT: return NO;
    case TEST_CONNMARK:
    case TEST_MAC: break;
    }
    return MAYBE;
}

enum truth packet_test(const struct seen_test *test, const struct packet_view *view)
{
    if (test->field == TEST_CONNMARK)
        return connmark_truth(test, view);
    if (test->field == TEST_MAC)
        return mac_truth(test, view->packet);
    return flip(plain_truth(test, view), test->negated);
}
