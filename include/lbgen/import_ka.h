/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the importer of keepalived.conf. */
#ifndef LBGEN_IMPORT_KA_H
#define LBGEN_IMPORT_KA_H

#include "lbgen/draft.h"
#include "lbgen/keepalived_conf.h"
#include "lbgen/name_index.h"

struct ka_import {
    struct draft *draft;
    const struct keepalived *k;
    struct {
        const struct ka_line **at; /* virtual_server_group */
        size_t n, cap;
        struct name_index names;
    } groups;
};

/* The virtual_server_group of this name; NULL: none. */
const struct ka_line *import_ka_group(const struct ka_import *import, const char *name);

/* vrrp_instance and lvs_sync_daemon: the draft's [vrrp]. */
void import_ka_vrrp(const struct ka_import *import);

/* A virtual_server: one service, or those of its group. */
void import_ka_virtual(const struct ka_import *import, const struct ka_line *line);

/* The line's word number i; "" where it has none, or one that is not known. As a number without regard to
 * zeros in front, a port, an address; false where it is none. */
const char *import_ka_word(const struct ka_line *line, uint32_t i);
bool import_ka_number(const struct ka_line *line, uint32_t i, uint32_t *out);
bool import_ka_port(const struct ka_line *line, uint32_t i, uint16_t *out);
bool import_ka_address(const struct ka_line *line, uint32_t i, struct prefix *out);

/* lb_kind's or lvs_method's. */
bool import_ka_method(const struct ka_line *line, enum forwarding *out);

/* The line's words as they might stand in a file, without what its block holds. */
const char *import_ka_text(struct draft *d, const struct ka_line *line);

#endif
