/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policies that lbgen sets, and gives back when nobody asks for them any more: in the kernel and in the boot
 * file, each of which has a history of its own (policy_notes.h). What is given back is taken out of
 * job->notes_after. */
#ifndef LBGEN_JOB_POLICIES_H
#define LBGEN_JOB_POLICIES_H

#include "lbgen/job.h"

/* Those of the boot file become policies of the config, which the file's text is made from. */
void job_policies_give_back_in_file(struct job *job, enum family family, struct config *config);

/* Those of the kernel, in job->wanted; other policies than the input's own are left as they are there. */
void job_policies_give_back_live(struct job *job, enum family family);

/* job_find_wanted, with a look at policies of DROP in chains that lose rules of lbgen's, where nothing tells
 * who made them: where no rule at all is left the chain is opened, else it is told. */
bool job_policies_find_wanted(void *ctx, enum family family, enum table table, const struct image_table *now,
                              struct edit *out, struct complaint *why);

/* The same for the boot files, when job_save_read has made their texts. False when one can't be read back. */
bool job_policies_open_files(struct job *job, struct complaint *why);

/* Notes what the policies that the input gives were before, when the live tables and the boot files have been
 * read. */
void job_policies_note(struct job *job);

#endif
