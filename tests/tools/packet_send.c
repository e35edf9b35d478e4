/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet_send CLIENT-NETNS < packets
 *
 * Sends one IP packet for each line of the form
 *
 *     IFACE SOURCE-MAC HEX
 *
 * as a frame that leaves the client's IFACE (the director receives it on its interface of the same name), or,
 * where IFACE is lo, from a raw socket of this network namespace, the director's. The bytes go out as they
 * are.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct packet {
    uint8_t bytes[512];
    size_t len;
};

struct sockets {
    int raw4, raw6, frames;
};

static const uint8_t director_mac[ETH_ALEN] = {2, 0, 0, 0, 0, 0x0d};

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "packet_send: %s: %s\n", what, strerror(errno));
    exit(1);
}

static bool is_v6(const struct packet *p)
{
    return p->bytes[0] >> 4 == 6;
}

/* Raw sockets belong to the director, the one for frames to the client. */
static struct sockets open_sockets(const char *client)
{
    struct sockets s;
    int netns = open(client, O_RDONLY | O_CLOEXEC);

    s.raw4 = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    s.raw6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    if (netns < 0 || s.raw4 < 0 || s.raw6 < 0 || setns(netns, CLONE_NEWNET) < 0)
        fail(client);
    close(netns);
    s.frames = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (s.frames < 0)
        fail("packet socket");
    return s;
}

/* EPERM is what a filter says that drops in OUTPUT: for a probe that's an answer. */
static void send_local(const struct sockets *s, const struct packet *p)
{
    struct sockaddr_in to4 = {.sin_family = AF_INET};
    struct sockaddr_in6 to6 = {.sin6_family = AF_INET6};
    ssize_t sent;

    memcpy(&to4.sin_addr, p->bytes + 16, 4);
    memcpy(&to6.sin6_addr, p->bytes + 24, 16);
    if (is_v6(p))
        sent = sendto(s->raw6, p->bytes, p->len, 0, (struct sockaddr *)&to6, sizeof to6);
    else
        sent = sendto(s->raw4, p->bytes, p->len, 0, (struct sockaddr *)&to4, sizeof to4);
    if (sent < 0 && errno != EPERM)
        fail("send from the director");
}

static void destination_mac(const struct packet *p, uint8_t mac[ETH_ALEN])
{
    const uint8_t *b = p->bytes;

    memcpy(mac, director_mac, ETH_ALEN);
    if (is_v6(p) && b[24] == 0xff)
        memcpy(mac, (uint8_t[]){0x33, 0x33, b[36], b[37], b[38], b[39]}, ETH_ALEN);
    else if (!is_v6(p) && b[16] >> 4 == 0xe)
        memcpy(mac, (uint8_t[]){1, 0, 0x5e, b[17] & 0x7f, b[18], b[19]}, ETH_ALEN);
}

static void send_frame(int frames, const char *iface, const struct ether_addr *source, const struct packet *p)
{
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(iface)};
    struct ether_header head = {.ether_type = htons(is_v6(p) ? ETHERTYPE_IPV6 : ETHERTYPE_IP)};
    uint8_t frame[sizeof head + sizeof p->bytes];

    destination_mac(p, head.ether_dhost);
    memcpy(head.ether_shost, source, ETH_ALEN);
    memcpy(frame, &head, sizeof head);
    memcpy(frame + sizeof head, p->bytes, p->len);
    if (!to.sll_ifindex ||
        sendto(frames, frame, sizeof head + p->len, 0, (struct sockaddr *)&to, sizeof to) < 0)
        fail(iface);
}

static struct packet from_hex(const char *hex)
{
    struct packet p = {.len = 0};
    unsigned byte;

    while (p.len < sizeof p.bytes && sscanf(hex + 2 * p.len, "%2x", &byte) == 1)
        p.bytes[p.len++] = (uint8_t)byte;
    return p;
}

int main(int argc, char **argv)
{
    char line[1200], iface[IF_NAMESIZE], mac[18], hex[1025];
    struct sockets s;

    if (argc != 2)
        return 2;
    s = open_sockets(argv[1]);
    while (fgets(line, sizeof line, stdin)) {
        struct ether_addr source;
        if (sscanf(line, "%15s %17s %1024s", iface, mac, hex) != 3 || !ether_aton_r(mac, &source)) {
            errno = EINVAL;
            fail(line);
        }
        struct packet p = from_hex(hex);
        if (strcmp(iface, "lo") == 0)
            send_local(&s, &p);
        else
            send_frame(s.frames, iface, &source, &p);
    }
    return 0;
}
