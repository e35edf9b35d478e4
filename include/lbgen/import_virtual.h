/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A virtual server of IPVS, in whatever file it stands, on its way into a draft. */
#ifndef LBGEN_IMPORT_VIRTUAL_H
#define LBGEN_IMPORT_VIRTUAL_H

#include "lbgen/draft.h"

struct import_real {
    srcpos at;
    struct prefix address; /* full length */
    uint16_t port;         /* 0: the service's */
    uint32_t weight;
    enum forwarding forwarding;
};

struct import_virtual {
    srcpos at;
    const char *name;         /* NULL: made of its ports */
    uint32_t mark;            /* 0: found by address */
    struct prefix vip;        /* full length; family FAMILIES: not known */
    const char *vip_proposal; /* where it is not known; NULL: none */
    uint16_t port;            /* 0: any, or not known */
    uint8_t protocol;         /* enum proto */
    const char *scheduler;
    unsigned flags; /* SCHED_* */
    bool persistent;
    uint32_t persistence; /* seconds */
    const char *mask;     /* persistence-mask; NULL: none */
    bool one_packet;
    struct {
        const struct import_real *at;
        uint32_t n, cap;
    } reals;
    struct import_real sorry; /* at SRC_NONE: none */
    const char *check;        /* "tcp 80"; NULL: nothing is known */
};

/* A server that nothing is known of: tcp, rr, no VIP. */
struct import_virtual import_virtual_new(srcpos at);

void import_virtual_add_real(struct draft *d, struct import_virtual *v, const struct import_real *real);

/* Sets the persistence mask; the text must stay. False, with the reason, where it is none. */
bool import_virtual_set_mask(struct import_virtual *v, const char *text, struct complaint *why);

/* Puts all of *v into a new service. What services.ini has no word for, such as a real server's own port,
 * becomes a remark. Without a VIP, or ports where it is found by its mark, these are left for the reader to
 * fill in. Further keys and remarks may follow. */
struct draft_service *import_virtual_draft(struct draft *d, const struct import_virtual *v);

/* The bit of a scheduler's flag as ipvsadm and Keepalived write it; 0: none. */
unsigned import_flag(const char *word);

/* What the port is known for: "http"; NULL: nothing. */
const char *import_port_known(uint16_t port);

#endif
