/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet_build < probes > packets
 *
 * Builds one IP packet for each line of the form
 *
 *     ID PROTO SRC[:PORT] DST[:PORT] [anything else]
 *
 * and prints it in hex, without blanks. PROTO is a name of the table below, icmp/TYPE, icmpv6/TYPE or a
 * protocol's number. ID travels as IPv4 identification or IPv6 flow label, and a TTL of 201 tells probes from
 * all other packets. Checksums are right, so that connection tracking takes the packets too.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { PROBE_TTL = 201, NONE = -1, CRC32C = -2, SCTP_CHECKSUM_AT = 8 };

struct end {
    int family;
    uint8_t addr[16];
    uint16_t port;
};

struct probe {
    uint32_t id;
    char proto[16];
    int icmp_type; /* or NONE */
    struct end src, dst;
};

struct packet {
    uint8_t bytes[256];
    size_t len;
};

static const struct transport {
    const char *name;
    int family; /* 0: both */
    uint8_t number;
    bool ports;   /* in the first four bytes */
    int checksum; /* where it stands, 16 bits wide; or NONE, CRC32C */
    bool pseudo;  /* over a pseudo header too */
    const char *hex;
} transports[] = {
    /* a SYN */
    {"tcp", 0, 6, true, 16, true, "00000000 000003e8 00000000 5002faf0 00000000"},
    {"tcp-synack", 0, 6, true, 16, true, "00000000 000003e8 000003e9 5012faf0 00000000"},
    {"tcp-fin", 0, 6, true, 16, true, "00000000 000003e8 000003e9 5011faf0 00000000"},
    {"udp", 0, 17, true, 6, true, "00000000 00100000 6c6267656e2e2e2e"},
    {"udplite", 0, 136, true, 6, true, "00000000 00000000 6c6267656e2e2e2e"},
    /* an INIT: tag 0, checksum, then the chunk: own tag, window, streams out and in, first TSN */
    {"sctp", 0, 132, true, CRC32C, false,
     "00000000 00000000 00000000 01000014 1bad5eed 0000ffff 00010001 00000001"},
    /* a REQUEST: 5 words, long sequence number, service code */
    {"dccp", 0, 33, true, 6, true, "00000000 05000000 01000000 00000001 00000000"},
    {"esp", 0, 50, false, NONE, false, "00001001 00000001 00000000 00000000 00000000 00000000"},
    /* around an advertisement */
    {"ah", 0, 51, false, NONE, false,
     "70040000 00001001 00000001 00000000 00000000 00000000 21336401 00010000 c0000201 00000000 00000000"},
    /* version 2, router 51, priority 100, one address, every second */
    {"vrrp", AF_INET, 112, false, 6, false, "21336401 00010000 c0000201 00000000 00000000"},
    {"vrrp", AF_INET6, 112, false, 6, true, "31336401 00640000 fe800000 00000000 00000000 00000001"},
    {"icmp", AF_INET, 1, false, 2, false, "00000000 00000000 4500001c 00000000 40000000 00000000 00000000"},
    {"icmpv6", AF_INET6, 58, false, 2, true,
     "00000000 00000000 60000000 00003b40 00000000 00000000 00000000"},
};

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "packet_build: not understood: %s\n", what);
    exit(1);
}

static void put(struct packet *p, const void *bytes, size_t n)
{
    memcpy(p->bytes + p->len, bytes, n);
    p->len += n;
}

static void put_hex(struct packet *p, const char *hex)
{
    unsigned byte;
    int used;

    while (sscanf(hex, " %2x%n", &byte, &used) == 1) {
        p->bytes[p->len++] = (uint8_t)byte;
        hex += used;
    }
}

