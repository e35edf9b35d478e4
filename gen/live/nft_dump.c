/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "lbgen/netlink.h"
#include "lbgen/nft_dump.h"

enum { BUFFER = 64 * 1024 };

static int take_attr(const struct nlattr *attr, void *to)
{
    struct nft_attrs *attrs = to;
    uint16_t type = mnl_attr_get_type(attr);

    if (type < sizeof attrs->of / sizeof *attrs->of)
        attrs->of[type] = attr;
    return MNL_CB_OK;
}

struct nft_attrs nft_attrs_of(const struct nlmsghdr *message)
{
    struct nft_attrs attrs = {0};

    mnl_attr_parse(message, sizeof(struct nfgenmsg), take_attr, &attrs);
    return attrs;
}

struct nft_attrs nft_attrs_inside(const struct nlattr *nest)
{
    struct nft_attrs attrs = {0};

    if (nest)
        mnl_attr_parse_nested(nest, take_attr, &attrs);
    return attrs;
}

const char *nft_text(const struct nlattr *attr)
{
    return attr && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0 ? mnl_attr_get_str(attr) : "";
}

uint32_t nft_number(const struct nlattr *attr)
{
    return attr && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0 ? ntohl(mnl_attr_get_u32(attr)) : 0;
}

int nft_dump(struct mnl_socket *socket, unsigned what, uint8_t family, const char *table, mnl_cb_t take,
             void *to)
{
    return nft_dump_of(socket, what, family, table, NULL, take, to);
}

int nft_dump_of(struct mnl_socket *socket, unsigned what, uint8_t family, const char *table, const char *set,
                mnl_cb_t take, void *to)
{
    char buffer[BUFFER];
    struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);

    request->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | what);
    request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    struct nfgenmsg *head = mnl_nlmsg_put_extra_header(request, sizeof *head);
    *head = (struct nfgenmsg){.nfgen_family = family, .version = NFNETLINK_V0};
    if (table)
        mnl_attr_put_strz(request, NFTA_RULE_TABLE, table);
    if (set)
        mnl_attr_put_strz(request, NFTA_SET_ELEM_LIST_SET, set);
    if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
        return errno;
    for (;;) {
        ssize_t len = netlink_receive(socket, buffer, sizeof buffer);

        if (len < 0)
            return errno; /* the dump's own EINTR comes from mnl_cb_run */
        int more = mnl_cb_run(buffer, (size_t)len, 0, mnl_socket_get_portid(socket), take, to);
        if (more <= 0)
            return more == 0 ? 0 : errno;
    }
}

struct mnl_socket *nft_dump_open(void)
{
    return netlink_open(NETLINK_NETFILTER);
}
