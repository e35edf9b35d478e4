/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Keepalived is told of IPVS, of VRRP and of marks. A value that is only known to a running Keepalived,
 * or that it would refuse, is left open here: it may be anything. */
#ifndef LBGEN_KEEPALIVED_CONF_H
#define LBGEN_KEEPALIVED_CONF_H

#include "lbgen/keepalived_tree.h"
#include "lbgen/prefix.h"

struct ka_place {
    srcpos at;
    uint32_t len;
};

enum ka_answer { KA_NO, KA_YES, KA_OPEN };

struct ka_virtual {
    struct ka_place place;     /* of its name */
    const char *group;         /* NULL: none, or an open one */
    unsigned families;         /* FAMILY_BIT_*: it is of one of these */
    enum ka_answer persistent; /* persistence_timeout */
    enum ka_answer hashed; /* the scheduler looks at the client's address alone: sh, mh without their ports */
    uint8_t protocol;      /* by its first letter; 0: none, or an open one */
};

/* A virtual server of IPVS that is found by a mark: `virtual_server fwmark N`, or a mark of its group. */
struct ka_mark {
    uint32_t mark;
    unsigned families; /* FAMILY_BIT_*: it is of one of these */
    struct ka_place place;
    const struct ka_virtual *server;
};

/* A virtual server that Keepalived ignores: its group is not there, or has nothing in it. */
struct ka_ignored {
    const struct ka_virtual *server;
    struct ka_place empty; /* the group; at SRC_NONE: there is none */
};

struct ka_peer {
    struct prefix address; /* full length */
    struct ka_place place;
};

struct ka_instance {
    const char *name;
    struct ka_place place;
    const char *interface; /* NULL: not given, or open */
    struct ka_place interface_place;
    bool own_interface; /* use_vmac, use_ipvlan: VRRP may come in on another one */
    unsigned families;  /* FAMILY_BIT_*; 0: nothing tells */
    const struct ka_peer *peers;
    uint32_t n_peers, cap_peers;
    bool unicast;      /* there is a unicast_peer */
    struct prefix to;  /* where VRRP comes to this host; any address where nothing tells */
    enum ka_answer ah; /* authentication AH, in a version that has it */
    struct ka_place ah_place;
};

/* Zero-initialise; keepalived_free when done. Lists live in mem. */
struct keepalived {
    const struct ka_mark *marks;
    const struct ka_ignored *ignored;
    const struct ka_instance *instances;
    const struct ka_peer *addresses; /* of all virtual_ipaddress and virtual_ipaddress_excluded */
    uint32_t n_marks, cap_marks, n_ignored, cap_ignored, n_instances, cap_instances, n_addresses,
        cap_addresses;
    bool marks_open, addresses_open; /* there may be more of them */
    uint32_t nft_first, nft_count; /* the marks that nftables_ipvs hands out; count 0: none that are known */
    struct ka_place nft_place;
    const char *sync_interface; /* lvs_sync_daemon's; NULL: not given, or open */
    struct ka_place start;      /* the file's first word, or its beginning */
    struct arena mem;
};

/* Makes *k of the tree, which must stay; `start` is where the file begins. Notes of what is left open go to
 * diag. */
void keepalived_make(const struct ka_tree *tree, srcpos start, struct keepalived *k, struct diag *diag);

void keepalived_free(struct keepalived *k);

#endif
