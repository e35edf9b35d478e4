/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One [service] or [template] as it was written, values parsed, nothing decided. */
#ifndef LBGEN_SERVICE_H
#define LBGEN_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/device.h"
#include "lbgen/mark.h"
#include "lbgen/ports.h"
#include "lbgen/prefix.h"
#include "lbgen/proto.h"
#include "lbgen/source.h"

enum { NAME_MAX_LEN = 40 }; /* of services, templates and expectations */

/* The keys, in the order in which a missing one is missed. */
enum service_key {
    KEY_VIP,
    KEY_PROTOCOL,
    KEY_PORTS,
    KEY_FWMARK,
    KEY_INTERFACE,
    KEY_SOURCE,
    KEY_EXCLUDE_MAC,
    KEY_ACCEPT,
    KEY_MASQUERADE,
    KEY_MASQUERADE_PORTS,
    KEY_MASQUERADE_OUT,
    KEY_SNAT,
    KEY_OVERRIDE,
    KEY_TEMPLATE,
    KEY_SCHEDULER,
    KEY_SCHEDULER_FLAGS,
    KEY_FORWARDING,
    KEY_PERSISTENCE,
    KEY_PERSISTENCE_MASK,
    KEY_ONE_PACKET,
    KEY_REAL_SERVER,
    KEY_SORRY_SERVER,
    KEY_CHECK,
    KEY_KEEPALIVED,
    SERVICE_KEYS
};

/* Lists: `at` points into the configuration's arena; `cap` is what fits there (arena_append). */
struct prefix_list {
    const struct prefix *at;
    uint32_t n, cap;
};
struct port_list {
    const struct port_range *at;
    uint32_t n, cap;
};
struct interface_list {
    const struct interface *at;
    uint32_t n, cap;
};
struct mac_list {
    const struct mac *at;
    uint32_t n, cap;
};

enum forwarding { FORWARDING_NAT, FORWARDING_DR, FORWARDING_TUN, FORWARDINGS };

struct real_server {
    struct prefix address; /* full length */
    uint32_t weight;       /* 1 where none was given */
    enum forwarding forwarding;
    bool weight_given, forwarding_given;
};

enum health_check { CHECK_NONE, CHECK_TCP, CHECK_HTTP, CHECK_HTTPS, HEALTH_CHECKS };

/* ipvs(8)'s flags: sh-port and sh-fallback, mh-port and mh-fallback, and the anonymous flag-1 to flag-3. */
enum {
    SCHED_SH_FALLBACK = 1 << 0,
    SCHED_SH_PORT = 1 << 1,
    SCHED_MH_FALLBACK = 1 << 2,
    SCHED_MH_PORT = 1 << 3,
    SCHED_FLAG_1 = 1 << 4,
    SCHED_FLAG_2 = 1 << 5,
    SCHED_FLAG_3 = 1 << 6,
    SCHEDULER_FLAGS = 7
};

/* The user's words for these; of the flags in the order of their bits. */
extern const char *const forwarding_words[FORWARDINGS];
extern const char *const health_check_words[HEALTH_CHECKS];
extern const char *const scheduler_flag_words[SCHEDULER_FLAGS];

/* What few services have; kept apart because a million services are an ordinary input. */
struct service_more {
    struct interface_list interfaces;
    struct prefix_list sources;
    struct mac_list exclude_macs;
    bool accept, snat, override, one_packet;
    struct prefix_list masquerade;
    struct port_list masquerade_ports;
    struct interface_list masquerade_out;
    const char *scheduler; /* "rr" and so on; NULL where none is given */
    uint8_t scheduler_flags;
    enum forwarding forwarding;
    uint32_t persistence;         /* seconds; 0: none */
    uint8_t persistence_mask;     /* prefix length */
    bool persistence_mask_dotted; /* written as an IPv4 netmask */
    const struct real_server *real_servers;
    uint32_t n_real_servers, cap_real_servers;
    bool across; /* its mark has packets of one family alone: tunnels to servers of the other carry these */
    struct prefix sorry_server;
    enum health_check check;
    uint16_t check_port;
    const char *check_path; /* http, https */
    const char *const *keepalived;
    const srcpos *keepalived_at; /* where each of them stands */
    uint32_t n_keepalived, cap_keepalived, cap_keepalived_at;
    const char *template_name;
    srcpos template_at;          /* of the value */
    srcpos key_at[SERVICE_KEYS]; /* of the word; SRC_NONE where not given in this very section */
};

struct service {
    const char *name; /* in the source text: not NUL-terminated, name_len bytes */
    uint8_t name_len;
    uint8_t n_protocols;
    uint8_t protocols[PROTOS]; /* enum proto, in the order written */
    uint8_t fwmark_len;        /* of the value's text, to underline it */
    bool mark_has_mask : 1;
    bool broken : 1;  /* its template can't be had (reported): what it lacks is not worth a word */
    bool settled : 1; /* template.c's: it has all that it takes from others ... */
    bool on_path : 1; /* ... and it is being looked at */
    srcpos at;        /* the header's bracket */
    srcpos fwmark_at; /* of its value */
    srcpos ports_at;  /* of the key `ports`; only where this very section has it */
    uint32_t given;   /* 1 << enum service_key: given here or, after templates were applied, there */
    uint32_t header_len;
    struct mark mark;
    struct prefix_list vips;
    struct port_list ports;
    struct service_more *more; /* NULL: nothing of it is given */
};

static inline bool service_has(const struct service *s, enum service_key key)
{
    return s->given >> key & 1;
}

extern const struct service_more service_more_default;

/* s->more, or the all-default one. */
static inline const struct service_more *service_more(const struct service *s)
{
    return s->more ? s->more : &service_more_default;
}

/* How a real server is reached in the end: its own forwarding, or its service's. */
static inline enum forwarding real_server_forwarding(const struct service *s, const struct real_server *r)
{
    return r->forwarding_given ? r->forwarding : service_more(s)->forwarding;
}

/* The user's word for a key, such as "real-server". */
const char *service_key_name(enum service_key key);

/* Where a rare key stands: its word, or the section's header when a template gave it. */
srcpos service_key_place(const struct service *s, enum service_key key, size_t *len);

/* Whether some protocol of the service has ports. */
bool service_has_ports(const struct service *s);
bool service_has_protocol(const struct service *s, enum proto p);
/* Whether the service has packets of the family at all: a VIP, a source (if it asks for some) and a protocol.
 */
bool service_claims(const struct service *s, enum family family);
/* The family of the service's packets that tunnels to its real servers of `family` carry: that family, where
 * the service has packets of it, or where the mark has none, the other. -1: none go there. */
int service_tunneled(const struct service *s, enum family family);
/* Whether packets of the other family go through a tunnel to some real server of `family`. */
bool service_tunnels_across(const struct service *s, enum family family);
/* Whether the list has an entry of the family. */
bool prefix_list_has(struct prefix_list list, enum family family);

#endif
