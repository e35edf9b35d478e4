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

/* The line's words as they might stand in a file, without what its block holds. */
const char *import_ka_text(struct draft *d, const struct ka_line *line);

#endif
