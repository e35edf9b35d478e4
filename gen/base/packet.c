/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/mark.h"
#include "lbgen/number.h"
#include "lbgen/packet.h"
#include "lbgen/ports.h"
#include "lbgen/proto.h"
#include "lbgen/words.h"

static const char *const states[PACKET_STATES] = {"NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"};

static bool same(const char *word, size_t n, const char *text)
{
    return strlen(text) == n && memcmp(word, text, n) == 0;
}

static bool parse_icmp(const char *word, size_t n, size_t name_len, struct packet *out, struct complaint *why)
{
    uint32_t type;

    out->protocol = name_len == 6 ? IP_PROTO_ICMPV6 : IP_PROTO_ICMP;
    if (n == name_len)
        return true;
    if (!decimal_parse(word + name_len + 1, n - name_len - 1, &type) || type > 255)
        return complain(why, name_len + 1, n - name_len - 1, "an icmp type is 0..255");
    out->icmp_type_given = true;
    out->icmp_type = (uint8_t)type;
    return true;
}

static bool parse_protocol(const char *word, size_t n, struct packet *out, struct complaint *why)
{
    enum proto p;
    const char *slash = memchr(word, '/', n);
    size_t name_len = slash ? (size_t)(slash - word) : n;

    if (same(word, name_len, "icmp") || same(word, name_len, "icmpv6"))
        return parse_icmp(word, n, name_len, out, why);
    if (same(word, n, "vrrp")) {
        out->protocol = IP_PROTO_VRRP;
        return true;
    }
    if (!proto_parse(word, n, &p, why))
        return complain(
            why, 0, n,
            "a packet begins with its protocol: tcp udp sctp esp ah dccp udplite vrrp icmp icmpv6");
    out->protocol = proto_ops[p].number;
    return true;
}

/* How an endpoint is put together: where the address lies, and the port if there is one. */
struct endpoint_parts {
    size_t address_at, address_len, port_at;
    bool with_port;
};

/* ADDRESS, IPV4:PORT, [IPV6] or [IPV6]:PORT. */
static bool split_endpoint(const char *word, size_t n, struct endpoint_parts *parts, struct complaint *why)
{
    const char *colon = memchr(word, ':', n);

    *parts = (struct endpoint_parts){.address_len = n};
    if (word[0] == '[') {
        const char *close = memchr(word, ']', n);

        if (!close || (close + 1 < word + n && close[1] != ':'))
            return complain(why, 0, n, "an IPv6 address with a port is written [2001:db8::1]:443");
        parts->address_at = 1;
        parts->address_len = (size_t)(close - word) - 1;
        parts->with_port = close + 1 < word + n;
        parts->port_at = (size_t)(close - word) + 2;
    } else if (colon && memrchr(word, ':', n) == colon) {
        parts->address_len = (size_t)(colon - word);
        parts->with_port = true;
        parts->port_at = parts->address_len + 1;
    }
    return true;
}

static bool parse_endpoint(const char *word, size_t n, struct prefix *address, uint16_t *port,
                           struct complaint *why)
{
    struct endpoint_parts parts;

    if (!split_endpoint(word, n, &parts, why))
        return false;
    if (!prefix_parse(word + parts.address_at, parts.address_len, ADDRESS_ONLY, address, why)) {
        why->at += parts.address_at;
        return false;
    }
    if (parts.with_port && !port_parse(word + parts.port_at, n - parts.port_at, port, why)) {
        why->at += parts.port_at;
        return false;
    }
    return true;
}

static bool parse_state(const char *value, size_t n, struct packet *out, struct complaint *why)
{
    for (int s = 0; s < PACKET_STATES; s++)
        if (same(value, n, states[s])) {
            out->state = (enum packet_state)s;
            return out->state_given = true;
        }
    return complain(why, 0, n, "a state is NEW, ESTABLISHED, RELATED, INVALID or UNTRACKED");
}

static bool parse_hook(const char *value, size_t n, struct packet *out, struct complaint *why)
{
    if (!same(value, n, "input") && !same(value, n, "forward"))
        return complain(why, 0, n, "a hook is input or forward");
    out->forwarded = n == 7;
    return true;
}

static bool parse_mac(const char *value, size_t n, struct packet *out, struct complaint *why)
{
    return out->mac_given = mac_parse(value, n, &out->mac, why);
}

static bool parse_mark(const char *value, size_t n, struct packet *out, struct complaint *why)
{
    return number_parse(value, n, &out->mark) || complain(why, 0, n, "a mark is 0..4294967295");
}

static const struct packet_option {
    const char *name;
    bool (*parse)(const char *value, size_t n, struct packet *out, struct complaint *why);
} options[] = {{"mac", parse_mac}, {"state", parse_state}, {"mark", parse_mark}, {"hook", parse_hook}};

enum { OPTIONS = sizeof options / sizeof *options };

/* *given: those that stood before, a bit each. */
static bool parse_option(const char *word, size_t n, const char *equals, struct packet *out, unsigned *given,
                         struct complaint *why)
{
    size_t name_len = (size_t)(equals - word);
    unsigned i = 0;

    while (i < OPTIONS && !same(word, name_len, options[i].name))
        i++;
    if (i == OPTIONS)
        return complain(why, 0, name_len, "unknown word before '='; there are mac= state= mark= hook=");
    if (*given >> i & 1)
        return complain(why, 0, n, "a packet has one %s=", options[i].name);
    *given |= 1U << i;
    bool good = options[i].parse(equals + 1, n - name_len - 1, out, why);
    if (!good)
        why->at += name_len + 1;
    return good;
}

static bool check_whole(const struct packet *p, size_t dst_at, size_t dst_len, struct complaint *why)
{
    if (p->src.family != p->dst.family)
        return complain(why, dst_at, dst_len, "source and destination are not of one family");
    if (protocol_has_ports(p->protocol) && p->dport == 0)
        return complain(why, dst_at, dst_len, "the destination needs a port here, such as %s",
                        p->dst.family == IPV4 ? "192.0.2.10:443" : "[2001:db8::10]:443");
    if (!protocol_has_ports(p->protocol) && (p->sport || p->dport))
        return complain(why, dst_at, dst_len, "this protocol has no ports");
    return true;
}

bool packet_parse(const char *text, size_t n, struct packet *out, struct complaint *why)
{
    struct word word = {0};
    size_t dst_at = 0, dst_len = 0;
    unsigned given = 0;
    int place = 0;

    *out = (struct packet){0};
    while (word_next(text, n, &word)) {
        const char *w = text + word.at;
        const char *equals = memchr(w, '=', word.len);
        bool good;

        if (place < 3) {
            good = place == 0   ? parse_protocol(w, word.len, out, why)
                   : place == 1 ? parse_endpoint(w, word.len, &out->src, &out->sport, why)
                                : parse_endpoint(w, word.len, &out->dst, &out->dport, why);
            dst_at = word.at;
            dst_len = word.len;
            place++;
        } else if (equals) {
            good = parse_option(w, word.len, equals, out, &given, why);
        } else if (place == 3) {
            good = word.len && w[word.len - 1] == '+'
                       ? complain(why, word.len - 1, 1, "a packet comes in on one interface; + is for rules")
                       : interface_parse(w, word.len, &out->in, why);
            place++;
        } else {
            good = complain(why, 0, word.len, "a packet has one interface");
        }
        if (!good) {
            why->at += word.at;
            return false;
        }
    }
    if (place < 3)
        return complain(why, 0, n, "a packet is written: tcp 203.0.113.9:40000 192.0.2.10:443 [INTERFACE]");
    return check_whole(out, dst_at, dst_len, why);
}
