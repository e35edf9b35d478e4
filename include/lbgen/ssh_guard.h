/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a change would cut the very SSH connection that it is made over. */
#ifndef LBGEN_SSH_GUARD_H
#define LBGEN_SSH_GUARD_H

#include "lbgen/change.h"

enum ssh_answer {
    SSH_NONE, /* not over SSH, or the connection is cut by the old rules already */
    SSH_KEPT,
    SSH_CUT,    /* *why: by which rule or policy */
    SSH_UNKNOWN /* *why: at which table it can't be known */
};

/* Walks the connection (the text of SSH_CONNECTION: CLIENT PORT SERVER PORT), as an established one and both
 * ways, through the rules as they are and as the change leaves them. */
enum ssh_answer ssh_guard_look(const char *connection, const struct change *change, struct complaint *why);

#endif
