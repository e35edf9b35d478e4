/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for a confirmation. */
#ifndef LBGEN_CONFIRM_H
#define LBGEN_CONFIRM_H

#include "lbgen/guard.h"

/* Waits until the guard says how it ended: by --confirmed from anywhere, by y typed on the terminal, undone
 * by n, INT or TERM, or at the deadline. Without a terminal it waits in silence. GUARD_GONE: the guard has
 * died, and the caller has to undo. INT and TERM are blocked by the caller; HUP ends the process, and the
 * guard goes on. */
enum guard_word confirm_wait(struct guard *guard, unsigned seconds, struct complaint *why);

#endif
