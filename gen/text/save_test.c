/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/number.h"
#include "lbgen/save_test.h"

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32, TCP_FLAGS_ALL = 63 };

/* Matches whose options are all read, here or in save_read.c, or say nothing about a packet. */
static const char *const known_matches[] = {
    "comment", "tcp",      "udp", "sctp", "dccp",  "udplite", "multiport", "state",  "conntrack",
    "mark",    "connmark", "mac", "icmp", "icmp6", "iprange", "addrtype",  "pkttype"};

bool save_match_is_known(const char *name)
{
    for (size_t i = 0; i < sizeof known_matches / sizeof *known_matches; i++)
        if (strcmp(known_matches[i], name) == 0)
            return true;
    return false;
}

/* A word that stands for bits. */
struct bit_word {
    const char *name;
    unsigned bits;
};

/* "SYN,ACK": the bits of all words. */
static bool read_bit_words(const char *text, const struct bit_word *words, size_t n, unsigned *out)
{
    *out = 0;
    for (const char *p = text; *p; p += *p == ',') {
        size_t len = strcspn(p, ","), i = 0;

        while (i < n && (strlen(words[i].name) != len || memcmp(words[i].name, p, len) != 0))
            i++;
        if (i == n)
            return false;
        *out |= words[i].bits;
        p += len;
    }
    return *text != '\0';
}

static bool read_flags(const char *mask, const char *set, struct seen_test *out)
{
    static const struct bit_word words[] = {{"FIN", TCP_FIN},       {"SYN", TCP_SYN}, {"RST", TCP_RST},
                                            {"PSH", TCP_PSH},       {"ACK", TCP_ACK}, {"URG", TCP_URG},
                                            {"ALL", TCP_FLAGS_ALL}, {"NONE", 0}};
    unsigned m, s;

    if (!set || !read_bit_words(mask, words, 8, &m) || !read_bit_words(set, words, 8, &s))
        return false;
    out->bits.mask = m;
    out->bits.value = s;
    return true;
}

static bool read_mark(const char *word, struct seen_test *out)
{
    const char *slash = strchr(word, '/');

    out->bits.mask = UINT32_MAX;
    return number_parse(word, slash ? (size_t)(slash - word) : strlen(word), &out->bits.value) &&
           (!slash || number_parse(slash + 1, strlen(slash + 1), &out->bits.mask));
}

static bool read_mac(const char *word, struct seen_test *out)
{
    struct complaint why;

    return mac_parse(word, strlen(word), &out->mac, &why);
}

/* "8", "3/4", "any". */
static bool read_icmp(const char *word, struct seen_test *out)
{
    const char *slash = strchr(word, '/');
    uint32_t type, code = 0;

    out->icmp.any = strcmp(word, "any") == 0;
    if (out->icmp.any)
        return true;
    if (!decimal_parse(word, slash ? (size_t)(slash - word) : strlen(word), &type) || type > UINT8_MAX ||
        (slash && (!decimal_parse(slash + 1, strlen(slash + 1), &code) || code > UINT8_MAX)))
        return false;
    out->icmp.type = (uint8_t)type;
    out->icmp.code_low = (uint8_t)code;
    out->icmp.code_high = slash ? (uint8_t)code : UINT8_MAX;
    return true;
}

/* ICMP of IPv4 knows 255 as any type, whatever it was written as. */
static bool read_icmp4(const char *word, struct seen_test *out)
{
    return read_icmp(word, out) && (out->icmp.any = out->icmp.any || out->icmp.type == UINT8_MAX, true);
}

static bool read_range(const char *word, struct seen_test *out)
{
    const char *dash = strchr(word, '-');
    size_t low_len = dash ? (size_t)(dash - word) : strlen(word);
    const char *high = dash ? dash + 1 : word;
    struct prefix first, last;
    struct complaint why;

    if (!prefix_parse(word, low_len, ADDRESS_ONLY, &first, &why) ||
        !prefix_parse(high, dash ? strlen(high) : low_len, ADDRESS_ONLY, &last, &why) ||
        first.family != last.family)
        return false;
    out->range.low = first.first;
    out->range.high = last.first;
    out->range.family = first.family;
    return true;
}

static bool read_address_types(const char *word, struct seen_test *out)
{
    struct bit_word words[ADDRESS_TYPES];

    for (unsigned i = 0; i < ADDRESS_TYPES; i++)
        words[i] = (struct bit_word){address_type_names[i], 1U << i};
    return read_bit_words(word, words, ADDRESS_TYPES, &out->types);
}

static bool read_packet_type(const char *word, struct seen_test *out)
{
    static const struct bit_word words[] = {{"unicast", 1U << PACKET_UNICAST},
                                            {"host", 1U << PACKET_UNICAST},
                                            {"broadcast", 1U << PACKET_BROADCAST},
                                            {"multicast", 1U << PACKET_MULTICAST}};

    return !strchr(word, ',') && read_bit_words(word, words, 4, &out->types);
}

static const struct option_form {
    const char *match, *option;
    enum seen_field field;
    bool (*read)(const char *word, struct seen_test *out);
} forms[] = {
    {"mark", "--mark", TEST_MARK, read_mark},
    {"connmark", "--mark", TEST_CONNMARK, read_mark},
    {"mac", "--mac-source", TEST_MAC, read_mac},
    {"icmp", "--icmp-type", TEST_ICMP, read_icmp4},
    {"icmp6", "--icmpv6-type", TEST_ICMP, read_icmp},
    {"iprange", "--src-range", TEST_SRC_RANGE, read_range},
    {"iprange", "--dst-range", TEST_DST_RANGE, read_range},
    {"addrtype", "--src-type", TEST_SRC_TYPE, read_address_types},
    {"addrtype", "--dst-type", TEST_DST_TYPE, read_address_types},
    {"pkttype", "--pkt-type", TEST_PACKET_TYPE, read_packet_type},
};

static bool read_values(const char *match, const char *option, struct save_lexer *lexer, struct arena *mem,
                        struct seen_test *out)
{
    if (strcmp(option, "-f") == 0 || strcmp(option, "--fragment") == 0) {
        out->field = TEST_FRAGMENT;
        return true;
    }
    if (strcmp(option, "--syn") == 0) {
        out->field = TEST_TCP_FLAGS;
        return read_flags("FIN,SYN,RST,ACK", "SYN", out);
    }
    const char *word = save_next_word(lexer, mem);
    if (!word)
        return false;
    if (strcmp(option, "--tcp-flags") == 0) {
        out->field = TEST_TCP_FLAGS;
        return read_flags(word, save_next_word(lexer, mem), out);
    }
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(forms[i].match, match) == 0 && strcmp(forms[i].option, option) == 0) {
            out->field = (uint8_t)forms[i].field;
            return forms[i].read(word, out);
        }
    return false;
}

bool save_read_test(const char *match, const char *option, struct save_lexer *lexer, struct arena *mem,
                    struct seen_test *out)
{
    struct save_lexer before = *lexer;
    bool good = read_values(match, option, lexer, mem, out);

    if (!good)
        *lexer = before;
    return good;
}
