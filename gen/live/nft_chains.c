/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/name_index.h"
#include "lbgen/nft_chains.h"
#include "lbgen/nft_dump.h"
#include "lbgen/vec.h"

enum { TRIES = 5 };

/* --- chains --- */

struct chain_reader {
    struct nft_chains *chains;
    bool with_iptables;
};

static const char *family_name(uint8_t family)
{
    return family == NFPROTO_IPV4   ? "ip"
           : family == NFPROTO_IPV6 ? "ip6"
           : family == NFPROTO_INET ? "inet"
                                    : NULL;
}

static uint8_t family_number(const char *name)
{
    return strcmp(name, "ip") == 0 ? NFPROTO_IPV4 : strcmp(name, "ip6") == 0 ? NFPROTO_IPV6 : NFPROTO_INET;
}

/* iptables-nft's chains differ from everybody else's by nothing but their names. */
static bool is_of_iptables(const char *family, const char *table, const char *chain)
{
    static const char *const tables[] = {"raw", "mangle", "nat", "filter", "security"};

    if (strcmp(family, "inet") == 0 || strcmp(chain, "INPUT") != 0)
        return false;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(table, tables[i]) == 0)
            return true;
    return false;
}

static int take_chain(const struct nlmsghdr *message, void *to)
{
    const struct chain_reader *reader = to;
    struct nft_chains *chains = reader->chains;
    const struct nfgenmsg *head = mnl_nlmsg_get_payload(message);
    const char *family = family_name(head->nfgen_family);
    const struct nft_attrs a = nft_attrs_of(message), hook = nft_attrs_inside(a.of[NFTA_CHAIN_HOOK]);
    const char *table = nft_text(a.of[NFTA_CHAIN_TABLE]), *name = nft_text(a.of[NFTA_CHAIN_NAME]);

    if (!family || !a.of[NFTA_CHAIN_HOOK] || nft_number(hook.of[NFTA_HOOK_HOOKNUM]) != NF_INET_LOCAL_IN)
        return MNL_CB_OK;
    bool of_iptables = is_of_iptables(family, table, name);
    if (of_iptables && !reader->with_iptables)
        return MNL_CB_OK;
    bool drop = a.of[NFTA_CHAIN_POLICY] && nft_number(a.of[NFTA_CHAIN_POLICY]) == NF_DROP;
    *VEC_ADD(chains) = (struct nft_chain){.family = family,
                                          .table = arena_text(&chains->mem, table, strlen(table)),
                                          .name = arena_text(&chains->mem, name, strlen(name)),
                                          .priority = (int32_t)nft_number(hook.of[NFTA_HOOK_PRIORITY]),
                                          .policy_drop = drop,
                                          .can_drop = drop,
                                          .of_iptables = of_iptables};
    return MNL_CB_OK;
}

/* --- rules: which chains of a table have one that drops, and which chains lead to which --- */

struct node {
    const char *name;
    bool drops;
};

struct nodes {
    struct node *at;
    size_t n, cap;
};

struct edge {
    uint32_t from, to;
};

struct rule_reader {
    struct nodes nodes;
    struct {
        struct edge *at;
        size_t n, cap;
    } edges;
    struct name_index index;
    struct arena mem;
    uint32_t node; /* of the rule that is being read */
};

static const char *name_of_node(const void *items, uint32_t i, size_t *len)
{
    const struct node *nodes = items;

    *len = strlen(nodes[i].name);
    return nodes[i].name;
}

static uint32_t node_of(struct rule_reader *r, const char *chain)
{
    size_t len = strlen(chain);
    uint32_t i = name_index_enter(&r->index, r->nodes.at, chain, len, (uint32_t)r->nodes.n);

    if (i != NAME_NOT_FOUND)
        return i;
    *VEC_ADD(&r->nodes) = (struct node){.name = arena_text(&r->mem, chain, len)};
    return (uint32_t)r->nodes.n - 1;
}

static void look_at_verdict(struct rule_reader *r, uint32_t node, const struct nlattr *data)
{
    const struct nft_attrs inside = nft_attrs_inside(data),
                           verdict = nft_attrs_inside(inside.of[NFTA_DATA_VERDICT]);
    const uint32_t code = nft_number(verdict.of[NFTA_VERDICT_CODE]);

    if (!verdict.of[NFTA_VERDICT_CODE])
        return;
    if (code == (uint32_t)NFT_JUMP || code == (uint32_t)NFT_GOTO) {
        uint32_t to = node_of(r, nft_text(verdict.of[NFTA_VERDICT_CHAIN]));

        *VEC_ADD(&r->edges) = (struct edge){node, to};
    } else if (code == NF_DROP || (code & NF_VERDICT_MASK) == NF_QUEUE) {
        r->nodes.at[node].drops = true;
    }
}

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names;
}

