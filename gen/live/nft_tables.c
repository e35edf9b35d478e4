/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "lbgen/nft_dump.h"
#include "lbgen/nft_tables.h"

enum { TRIES = 20 };

/* 0 or an errno value. */
static int ask_once(unsigned what, uint8_t family, mnl_cb_t take, void *to)
{
    struct mnl_socket *socket = nft_dump_open();

    if (!socket)
        return errno;
    int error = nft_dump(socket, what, family, NULL, take, to);
    mnl_socket_close(socket);
    return error;
}

/* Again when the tables changed meanwhile. */
static int ask(unsigned what, uint8_t family, mnl_cb_t take, void *to)
{
    int error = EINTR;

    for (int i = 0; i < TRIES && error == EINTR; i++)
        error = ask_once(what, family, take, to);
    return error;
}

/* The answers where the kernel, or its sockets, know no nf_tables. */
static bool is_unknown(int error)
{
    return error == EINVAL || error == EOPNOTSUPP || error == EPROTONOSUPPORT || error == EAFNOSUPPORT;
}

/* True when there was no error. */
static bool explain(int error, struct complaint *why)
{
    if (error == EPERM || error == EACCES)
        return complain(why, 0, 0, "nf_tables can't be asked: this needs root, or CAP_NET_ADMIN");
    if (is_unknown(error))
        return complain(why, 0, 0, "this kernel has no nf_tables (module nf_tables)");
    return !error || complain(why, 0, 0, "nf_tables can't be asked: %s", strerror(error));
}

/* One answer is all there is. */
static int take_generation(const struct nlmsghdr *answer, void *generation)
{
    const struct nft_attrs attrs = nft_attrs_of(answer);

    *(uint32_t *)generation = nft_number(attrs.of[NFTA_GEN_ID]);
    return MNL_CB_STOP;
}

bool nft_generation(uint32_t *generation, struct complaint *why)
{
    return explain(ask(NFT_MSG_GETGEN, NFPROTO_UNSPEC, take_generation, generation), why);
}

/* What is looked for: an attribute that names one of our tables. */
struct search {
    uint8_t family;
    uint16_t attribute;
    bool found;
    enum table table;
};

static int look_at(const struct nlmsghdr *answer, void *to)
{
    struct search *search = to;
    const struct nfgenmsg *head = mnl_nlmsg_get_payload(answer);
    const struct nft_attrs attrs = nft_attrs_of(answer);
    const char *name = nft_text(attrs.of[search->attribute]);

    if (head->nfgen_family == search->family && table_find(name, strlen(name), &search->table))
        search->found = true;
    return MNL_CB_OK;
}

/* A kernel without nf_tables has none of its tables. */
static bool find(unsigned what, enum family family, uint16_t attribute, struct search *search,
                 struct complaint *why)
{
    int error;

    *search = (struct search){.family = family == IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6, .attribute = attribute};
    error = ask(what, search->family, look_at, search);
    return is_unknown(error) || explain(error, why);
}

/* Which tables there are, and whether iptables can have made them: whose base chains have all other names are
 * somebody else's. */
struct owners {
    uint8_t family;
    bool present[TABLES], has_base[TABLES], has_usual[TABLES];
};

static int look_at_owner(const struct nlmsghdr *answer, void *to)
{
    struct owners *owners = to;
    const struct nfgenmsg *head = mnl_nlmsg_get_payload(answer);
    const struct nft_attrs attrs = nft_attrs_of(answer);
    const bool is_table = (answer->nlmsg_type & 0xff) == NFT_MSG_NEWTABLE;
    const char *name = nft_text(attrs.of[is_table ? NFTA_TABLE_NAME : NFTA_CHAIN_TABLE]);
    const char *chain = is_table ? "" : nft_text(attrs.of[NFTA_CHAIN_NAME]);
    enum table table;
    enum hook hook;

    if (head->nfgen_family != owners->family || !table_find(name, strlen(name), &table))
        return MNL_CB_OK;
    owners->present[table] |= is_table;
    if (!is_table && attrs.of[NFTA_CHAIN_HOOK]) {
        owners->has_base[table] = true;
        owners->has_usual[table] |= hook_find(chain, strlen(chain), &hook);
    }
    return MNL_CB_OK;
}

bool nft_tables_of_iptables(enum family family, bool *present, struct complaint *why)
{
    struct owners owners = {.family = family == IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6};
    int error = ask(NFT_MSG_GETTABLE, owners.family, look_at_owner, &owners);

    if (!error)
        error = ask(NFT_MSG_GETCHAIN, owners.family, look_at_owner, &owners);
    *present = false;
    for (int t = 0; t < TABLES; t++)
        *present |= owners.present[t] && (owners.has_usual[t] || !owners.has_base[t]);
    return is_unknown(error) || explain(error, why);
}

struct counting {
    uint8_t family;
    struct nft_table_count *count;
};

static int count_one(const struct nlmsghdr *answer, void *to)
{
    const struct counting *counting = to;
    const struct nfgenmsg *head = mnl_nlmsg_get_payload(answer);
    const struct nft_attrs attrs = nft_attrs_of(answer);
    const bool is_table = (answer->nlmsg_type & 0xff) == NFT_MSG_NEWTABLE;
    const char *name = nft_text(attrs.of[is_table ? NFTA_TABLE_NAME : NFTA_RULE_TABLE]);
    enum table table;

    if (head->nfgen_family != counting->family || !table_find(name, strlen(name), &table))
        return MNL_CB_OK;
    counting->count[table].present |= is_table;
    counting->count[table].rules += !is_table;
    return MNL_CB_OK;
}

bool nft_tables_count(enum family family, struct nft_table_count count[TABLES], struct complaint *why)
{
    struct counting counting = {.family = family == IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6, .count = count};

    int error = EINTR;

    for (int i = 0; i < TRIES && error == EINTR; i++) {
        memset(count, 0, TABLES * sizeof *count);
        error = ask_once(NFT_MSG_GETTABLE, counting.family, count_one, &counting);
        if (!error)
            error = ask_once(NFT_MSG_GETRULE, counting.family, count_one, &counting);
    }
    return is_unknown(error) || explain(error, why);
}

bool nft_tables_native(enum family family, bool *native, enum table *table, struct complaint *why)
{
    struct search search;
    bool good = find(NFT_MSG_GETSET, family, NFTA_SET_TABLE, &search, why);

    *native = search.found;
    *table = search.table;
    return good;
}
