/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What IPVS is to do: one virtual server for each mark and family. Services of one mark make one; whichever
 * of them gives a key first, in file order, speaks for all that have packets of the family. */
#ifndef LBGEN_VIRTUAL_SERVER_H
#define LBGEN_VIRTUAL_SERVER_H

#include "lbgen/mark_groups.h"

/* The kernel's three flags of a scheduler, by whatever name. */
enum { VIRTUAL_FLAGS = 3 };

struct virtual_real {
    struct prefix address; /* full length */
    uint32_t weight;
    enum forwarding forwarding;
};

struct virtual_server {
    uint32_t mark;
    enum family family;
    const struct mark_group *group; /* all services of the mark */
    const struct service *const
        *services; /* those of the mark that have packets of the family, in file order */
    size_t n_services;
    const char *scheduler; /* "wlc" where none is given, as ipvsadm(8) and Keepalived have it */
    unsigned flags;        /* 1 << 0..VIRTUAL_FLAGS-1: those that the scheduler knows */
    enum forwarding forwarding;
    uint32_t persistence; /* seconds; 0: none */
    uint8_t mask;         /* prefix length of clients that count as one: the family's bits where none holds */
    bool one_packet;
    const struct virtual_real *servers; /* as written */
    size_t n_servers;
    const struct virtual_real *sorry; /* NULL: none */
};

/* Goes through all of them, by mark and then family. Zero-initialise by virtual_servers_begin. */
struct virtual_servers {
    struct mark_groups groups;
    bool wants[FAMILIES];
    bool claims[FAMILIES]; /* whether services of the present mark have packets of the family */
    size_t next;           /* of groups, times FAMILIES */
    struct {
        const struct service **at;
        size_t n, cap;
    } services;
    struct {
        struct virtual_real *at;
        size_t n, cap;
    } servers;
    struct virtual_real sorry;
};

/* The configuration must stay as it is meanwhile. */
void virtual_servers_begin(struct virtual_servers *all, const struct config *config,
                           const bool wants[FAMILIES]);

/* The next one that some service sets the mark for, whether it has real servers or not; its lists are valid
 * until the next call. False at the end. */
bool virtual_servers_next(struct virtual_servers *all, struct virtual_server *out);

void virtual_servers_end(struct virtual_servers *all);

/* v->mask, as both write it: 255.255.255.0, or the length in IPv6. */
void virtual_mask_print(struct buf *out, const struct virtual_server *v);

/* What ipvsadm(8) and Keepalived call flag number `flag` of the scheduler: "sh-port", "flag-2". */
const char *scheduler_flag_name(const char *scheduler, int flag);

/* The family of the virtual server of the present mark that serves the server at `address`: its own; a
 * tunnelled server serves the other one where no service of the mark has packets of its own. -1: none. */
int virtual_family(const struct virtual_servers *all, const struct prefix *address,
                   enum forwarding forwarding);

/* How a server that the service lists is reached. */
enum forwarding virtual_forwarding(const struct virtual_server *v, const struct service *s,
                                   const struct real_server *r);

/* The service that speaks for the virtual server; NULL: none gives the key. */
const struct service *virtual_speaker(const struct virtual_server *v, enum service_key key);

#endif
