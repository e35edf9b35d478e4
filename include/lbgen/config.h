/* SPDX-License-Identifier: GPL-2.0-or-later */
/* services.ini, read: what the user wants, in his own terms. */
#ifndef LBGEN_CONFIG_H
#define LBGEN_CONFIG_H

#include "lbgen/arena.h"
#include "lbgen/diag.h"
#include "lbgen/ini_reader.h"
#include "lbgen/name_index.h"
#include "lbgen/packet.h"
#include "lbgen/service.h"
#include "lbgen/source.h"
#include "lbgen/table.h"

struct vrrp {
    bool accept; /* default: yes */
    bool ah, sync;
    struct interface_list interfaces;
    struct prefix_list sources;
    srcpos at;           /* the first [vrrp]; SRC_NONE without one */
    srcpos interface_at; /* the key's last place, where interfaces has any */
};

enum layout { LAYOUT_AUTO, LAYOUT_FLAT, LAYOUT_TREE };

struct settings {
    enum layout layout;
    uint32_t fwmark_mask;
};

/* One `rule`, `rule4` or `rule6` of a [rules TABLE]. */
struct host_rule {
    enum table table;
    unsigned families;      /* FAMILY_BIT_*: where it may go */
    bool either;            /* `rule`: where it can go is found out; false: it must be good for `families` */
    const char *text;       /* NUL-terminated */
    struct ini_value value; /* the same text, and where its bytes stand */
};

struct host_policy {
    enum table table;
    unsigned families;
    uint8_t chain; /* enum hook */
    bool drop;
    srcpos at;
};

/* An [expect NAME]. */
struct expect {
    const char *name;
    srcpos at;
    uint32_t header_len;
    struct packet packet;
    bool packet_given;
    bool mark_given, verdict_given, service_given;
    uint32_t mark;       /* 0: none */
    bool accepted;       /* verdict */
    const char *service; /* NULL: none */
    srcpos service_at;
};

/* Growing arrays (vec.h), in file order. */
struct services {
    struct service *at;
    size_t n, cap;
    struct name_index names;
};
struct service_numbers {
    uint32_t *at;
    size_t n, cap;
};
struct host_rules {
    struct host_rule *at;
    size_t n, cap;
};
struct host_policies {
    struct host_policy *at;
    size_t n, cap;
};
struct expects {
    struct expect *at;
    size_t n, cap;
    struct name_index names;
};

struct config {
    struct arena mem; /* of everything below */
    struct vrrp vrrp;
    struct settings settings;
    uint32_t vrrp_given, settings_given; /* which of their single-valued keys were there */
    struct services services, templates;
    /* Made by config_index, so that what few services need does not cost a pass over all. */
    struct service_numbers special; /* services with anything in `more`, ascending */
    bool has_vips[FAMILIES];        /* some service has VIPs of the family */
    struct host_rules rules;
    struct host_policies policies;
    struct expects expects;
};

/* Reads source number `source` into *config (config_init first), behind what is there. Every finding goes to
 * diag; *config holds what was good, so that later stages can go on looking for errors. Templates are not
 * applied yet (template.h). template_name: NULL for an input of the user's; else the source is a template's
 * file, which has [template NAME] of this name and no other section. */
void config_read(struct config *config, struct sources *sources, int source, const char *template_name,
                 struct diag *diag);

void config_init(struct config *config);

/* Makes config->special and config->has_vips anew. */
void config_index(struct config *config);

void config_free(struct config *config);

#endif
