/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lbgen/guard_talk.h"

bool guard_send(int fd, const void *data, size_t len)
{
    const char *at = data;

    while (len) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

bool guard_receive(int fd, void *data, size_t len)
{
    char *at = data;

    while (len) {
        ssize_t n = read(fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = 0;
        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

/* Room for one descriptor beside a message. */
union control {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

bool guard_send_with_fd(int fd, const struct guard_request *request, int passed)
{
    struct guard_request copy = *request;
    struct iovec part = {.iov_base = &copy, .iov_len = sizeof copy};
    union control control = {
        .align = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof passed)}};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t n;

    memcpy(CMSG_DATA(&control.align), &passed, sizeof passed);
    do
        n = sendmsg(fd, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n > 0 && guard_send(fd, (const char *)&copy + n, sizeof copy - (size_t)n);
}

bool guard_receive_with_fd(int fd, struct guard_request *request, int *passed)
{
    struct iovec part = {.iov_base = request, .iov_len = sizeof *request};
    union control control = {{0}};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t n;

    *passed = -1;
    do
        n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n == 0)
        errno = 0;
    if (n <= 0)
        return false;
    /* Nothing else comes on a socket that has not asked for it. */
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header)
        memcpy(passed, CMSG_DATA(header), sizeof *passed);
    return guard_receive(fd, (char *)request + n, sizeof *request - (size_t)n);
}
