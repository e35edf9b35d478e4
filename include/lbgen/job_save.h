/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a job: boot files, and lbgen's own notes. */
#ifndef LBGEN_JOB_SAVE_H
#define LBGEN_JOB_SAVE_H

#include "lbgen/job.h"

/* What the file for --rollback holds, without the policies' notes. */
bool job_last_read(struct plan *last, struct policy_notes *notes, bool *there, struct complaint *why);

/* Reads the boot files and makes their new texts (job->boot). A status other than EXIT_GOOD has been
 * explained. */
int job_save_read(struct job *job);

/* Writes all files that change beside their old ones; they stand in job->change.plan then. */
int job_save_prepare(struct job *job);

/* The same for what --rollback will need: a planned_fn (change.h) of the job. */
bool job_save_last(void *job, const struct undo *lines, struct complaint *why);

/* Its parts: writes a file beside the one that it will replace; makes the folder of lbgen's notes; whether
 * the folder of a path that was given is there; the text of the file for --rollback, with the first n_boot
 * files of the plan. */
bool job_add_file(struct job *job, const char *path, const struct buf *text, bool keep_old,
                  struct complaint *why);
bool job_state_folder(struct job *job, struct complaint *why);
bool job_folder_is_there(const char *path, struct complaint *why);
void job_print_last(const struct job *job, const struct undo *lines, size_t n_boot, struct buf *out);

void job_save_abandon(struct job *job);

/* Says what was done, and who loads the boot files at boot. */
void job_save_report(const struct job *job);

#endif
