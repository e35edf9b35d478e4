/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 and IPv6 as libxtables and the kernel see them: one table each, no code. */
#ifndef LBGEN_XT_FAMILY_H
#define LBGEN_XT_FAMILY_H

#include <stddef.h>
#include <stdint.h>

struct xt_family {
    int number;       /* 4 or 6 */
    const char *name; /* "IPv4" */
    int af;
    uint8_t nfproto;
    uint8_t address_size;                         /* bytes */
    uint8_t proto_flag, goto_flag, fragment_flag; /* bits of `flags`; 0: there is no such bit */
    uint8_t ipproto;                              /* getsockopt's level */
    int so_rev_match, so_rev_target;              /* and options: does the kernel have this revision */
    size_t entry_size;                            /* struct ipt_entry or ip6t_entry; below: offsets in it */
    size_t source, source_mask, destination, destination_mask;
    size_t in, in_mask, out, out_mask; /* IFNAMSIZ bytes each, in one piece up to proto */
    size_t proto;                      /* uint16_t */
    size_t flags, inversions;          /* uint8_t */
    size_t ip_size;                    /* all that tells packets apart, from the entry's first byte on */
    size_t target_offset, next_offset; /* uint16_t */
    size_t counters;                   /* struct xt_counters */
};

/* `number` is 4 or 6. */
const struct xt_family *xt_family(int number);

/* The bits of `inversions`, the same in both families. */
enum {
    XT_NOT_IN = 0x01,
    XT_NOT_OUT = 0x02,
    XT_NOT_SOURCE = 0x08,
    XT_NOT_DESTINATION = 0x10,
    XT_NOT_FRAGMENT = 0x20,
    XT_NOT_PROTO = 0x40
};

#endif
