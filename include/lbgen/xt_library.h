/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libxtables itself: its start, its state between rules. For the child process alone. */
#ifndef LBGEN_XT_LIBRARY_H
#define LBGEN_XT_LIBRARY_H

#include <stdbool.h>

#include "lbgen/xt_family.h"

/* Once a process, for one family. Extensions come from the folder that libxtables was built with, whatever
 * the environment says; they are used at their newest revision, without asking the kernel; host names are not
 * looked up, and protocols, services and networks only in their files in /etc. */
bool xt_library_start(const struct xt_family *family);

/* Before each rule: as if it were the first. */
void xt_library_reset(void);

#endif