/* What a map of verdicts says is not looked at: it may be to drop. */
static void look_at_expression(struct rule_reader *r, uint32_t node, const char *name,
                               const struct nft_attrs *data)
{
    static const char *const dropping[] = {"reject", "queue", "synproxy", NULL}, *const dropping_targets[] = {
                                                                                     "REJECT", "NFQUEUE",
                                                                                     "SYNPROXY", "TARPIT",
                                                                                     NULL};

    if (strcmp(name, "immediate") == 0 && nft_number(data->of[NFTA_IMMEDIATE_DREG]) == NFT_REG_VERDICT)
        look_at_verdict(r, node, data->of[NFTA_IMMEDIATE_DATA]);
    else if (is_one_of(name, dropping) ||
             (strcmp(name, "target") == 0 &&
              is_one_of(nft_text(data->of[NFTA_TARGET_NAME]), dropping_targets)) ||
             (strcmp(name, "lookup") == 0 && data->of[NFTA_LOOKUP_DREG] &&
              nft_number(data->of[NFTA_LOOKUP_DREG]) == NFT_REG_VERDICT))
        r->nodes.at[node].drops = true;
}

static int take_expression(const struct nlattr *element, void *to)
{
    struct rule_reader *r = to;
    const struct nft_attrs e = nft_attrs_inside(element), data = nft_attrs_inside(e.of[NFTA_EXPR_DATA]);

    look_at_expression(r, r->node, nft_text(e.of[NFTA_EXPR_NAME]), &data);
    return MNL_CB_OK;
}

static int take_rule(const struct nlmsghdr *message, void *to)
{
    struct rule_reader *r = to;
    const struct nft_attrs a = nft_attrs_of(message);

    r->node = node_of(r, nft_text(a.of[NFTA_RULE_CHAIN]));
    if (a.of[NFTA_RULE_EXPRESSIONS])
        mnl_attr_parse_nested(a.of[NFTA_RULE_EXPRESSIONS], take_expression, r);
    return MNL_CB_OK;
}

/* A chain drops that leads to one that drops. The kernel lets no walk be longer than 16 jumps. */
static void follow_jumps(struct rule_reader *r)
{
    bool changed;

    do {
        changed = false;
        for (size_t i = 0; i < r->edges.n; i++) {
            struct node *from = &r->nodes.at[r->edges.at[i].from];

            if (!from->drops && r->nodes.at[r->edges.at[i].to].drops)
                from->drops = changed = true;
        }
    } while (changed);
}

static bool same_table(const struct nft_chain *a, const struct nft_chain *b)
{
    return strcmp(a->family, b->family) == 0 && strcmp(a->table, b->table) == 0;
}

/* Reads the table of the chain, for all chains of that table. */
static int judge_table(struct mnl_socket *socket, struct nft_chains *chains, const struct nft_chain *first)
{
    struct rule_reader r = {.index.name_of = name_of_node};
    int error = nft_dump(socket, NFT_MSG_GETRULE, family_number(first->family), first->table, take_rule, &r);

    follow_jumps(&r);
    for (size_t i = 0; !error && i < chains->n; i++)
        if (same_table(&chains->at[i], first)) {
            uint32_t node = node_of(&r, chains->at[i].name);

            chains->at[i].can_drop |= r.nodes.at[node].drops;
        }
    free(r.nodes.at);
    free(r.edges.at);
    name_index_free(&r.index);
    arena_free(&r.mem);
    return error;
}

static int read_all(struct mnl_socket *socket, struct nft_chains *chains, bool with_iptables)
{
    struct chain_reader reader = {chains, with_iptables};
    int error = nft_dump(socket, NFT_MSG_GETCHAIN, NFPROTO_UNSPEC, NULL, take_chain, &reader);

    for (size_t i = 0; !error && i < chains->n; i++) {
        bool read = false;

        for (size_t j = 0; j < i; j++)
            read |= same_table(&chains->at[i], &chains->at[j]);
        if (!read)
            error = judge_table(socket, chains, &chains->at[i]);
    }
    return error;
}

bool nft_chains_read(struct nft_chains *chains, bool with_iptables, struct complaint *why)
{
    int error = EINTR;

    for (int i = 0; i < TRIES && error == EINTR; i++) {
        struct mnl_socket *socket = nft_dump_open(); /* a new one, without answers to the last try */

        nft_chains_free(chains);
        error = socket ? read_all(socket, chains, with_iptables) : errno;
        if (socket)
            mnl_socket_close(socket);
    }
    if (!error)
        return true;
    nft_chains_free(chains);
    return complain(why, 0, 0, "the chains of nf_tables can't be read: %s", strerror(error));
}

void nft_chains_free(struct nft_chains *chains)
{
    free(chains->at);
    arena_free(&chains->mem);
    *chains = (struct nft_chains){0};
}
