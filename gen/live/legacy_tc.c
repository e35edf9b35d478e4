/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/socket.h>

#include <libiptc/libip6tc.h>
#include <libiptc/libiptc.h>

#include "lbgen/legacy_tc.h"

/* xt_chainlabel is an array that the libraries read as a whole at times: a name is copied into one. */
struct label {
    xt_chainlabel text;
};

static struct label label_of(const char *chain)
{
    struct label label = {{0}};

    strncpy(label.text, chain, sizeof label.text - 1);
    return label;
}

static void take_counters(const struct xt_counters *from, uint64_t to[2])
{
    to[0] = from->pcnt;
    to[1] = from->bcnt;
}

/* The libraries differ in a letter and in the type of an entry. */
#define LIBRARY(lib, entry)                                                                                  \
    static const void *lib##_first(const char *chain, struct xtc_handle *h)                                  \
    {                                                                                                        \
        return lib##_first_rule(chain, h);                                                                   \
    }                                                                                                        \
    static const void *lib##_next(const void *e, struct xtc_handle *h)                                       \
    {                                                                                                        \
        return lib##_next_rule(e, h);                                                                        \
    }                                                                                                        \
    static const char *lib##_target(const void *e, struct xtc_handle *h)                                     \
    {                                                                                                        \
        return lib##_get_target(e, h);                                                                       \
    }                                                                                                        \
    static bool lib##_is_builtin(const char *chain, struct xtc_handle *h)                                    \
    {                                                                                                        \
        return lib##_builtin(chain, h);                                                                      \
    }                                                                                                        \
    static const char *lib##_policy(const char *chain, uint64_t counters[2], struct xtc_handle *h)           \
    {                                                                                                        \
        struct xt_counters c = {0, 0};                                                                       \
        const char *policy = lib##_get_policy(chain, &c, h);                                                 \
                                                                                                             \
        take_counters(&c, counters);                                                                         \
        return policy;                                                                                       \
    }                                                                                                        \
    static bool lib##_insert(const char *chain, const void *e, unsigned number, struct xtc_handle *h)        \
    {                                                                                                        \
        return lib##_insert_entry(label_of(chain).text, e, number, h);                                       \
    }                                                                                                        \
    static bool lib##_append(const char *chain, const void *e, struct xtc_handle *h)                         \
    {                                                                                                        \
        return lib##_append_entry(label_of(chain).text, e, h);                                               \
    }                                                                                                        \
    static bool lib##_delete_rule(const char *chain, unsigned number, struct xtc_handle *h)                  \
    {                                                                                                        \
        return lib##_delete_num_entry(label_of(chain).text, number, h);                                      \
    }                                                                                                        \
    static bool lib##_flush(const char *chain, struct xtc_handle *h)                                         \
    {                                                                                                        \
        return lib##_flush_entries(label_of(chain).text, h);                                                 \
    }                                                                                                        \
    static bool lib##_create(const char *chain, struct xtc_handle *h)                                        \
    {                                                                                                        \
        return lib##_create_chain(label_of(chain).text, h);                                                  \
    }                                                                                                        \
    static bool lib##_delete(const char *chain, struct xtc_handle *h)                                        \
    {                                                                                                        \
        return lib##_delete_chain(label_of(chain).text, h);                                                  \
    }                                                                                                        \
    static bool lib##_policy_set(const char *chain, const char *policy, const uint64_t counters[2],          \
                                 struct xtc_handle *h)                                                       \
    {                                                                                                        \
        struct xt_counters c = {counters[0], counters[1]};                                                   \
                                                                                                             \
        return lib##_set_policy(label_of(chain).text, label_of(policy).text, &c, h);                         \
    }                                                                                                        \
    static bool lib##_do_commit(struct xtc_handle *h)                                                        \
    {                                                                                                        \
        return lib##_commit(h);                                                                              \
    }

#define FUNCTIONS(lib)                                                                                       \
    .init = lib##_init, .free = lib##_free, .first_chain = lib##_first_chain,                                \
    .next_chain = lib##_next_chain, .first_rule = lib##_first, .next_rule = lib##_next,                      \
    .target = lib##_target, .is_builtin = lib##_is_builtin, .policy = lib##_policy, .insert = lib##_insert,  \
    .append = lib##_append, .delete_rule = lib##_delete_rule, .flush = lib##_flush,                          \
    .create_chain = lib##_create, .delete_chain = lib##_delete, .set_policy = lib##_policy_set,              \
    .commit = lib##_do_commit, .strerror = lib##_strerror

#define OFFSETS(entry)                                                                                       \
    .counters_at = offsetof(struct entry, counters),                                                         \
    .target_offset_at = offsetof(struct entry, target_offset),                                               \
    .next_offset_at = offsetof(struct entry, next_offset)

LIBRARY(iptc, ipt_entry)
LIBRARY(ip6tc, ip6t_entry)

const struct legacy_tc legacy_tc[FAMILIES] = {
    [IPV4] = {FUNCTIONS(iptc), OFFSETS(ipt_entry), .names_file = "/proc/net/ip_tables_names", .af = AF_INET,
              .level = IPPROTO_IP, .get_info = IPT_SO_GET_INFO, .get_entries = IPT_SO_GET_ENTRIES},
    [IPV6] = {FUNCTIONS(ip6tc), OFFSETS(ip6t_entry), .names_file = "/proc/net/ip6_tables_names",
              .af = AF_INET6, .level = IPPROTO_IPV6, .get_info = IP6T_SO_GET_INFO,
              .get_entries = IP6T_SO_GET_ENTRIES},
};
