/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to the kernel, by libmnl. */
#ifndef LBGEN_NETLINK_H
#define LBGEN_NETLINK_H

#include <libmnl/libmnl.h>
#include <sys/types.h>

/* A socket of NETLINK_ROUTE and the like, whose answers are waited for for 10 seconds; NULL with errno set
 * when there is none to be had; else for mnl_socket_close. */
struct mnl_socket *netlink_open(int bus);

/* The next answer, or a part of it, also where signals come in between: its length; -1 with errno set, EAGAIN
 * when the kernel is silent. */
ssize_t netlink_receive(const struct mnl_socket *socket, void *room, size_t size);

#endif
