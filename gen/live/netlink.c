/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "lbgen/netlink.h"

enum { PATIENCE_S = 10 };

struct mnl_socket *netlink_open(int bus)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC);

    if (socket &&
        (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
         setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)) {
        int error = errno;

        mnl_socket_close(socket);
        errno = error;
        return NULL;
    }
    return socket;
}

ssize_t netlink_receive(const struct mnl_socket *socket, void *room, size_t size)
{
    ssize_t n;

    do
        n = mnl_socket_recvfrom(socket, room, size);
    while (n < 0 && errno == EINTR);
    return n;
}
