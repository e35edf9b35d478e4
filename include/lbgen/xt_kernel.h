/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which revisions of extensions this kernel has. For the child process alone. */
#ifndef LBGEN_XT_KERNEL_H
#define LBGEN_XT_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "lbgen/xt_family.h"

/* From now on of this family. */
void xt_kernel_of(const struct xt_family *family);

/* libxtables' compat_rev, `option` being the family's so_rev_match or so_rev_target: 0 when the kernel says
 * that it has no such revision, else 1, also where it may not be asked or has no xtables yet. */
int xt_kernel_has(const char *name, uint8_t revision, int option);

/* The kernel has said no to some revision of that name; `option` as above. */
bool xt_kernel_lacks(const char *name, int option);

#endif
