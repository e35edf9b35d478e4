/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet_watch COUNT COMMAND [ARGUMENT...]
 *
 * Runs COMMAND, which sends the probes 1 to COUNT (packet_build says how a probe is known), and prints a line
 *
 *     ID POINT MARK SOURCE
 *
 * for each place where this network namespace sees one: POINT is the prefix of the NFLOG rule (group 1) that
 * it met, or, when it leaves by an interface, that interface's name in brackets. Ends when the command has
 * ended, every probe was seen somewhere and all has been quiet for a moment; after some seconds in any case.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GROUP = 1, PROBE_TTL = 201, COPIED_BYTES = 128, MOST_PROBES = 4096, QUIET_MS = 25, LONGEST_MS = 5000 };

struct request {
    struct nlmsghdr head;
    struct nfgenmsg gen;
    struct nlattr attr;
    uint8_t data[8];
};

static bool seen[MOST_PROBES + 1];
static long unseen;

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(1);
}

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- probes --- */

/* The probe's ID, or 0 when the packet is none. A router may have taken one from the TTL. */
static uint32_t probe_id(const uint8_t *b, size_t n)
{
    bool v4 = n >= 20 && b[0] >> 4 == 4, v6 = n >= 40 && b[0] >> 4 == 6;
    uint8_t ttl = v4 ? b[8] : v6 ? b[7] : (uint8_t)0;
    uint32_t id = v4 ? (uint32_t)b[4] << 8 | b[5] : (uint32_t)(b[1] & 0xf) << 16 | (uint32_t)b[2] << 8 | b[3];

    return (ttl == PROBE_TTL || ttl == PROBE_TTL - 1) && id <= MOST_PROBES ? id : 0;
}

static void report(const uint8_t *b, size_t n, const char *point, uint32_t mark)
{
    uint32_t id = probe_id(b, n);
    char source[INET6_ADDRSTRLEN];
    bool v4 = b[0] >> 4 == 4;

    if (!id)
        return;
    if (!seen[id])
        unseen--;
    seen[id] = true;
    inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? b + 12 : b + 8, source, sizeof source);
    printf("%u %s 0x%x %s\n", id, point, mark, source);
}

/* --- what rules log --- */

static void ask_log(int fd, uint16_t type, const void *data, size_t n)
{
    struct request r = {.head = {.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
                                 .nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG},
                        .gen = {.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = htons(GROUP)},
                        .attr = {.nla_type = type}};
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
        uint8_t rest[256];
    } answer;

    memcpy(r.data, data, n);
    r.attr.nla_len = (uint16_t)(sizeof r.attr + n);
    r.head.nlmsg_len = (uint32_t)(sizeof r - sizeof r.data + ((n + 3) & ~(size_t)3));
    if (send(fd, &r, r.head.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof answer, 0) < 0)
        fail("nfnetlink_log");
    errno = -answer.error.error;
    if (answer.head.nlmsg_type != NLMSG_ERROR || errno)
        fail("nfnetlink_log");
}

static int open_log(void)
{
    struct nfulnl_msg_config_cmd bind_group = {.command = NFULNL_CFG_CMD_BIND};
    struct nfulnl_msg_config_mode copy = {.copy_range = htonl(COPIED_BYTES), .copy_mode = NFULNL_COPY_PACKET};
    uint32_t at_once = htonl(1);
    int room = 4 << 20;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

    if (fd < 0)
        fail("nfnetlink_log");
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    ask_log(fd, NFULA_CFG_CMD, &bind_group, sizeof bind_group);
    ask_log(fd, NFULA_CFG_MODE, &copy, sizeof copy);
    ask_log(fd, NFULA_CFG_QTHRESH, &at_once, sizeof at_once);
    return fd;
}

static void read_packet_log(const uint8_t *attrs, size_t n)
{
    const uint8_t *packet = NULL;
    const char *point = "-";
    size_t len = 0;
    uint32_t mark = 0;

    while (n >= sizeof(struct nlattr)) {
        struct nlattr a;
        memcpy(&a, attrs, sizeof a);
        if (a.nla_len < sizeof a || a.nla_len > n)
            break;
        const uint8_t *data = attrs + sizeof a;
        if (a.nla_type == NFULA_PAYLOAD) {
            packet = data;
            len = a.nla_len - sizeof a;
        } else if (a.nla_type == NFULA_PREFIX) {
            point = (const char *)data;
        } else if (a.nla_type == NFULA_MARK) {
            memcpy(&mark, data, sizeof mark);
        }
        size_t step = ((size_t)a.nla_len + 3) & ~(size_t)3;
        attrs += step;
        n -= step < n ? step : n;
    }
    if (packet)
        report(packet, len, point, ntohl(mark));
}

static void read_log(int fd)
{
    static uint8_t b[65536];
    ssize_t got = recv(fd, b, sizeof b, MSG_DONTWAIT);
    size_t n = got > 0 ? (size_t)got : 0, head = sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg);
    struct nlmsghdr h;

    for (size_t at = 0; at + head <= n; at += ((size_t)h.nlmsg_len + 3) & ~(size_t)3) {
        memcpy(&h, b + at, sizeof h);
        if (h.nlmsg_len < head || h.nlmsg_len > n - at)
            break;
        if (h.nlmsg_type == (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET))
            read_packet_log(b + at + head, h.nlmsg_len - head);
    }
}

/* --- what leaves by an interface --- */

static void read_leaving(int fd)
{
    uint8_t b[COPIED_BYTES];
    struct sockaddr_ll from = {.sll_pkttype = PACKET_HOST};
    socklen_t len = sizeof from;
    char name[IF_NAMESIZE] = "?", point[IF_NAMESIZE + 2];
    ssize_t got = recvfrom(fd, b, sizeof b, MSG_DONTWAIT, (struct sockaddr *)&from, &len);

    if (got <= 0 || from.sll_pkttype != PACKET_OUTGOING)
        return;
    if_indextoname((unsigned)from.sll_ifindex, name);
    snprintf(point, sizeof point, "[%s]", name);
    report(b, (size_t)got, point, 0);
}

/* --- the run --- */

static pid_t start(char **command)
{
    pid_t child = fork();

    if (child < 0)
        fail("fork");
    if (child == 0) {
        execvp(command[0], command);
        fail(command[0]);
    }
    return child;
}

int main(int argc, char **argv)
{
    int status = -1;
    long deadline = now_ms() + LONGEST_MS;

    if (argc < 3 || (unseen = atol(argv[1])) > MOST_PROBES)
        return 2;
    struct pollfd fds[] = {
        {.fd = open_log(), .events = POLLIN},
        {.fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL)), .events = POLLIN}};
    pid_t child = start(argv + 2);

    for (bool running = true;;) {
        int ready = poll(fds, 2, QUIET_MS);
        if (running && waitpid(child, &status, WNOHANG) == child)
            running = false;
        if (fds[0].revents)
            read_log(fds[0].fd);
        if (fds[1].revents)
            read_leaving(fds[1].fd);
        if ((!ready && !running && unseen <= 0) || now_ms() > deadline) {
            if (running)
                kill(child, SIGTERM);
            break;
        }
    }
    return fflush(stdout) == 0 && status == 0 ? 0 : 1;
}
