/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the processes above this one know, and sudo has taken out of its environment. */
#ifndef LBGEN_PARENTS_H
#define LBGEN_PARENTS_H

#include <stdbool.h>

enum { SSH_CONNECTION_MAX = 256 };

/* SSH_CONNECTION of the nearest parent in this network namespace that has it. A connection into another
 * namespace is none of ours. False where there is none, or the parents can't be looked at. */
bool parents_ssh_connection(char value[SSH_CONNECTION_MAX]);

#endif
