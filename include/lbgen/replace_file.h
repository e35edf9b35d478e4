/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is replaced whole or not at all: a new one beside it, written, synced, renamed over it. */
#ifndef LBGEN_REPLACE_FILE_H
#define LBGEN_REPLACE_FILE_H

#include <limits.h>
#include <stdbool.h>

#include "lbgen/complaint.h"

struct replacement {
    int fd;     /* write the new text here (buf_flush_fd) */
    int folder; /* where both files lie */
    bool fresh; /* nothing is to be replaced */
    char target[NAME_MAX + 1], temporary[NAME_MAX + 1];
};

/* Begins to replace (or make) `path`; a symbolic link is followed, so that it stays one. What exists and is
 * no regular file is refused. Mode and, where the process may, owner are taken over; a new file gets 0600.
 * False, with the reason in *why, when it can't be done; then nothing is left behind. */
bool replacement_begin(struct replacement *r, const char *path, struct complaint *why);

/* The same for a file that must not be there: whatever has the name, be it a link, is refused, now and when
 * the new text is put in place. */
bool replacement_begin_fresh(struct replacement *r, const char *path, struct complaint *why);

/* Makes the new text durable and puts it in place. On failure the old file is untouched and nothing is left
 * behind; but where only the folder could not be brought to the disk at last, the new text is in place
 * already. */
bool replacement_commit(struct replacement *r, struct complaint *why);

/* Gives up: the old file stays. */
void replacement_abandon(struct replacement *r);

#endif