static void store16(uint8_t *at, unsigned v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

static void store32(uint8_t *at, uint32_t v)
{
    store16(at, v >> 16);
    store16(at + 2, v & 0xffff);
}

/* --- checksums --- */

static uint32_t sum16(uint32_t sum, const uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum += i % 2 ? b[i] : (uint32_t)b[i] << 8;
    return sum;
}

static unsigned folded(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static uint32_t crc32c(const uint8_t *b, size_t n)
{
    uint32_t crc = ~0U;

    for (size_t i = 0; i < n; i++) {
        crc ^= b[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc;
}

static void checksum(const struct transport *t, const struct probe *probe, struct packet *p)
{
    size_t addr_len = probe->dst.family == AF_INET ? 4 : 16;
    uint32_t sum = 0;

    if (t->checksum == CRC32C)
        store32(p->bytes + SCTP_CHECKSUM_AT, __builtin_bswap32(crc32c(p->bytes, p->len)));
    if (t->checksum < 0)
        return;
    if (t->pseudo) {
        sum = sum16(sum, probe->src.addr, addr_len);
        sum = sum16(sum, probe->dst.addr, addr_len) + t->number + (uint32_t)p->len;
    }
    store16(p->bytes + t->checksum, folded(sum16(sum, p->bytes, p->len)));
}

/* --- packets --- */

static struct transport transport_of(const struct probe *probe)
{
    const char *name = probe->proto;

    for (size_t i = 0; i < sizeof transports / sizeof *transports; i++)
        if (strcmp(transports[i].name, name) == 0 &&
            (!transports[i].family || transports[i].family == probe->dst.family))
            return transports[i];
    if (name[strspn(name, "0123456789")])
        fail(name);
    return (struct transport){name, 0, (uint8_t)atoi(name), false, NONE, false, "00000000 00000000 00000000"};
}

static struct packet build_payload(const struct transport *t, const struct probe *probe)
{
    struct packet p = {.len = 0};

    put_hex(&p, t->hex);
    if (t->ports) {
        store16(p.bytes, probe->src.port);
        store16(p.bytes + 2, probe->dst.port);
    }
    if (probe->icmp_type != NONE)
        p.bytes[0] = (uint8_t)probe->icmp_type;
    checksum(t, probe, &p);
    return p;
}

static void put_ip4(struct packet *p, const struct probe *probe, uint8_t protocol, size_t payload)
{
    put_hex(p, "45000000 00004000 00000000");
    store16(p->bytes + 2, (unsigned)payload + 20);
    store16(p->bytes + 4, probe->id);
    p->bytes[8] = PROBE_TTL;
    p->bytes[9] = protocol;
    put(p, probe->src.addr, 4);
    put(p, probe->dst.addr, 4);
    store16(p->bytes + 10, folded(sum16(0, p->bytes, 20)));
}

static void put_ip6(struct packet *p, const struct probe *probe, uint8_t protocol, size_t payload)
{
    put_hex(p, "60000000 00000000");
    store16(p->bytes + 2, probe->id);
    store16(p->bytes + 4, (unsigned)payload);
    p->bytes[6] = protocol;
    p->bytes[7] = PROBE_TTL;
    put(p, probe->src.addr, 16);
    put(p, probe->dst.addr, 16);
}

static struct packet build(const struct probe *probe)
{
    struct transport t = transport_of(probe);
    struct packet payload = build_payload(&t, probe), p = {.len = 0};

    (probe->dst.family == AF_INET ? put_ip4 : put_ip6)(&p, probe, t.number, payload.len);
    put(&p, payload.bytes, payload.len);
    return p;
}

/* --- text --- */

/* 192.0.2.1, 192.0.2.1:80, 2001:db8::1 or [2001:db8::1]:80 */
static struct end parse_end(const char *text)
{
    struct end end = {.family = AF_INET};
    char addr[64];
    const char *port = strrchr(text, ':');
    int n = (int)strlen(text);

    if (port && (port == strchr(text, ':') || port[-1] == ']')) {
        end.port = (uint16_t)atoi(port + 1);
        n = (int)(port - text);
    }
    if (text[0] == '[')
        snprintf(addr, sizeof addr, "%.*s", n - 2, text + 1);
    else
        snprintf(addr, sizeof addr, "%.*s", n, text);
    if (inet_pton(AF_INET, addr, end.addr) != 1) {
        end.family = AF_INET6;
        if (inet_pton(AF_INET6, addr, end.addr) != 1)
            fail(text);
    }
    return end;
}

static struct probe parse_probe(const char *line)
{
    struct probe probe = {.icmp_type = NONE};
    char src[64], dst[64];
    char *slash;

    if (sscanf(line, "%u %15s %63s %63s", &probe.id, probe.proto, src, dst) != 4)
        fail(line);
    probe.src = parse_end(src);
    probe.dst = parse_end(dst);
    if (probe.src.family != probe.dst.family)
        fail(line);
    slash = strchr(probe.proto, '/');
    if (slash) {
        *slash = '\0';
        probe.icmp_type = atoi(slash + 1);
    }
    return probe;
}

int main(void)
{
    char line[256];

    while (fgets(line, sizeof line, stdin)) {
        struct probe probe = parse_probe(line);
        struct packet p = build(&probe);
        for (size_t i = 0; i < p.len; i++)
            printf("%02x", p.bytes[i]);
        putchar('\n');
    }
    return fflush(stdout) ? 1 : 0;
}
