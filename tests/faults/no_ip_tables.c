/* SPDX-License-Identifier: GPL-2.0-or-later */
/* no_ip_tables.so, for LD_PRELOAD: a kernel without ip_tables, as far as getsockopt tells. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { IPT_BASE_CTL = 64, IPT_CTLS = 16 /* linux/netfilter_ipv4/ip_tables.h */ };

int getsockopt(int fd, int level, int option, void *restrict value, socklen_t *restrict len)
{
    if ((level == IPPROTO_IP || level == IPPROTO_IPV6) && option >= IPT_BASE_CTL &&
        option < IPT_BASE_CTL + IPT_CTLS) {
        errno = ENOPROTOOPT;
        return -1;
    }
    return (int)syscall(SYS_getsockopt, fd, level, option, value, len);
}
