/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that must be wholly old or wholly new whatever happens: boot files, and lbgen's own state.
 *
 * In two steps, so that all that can fail fails before the kernel is touched: `persist_prepare` writes the
 * new file beside the old one, under a hidden name; `persist_finish` renames it into place. Between them, and
 * after, `persist_undo` leads back, also in another process that has nothing but the plan's text
 * (persist_plan.h), and at any moment of the others: it goes by which files lie there.
 *
 * Names, for a file `iptables`: `.iptables.lbgen-new` until it is renamed; the old one as
 * `iptables.lbgen-old`, for good, or for lbgen's own state as `.iptables.lbgen-keep`, until persist_settle.
 * They are the same in every run: what a power cut left is taken away by the next one. The caller holds
 * lbgen's own lock (lock.h), so there is one run at a time. */
#ifndef LBGEN_PERSIST_H
#define LBGEN_PERSIST_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/complaint.h"
#include "lbgen/file_version.h"

enum persist_result {
    PERSIST_DONE,
    PERSIST_CHANGED, /* somebody else changed the file meanwhile: nothing of his was touched (*why says what)
                      */
    PERSIST_FAILED   /* *why says what */
};

/* No memory of its own: a copy is as good, but for the descriptor. */
struct persist_file {
    char folder_path[PATH_MAX]; /* absolute, without links */
    char name[NAME_MAX + 1];
    bool keep_old;                     /* the old file stays, as NAME.lbgen-old */
    bool made_folder;                  /* so it goes again with the file */
    struct file_version before, after; /* after.exists: there is something to undo */
    int folder;                        /* descriptor; -1 before prepare and after close */
};

/* Where the file is, and where its old text is kept. */
struct persist_paths {
    char file[PATH_MAX + NAME_MAX + 1], old[PATH_MAX + NAME_MAX + 1];
};

void persist_paths(const struct persist_file *p, struct persist_paths *out);

/* Checks that `path` can be replaced, makes its folder (the last one only, 0755) where it is missing, and
 * writes all of the new text beside it, synced, with the old one's owner, mode and label. Refused are a
 * symbolic link, anything else that is no regular file, a file of several links, one that can't be renamed
 * over (a mount, an immutable file), a folder that others than root and the caller may write. False, with the
 * reason, leaves everything as it was; no persist_abandon, no persist_close is needed then. */
bool persist_prepare(struct persist_file *p, const char *path, const char *text, size_t len, bool keep_old,
                     struct complaint *why);

/* Whether the file that was there at the time of persist_prepare has this text: the one that the caller had
 * read and edited. No file is no text. */
bool persist_was(const struct persist_file *p, const char *text, size_t len);

/* Puts the new file into place, durably, and reads it back. PERSIST_CHANGED: the file is not what it was at
 * persist_prepare any more, and stays. On failure the old file is in place; where even that failed, *why says
 * so and persist_undo may be tried again. */
enum persist_result persist_finish(struct persist_file *p, struct complaint *why);

/* Makes it as it was before persist_prepare, whatever has been done of persist_finish; again and again, if
 * need be. Needs no room on the disk. PERSIST_CHANGED: the new file was edited or replaced since and stays.
 * Closes when done. */
enum persist_result persist_undo(struct persist_file *p, struct complaint *why);

/* For good: what only persist_undo needs is taken away. */
void persist_settle(struct persist_file *p);

/* Takes the new file away where persist_finish was never called. Of several files in one folder, the last one
 * first, so that a folder that was made can go (with persist_undo too). Closes. */
void persist_abandon(struct persist_file *p);

/* Closes the descriptor, nothing else. */
void persist_close(struct persist_file *p);

/* Long after (--rollback): puts NAME.lbgen-old back, or removes the file where there was none before.
 * PERSIST_CHANGED, with nothing done, where the file or NAME.lbgen-old has not the bytes that it had: then
 * the caller edits the file as it is now. Needs keep_old. */
enum persist_result persist_restore_old(struct persist_file *p, struct complaint *why);

#endif
