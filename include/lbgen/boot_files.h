/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the rules lie that are loaded at boot. */
#ifndef LBGEN_BOOT_FILES_H
#define LBGEN_BOOT_FILES_H

#include <limits.h>
#include <stdbool.h>

#include "lbgen/family.h"

/* What the user asks for; zero: nothing. */
struct boot_files_options {
    const char *persist[FAMILIES]; /* --persist FILE, --persist6 FILE */
    bool no_persist;               /* --no-persist */
};

/* An empty path: not to be saved. */
struct boot_files {
    char path[FAMILIES][PATH_MAX];
};

/* /etc/sysconfig/iptables and ip6tables; or, where the host has /etc/iptables and no /etc/sysconfig,
 * /etc/iptables/rules.v4 and rules.v6. `root` stands before these ("" but in tests), not before what the user
 * asks for. False where a path is too long. */
bool boot_files_find(struct boot_files *files, const struct boot_files_options *options, const char *root);

/* Whether both families' are the same file. */
bool boot_files_clash(const struct boot_files *files);

#endif
