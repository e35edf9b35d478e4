/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "lbgen/netlink.h"
#include "lbgen/route.h"

enum { MESSAGE_SIZE = 4096 };

static void put_address(struct nlmsghdr *message, const struct prefix *to)
{
    uint8_t bytes[16];

    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(to->first.high >> (56 - 8 * i));
        bytes[8 + i] = (uint8_t)(to->first.low >> (56 - 8 * i));
    }
    mnl_attr_put(message, RTA_DST, family_ops[to->family].bits / 8, bytes);
}

static int take_device(const struct nlattr *attribute, void *index)
{
    if (mnl_attr_get_type(attribute) == RTA_OIF && mnl_attr_validate(attribute, MNL_TYPE_U32) == 0)
        *(unsigned *)index = mnl_attr_get_u32(attribute);
    return MNL_CB_OK;
}

static int take_route(const struct nlmsghdr *message, void *index)
{
    mnl_attr_parse(message, sizeof(struct rtmsg), take_device, index);
    return MNL_CB_STOP;
}

static unsigned ask(struct mnl_socket *socket, const struct prefix *to)
{
    char room[MESSAGE_SIZE];
    struct nlmsghdr *message = mnl_nlmsg_put_header(room);
    unsigned index = 0;
    ssize_t n;

    message->nlmsg_type = RTM_GETROUTE;
    message->nlmsg_flags = NLM_F_REQUEST;
    struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof *route);
    route->rtm_family = (unsigned char)family_ops[to->family].af;
    route->rtm_dst_len = family_ops[to->family].bits;
    put_address(message, to);
    if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
        return 0;
    n = netlink_receive(socket, room, sizeof room);
    if (n > 0)
        mnl_cb_run(room, (size_t)n, 0, mnl_socket_get_portid(socket), take_route, &index);
    return index;
}

bool route_device(const struct prefix *to, struct interface *out)
{
    struct mnl_socket *socket = netlink_open(NETLINK_ROUTE);
    char name[IF_NAMESIZE];
    unsigned index = 0;

    *out = (struct interface){""};
    if (socket) {
        index = ask(socket, to);
        mnl_socket_close(socket);
    }
    if (index == 0 || !if_indextoname(index, name) || strlen(name) > INTERFACE_MAX)
        return false;
    memcpy(out->name, name, strlen(name) + 1);
    return true;
}
