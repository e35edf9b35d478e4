/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libxtables itself: its start, its state between rules. For the child process alone. */
#ifndef LBGEN_XT_LIBRARY_H
#define LBGEN_XT_LIBRARY_H

#include <stdbool.h>

#include "lbgen/xt_family.h"

/* Which of an extension's revisions to use. */
enum xt_revisions {
    XT_NEWEST,   /* whatever the kernel has */
    XT_OF_KERNEL /* the newest that the kernel has, too; where it may not be asked, the newest */
};

/* Once a process, for one family. Extensions come from the folder that libxtables was built with, whatever
 * the environment says; host names are not looked up, and protocols, services and networks only in their
 * files in /etc. */
bool xt_library_start(const struct xt_family *family, enum xt_revisions revisions);

/* Before each rule: as if it were the first. */
void xt_library_reset(void);

#endif
