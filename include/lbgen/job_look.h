/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look around before anything is changed: neighbours, foreign rules, the user's own SSH connection. */
#ifndef LBGEN_JOB_LOOK_H
#define LBGEN_JOB_LOOK_H

#include "lbgen/job.h"

/* Warns, or refuses with a status that has been explained. */
int job_look(struct job *job);

/* Prints the edit as a diff; the status of --dry-run. */
int job_show(struct job *job, bool nothing);

/* The edits of a family as a diff without names; nothing where there are none. */
bool job_print_edits(enum family family, enum payload_form form, const struct edit edits[TABLES],
                     struct buf *out, struct complaint *why);

/* The edits of a change of the kernel's tables. */
bool job_print_live(const struct change *change, struct buf *out, struct complaint *why);

/* What an iptables-save file would have to become (an image of lines, its foreign rules not counting). */
bool job_print_file(const struct save_file *old, const struct image *wanted, enum family family,
                    const char *path, struct buf *out, bool *differs, struct complaint *why);

#endif
