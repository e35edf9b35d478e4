/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "lbgen/netlink.h"
#include "lbgen/routing_rules.h"
#include "lbgen/vec.h"

enum { MESSAGE_SIZE = 16 * 1024 };

static int take_attribute(const struct nlattr *attribute, void *to)
{
    struct routing_rule *rule = to;

    if (mnl_attr_validate(attribute, MNL_TYPE_U32) != 0)
        return MNL_CB_OK;
    switch (mnl_attr_get_type(attribute)) {
    case FRA_PRIORITY: rule->priority = mnl_attr_get_u32(attribute); break;
    case FRA_FWMARK: rule->mark = mnl_attr_get_u32(attribute); break;
    case FRA_FWMASK: rule->mask = mnl_attr_get_u32(attribute); break;
    default: break;
    }
    return MNL_CB_OK;
}

static int take_rule(const struct nlmsghdr *message, void *to)
{
    struct routing_rules *rules = to;
    const struct fib_rule_hdr *head = mnl_nlmsg_get_payload(message);
    struct routing_rule rule = {0};

    if (message->nlmsg_type != RTM_NEWRULE)
        return MNL_CB_OK;
    rule.inverted = head->flags & FIB_RULE_INVERT;
    mnl_attr_parse(message, sizeof *head, take_attribute, &rule);
    if (rule.mask) /* of a mark of 0 the kernel tells the mask alone */
        *VEC_ADD(rules) = rule;
    return MNL_CB_OK;
}

static int dump(struct mnl_socket *socket, enum family family, struct routing_rules *rules)
{
    char room[MESSAGE_SIZE];
    struct nlmsghdr *message = mnl_nlmsg_put_header(room);
    int more = 1;

    message->nlmsg_type = RTM_GETRULE;
    message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    struct fib_rule_hdr *head = mnl_nlmsg_put_extra_header(message, sizeof *head);
    head->family = (uint8_t)family_ops[family].af;
    if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
        return errno;
    while (more > 0) {
        ssize_t n = netlink_receive(socket, room, sizeof room);

        if (n < 0)
            return errno;
        more = mnl_cb_run(room, (size_t)n, 0, mnl_socket_get_portid(socket), take_rule, rules);
    }
    return more < 0 ? errno : 0;
}

bool routing_rules_read(enum family family, struct routing_rules *rules, struct complaint *why)
{
    struct mnl_socket *socket = netlink_open(NETLINK_ROUTE);
    int error = socket ? dump(socket, family, rules) : errno;

    if (socket)
        mnl_socket_close(socket);
    return error == 0 || complain(why, 0, 0, "the routing rules can't be read: %s", strerror(error));
}
