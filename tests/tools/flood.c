/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flood ADDRESS PORT RATE PACKETS SECONDS
 *
 * Sends UDP datagrams of one byte to ADDRESS (IPv4), RATE a second, until PACKETS have been sent, SECONDS
 * have gone by, or standard input has ended. Prints how many were sent. Status 0; 1 when something failed, 2
 * bad usage.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64 };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long send_batch(int fd, long n)
{
    static char byte = 'x';
    static struct iovec content = {&byte, 1};
    static struct mmsghdr messages[BATCH];

    for (size_t i = 0; i < BATCH; i++)
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &content, .msg_iovlen = 1};
    int sent = sendmmsg(fd, messages, (unsigned)(n < BATCH ? n : BATCH), 0);
    if (sent >= 0)
        return sent;
    if (errno == ENOBUFS || errno == EAGAIN || errno == ECONNREFUSED || errno == EINTR)
        return 0;
    perror("flood: send");
    exit(1);
}

int main(int argc, char **argv)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    char ignored;

    if (argc != 6 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
        fputs("usage: flood ADDRESS PORT RATE PACKETS SECONDS\n", stderr);
        return 2;
    }
    to.sin_port = htons((uint16_t)atoi(argv[2]));
    double rate = atof(argv[3]), seconds = atof(argv[5]), began = now();
    long most = atol(argv[4]), sent = 0;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
        perror("flood");
        return 1;
    }

    while (sent < most && now() - began < seconds) {
        long due = (long)((now() - began) * rate) + BATCH - sent;
        if (due > most - sent)
            due = most - sent;
        if (due >= BATCH || due == most - sent)
            sent += send_batch(fd, due);
        if (poll(&in, 1, due >= 2 * BATCH ? 0 : 1) > 0 && read(STDIN_FILENO, &ignored, 1) <= 0)
            break;
    }
    printf("%ld\n", sent);
    return 0;
}
