/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two locks, both flock: that of iptables, which keeps the tables still, and lbgen's own, which lets one run
 * of lbgen change things at a time, for as long as a confirmation is pending.
 *
 * flock belongs to the open file: whoever gets the descriptor, by fork or over a socket, holds the lock too,
 * until the last copy is closed. Both are closed on exec. */
#ifndef LBGEN_LOCK_H
#define LBGEN_LOCK_H

#include "lbgen/complaint.h"

#define LOCK_XTABLES_PATH "/run/xtables.lock"
#define LOCK_OWN_FOLDER   "/run/lbgen"

enum lock_result {
    LOCK_TAKEN,
    LOCK_BUSY,  /* somebody held it all the time */
    LOCK_FAILED /* *why says what; it begins with the file's name */
};

/* Takes the xtables lock: the file $XTABLES_LOCKFILE or, where that is not set or empty, `path`. Waits for at
 * most `wait_ms` milliseconds; 0 is one try. LOCK_TAKEN: *fd is the descriptor, else -1. */
enum lock_result lock_xtables(const char *path, unsigned wait_ms, int *fd, struct complaint *why);

/* Takes lbgen's own lock, `lock` in `folder`, which is made (0700) when it is missing, and refused where
 * others than the effective user own it or may write there. */
enum lock_result lock_own(const char *folder, unsigned wait_ms, int *fd, struct complaint *why);

/* Closes the descriptor; *fd is -1 then. Fine for -1 too. */
void lock_release(int *fd);

#endif
