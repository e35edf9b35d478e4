/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who loads a boot file at boot: read from the links that systemctl enable makes; no program is asked. */
#ifndef LBGEN_BOOT_UNIT_H
#define LBGEN_BOOT_UNIT_H

#include <stdbool.h>

struct boot_unit {
    const char *name;   /* of the enabled unit that loads the file, "iptables.service"; NULL: none does */
    bool part;          /* it loads lbgen's part of it only (lbgen.service) */
    const char *enable; /* without a name: the command that enables one, or NULL where no unit that is known
                           loads a file of this path */
};

/* Who loads `path`, a boot file. `root` ("" but in tests) stands before the unit folders and before the paths
 * of the files that units load. A unit counts as enabled when it exists, is not masked, and is wanted or
 * required by anything. All texts are constants. */
struct boot_unit boot_unit_find(const char *root, const char *path);

#endif
