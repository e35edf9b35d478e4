/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libip4tc and libip6tc as data: the same functions for both families, entries as bytes. Rule numbers count
 * from 0. What returns bool sets errno when it fails; `strerror` has to be asked straight after that. */
#ifndef LBGEN_LEGACY_TC_H
#define LBGEN_LEGACY_TC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/family.h"

struct xtc_handle;

struct legacy_tc {
    struct xtc_handle *(*init)(const char *table); /* NULL: errno; makes the table when it does not exist */
    void (*free)(struct xtc_handle *h);
    const char *(*first_chain)(struct xtc_handle *h);
    const char *(*next_chain)(struct xtc_handle *h);
    const void *(*first_rule)(const char *chain, struct xtc_handle *h);
    const void *(*next_rule)(const void *entry, struct xtc_handle *h);
    const char *(*target)(const void *entry, struct xtc_handle *h);
    bool (*is_builtin)(const char *chain, struct xtc_handle *h);
    const char *(*policy)(const char *chain, uint64_t counters[2], struct xtc_handle *h);
    bool (*insert)(const char *chain, const void *entry, unsigned number, struct xtc_handle *h);
    bool (*append)(const char *chain, const void *entry, struct xtc_handle *h);
    bool (*delete_rule)(const char *chain, unsigned number, struct xtc_handle *h);
    bool (*flush)(const char *chain, struct xtc_handle *h);
    bool (*create_chain)(const char *chain, struct xtc_handle *h);
    bool (*delete_chain)(const char *chain, struct xtc_handle *h);
    bool (*set_policy)(const char *chain, const char *policy, const uint64_t counters[2],
                       struct xtc_handle *h);
    bool (*commit)(struct xtc_handle *h);
    const char *(*strerror)(int error);

    const char *names_file; /* the tables that exist: /proc/net/... */
    int af, level;          /* for getsockopt */
    int get_info, get_entries;
    size_t counters_at, target_offset_at, next_offset_at; /* in an entry */
};

extern const struct legacy_tc legacy_tc[FAMILIES];

#endif
