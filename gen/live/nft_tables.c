/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "lbgen/nft_tables.h"
#include "lbgen/table.h"

enum { PATIENCE = 10 /* seconds */, ANSWER_MAX = 64 * 1024, TRIES = 20 };

static struct mnl_socket *open_socket(void)
{
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
    struct timeval patience = {.tv_sec = PATIENCE};

    if (!socket)
        return NULL;
    if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
        setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) {
        int error = errno;

        mnl_socket_close(socket);
        errno = error;
        return NULL;
    }
    return socket;
}

/* Sends one request and hands each message of the answer to `each`; false with errno. */
static bool ask_on(struct mnl_socket *socket, int type, uint16_t flags, uint8_t family, mnl_cb_t each,
                   void *data)
{
    _Alignas(struct nlmsghdr) char request[64] = {0};
    _Alignas(struct nlmsghdr) char answer[ANSWER_MAX];
    struct nlmsghdr *header = mnl_nlmsg_put_header(request);
    uint32_t sequence = (uint32_t)time(NULL);
    struct nfgenmsg *message;
    int more;

    header->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type);
    header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    header->nlmsg_seq = sequence;
    message = mnl_nlmsg_put_extra_header(header, sizeof *message);
    *message = (struct nfgenmsg){.nfgen_family = family, .version = NFNETLINK_V0};
    if (mnl_socket_sendto(socket, header, header->nlmsg_len) < 0)
        return false;
    do {
        ssize_t n = mnl_socket_recvfrom(socket, answer, sizeof answer);

        more = n < 0 ? MNL_CB_ERROR
                     : mnl_cb_run(answer, (size_t)n, sequence, mnl_socket_get_portid(socket), each, data);
    } while (more > MNL_CB_STOP);
    return more == MNL_CB_STOP;
}

/* Again when a signal or a change of the tables came between. */
static bool ask(int type, uint16_t flags, uint8_t family, mnl_cb_t each, void *data)
{
    bool good = false;

    errno = EINTR;
    for (int i = 0; i < TRIES && !good && errno == EINTR; i++) {
        struct mnl_socket *socket = open_socket();

        if (!socket)
            return false;
        good = ask_on(socket, type, flags, family, each, data);
        int error = errno;
        mnl_socket_close(socket);
        errno = error;
    }
    return good;
}

/* The answers where the kernel, or its sockets, know no nf_tables: nfnetlink says EINVAL for a part that it
 * does not have. */
static bool is_unknown(int error)
{
    return error == EINVAL || error == EOPNOTSUPP || error == EPROTONOSUPPORT || error == EAFNOSUPPORT;
}

static bool explain(struct complaint *why)
{
    int error = errno;

    if (error == EPERM || error == EACCES)
        return complain(why, 0, 0, "nf_tables can't be asked: this needs root, or CAP_NET_ADMIN");
    if (is_unknown(error))
        return complain(why, 0, 0, "this kernel has no nf_tables (module nf_tables)");
    return complain(why, 0, 0, "nf_tables can't be asked: %s", strerror(error));
}

static int find_generation(const struct nlattr *attr, void *generation)
{
    if (mnl_attr_get_type(attr) == NFTA_GEN_ID && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
        *(uint32_t *)generation = ntohl(mnl_attr_get_u32(attr));
    return MNL_CB_OK;
}

static int note_generation(const struct nlmsghdr *header, void *generation)
{
    return mnl_attr_parse(header, sizeof(struct nfgenmsg), find_generation, generation) < 0 ? MNL_CB_ERROR
                                                                                            : MNL_CB_STOP;
}

bool nft_generation(uint32_t *generation, struct complaint *why)
{
    return ask(NFT_MSG_GETGEN, 0, NFPROTO_UNSPEC, note_generation, generation) || explain(why);
}

/* What is looked for: an attribute that names one of our tables. */
struct search {
    uint8_t family;
    uint16_t attribute;
    bool found;
    enum table table;
};

static int find_name(const struct nlattr *attr, void *data)
{
    struct search *search = data;
    const char *name = mnl_attr_get_payload(attr);

    if (mnl_attr_get_type(attr) == search->attribute && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0 &&
        table_find(name, strlen(name), &search->table))
        search->found = true;
    return MNL_CB_OK;
}

static int look_at(const struct nlmsghdr *header, void *search)
{
    const struct nfgenmsg *message = mnl_nlmsg_get_payload(header);

    if (message->nfgen_family != ((struct search *)search)->family)
        return MNL_CB_OK;
    return mnl_attr_parse(header, sizeof *message, find_name, search);
}

static struct search search_for(enum family family, uint16_t attribute)
{
    return (struct search){.family = family == IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6, .attribute = attribute};
}

/* A kernel without nf_tables has none of its tables. */
static bool find(int type, struct search *search, struct complaint *why)
{
    return ask(type, NLM_F_DUMP, search->family, look_at, search) || is_unknown(errno) || explain(why);
}

bool nft_tables_present(enum family family, bool *present, struct complaint *why)
{
    struct search search = search_for(family, NFTA_TABLE_NAME);
    bool good = find(NFT_MSG_GETTABLE, &search, why);

    *present = search.found;
    return good;
}

bool nft_tables_native(enum family family, bool *native, enum table *table, struct complaint *why)
{
    struct search search = search_for(family, NFTA_SET_TABLE);
    bool good = find(NFT_MSG_GETSET, &search, why);

    *native = search.found;
    *table = search.table;
    return good;
}
