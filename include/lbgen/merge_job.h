/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --merge FILE, as a part of generating. */
#ifndef LBGEN_MERGE_JOB_H
#define LBGEN_MERGE_JOB_H

#include <stdbool.h>

#include "lbgen/input.h"
#include "lbgen/merge.h"

/* Zero-initialise; merge_job_free when done. */
struct merge_job {
    struct buf text; /* what lbgen generates */
    struct save_file generated, old;
    struct merge_plan plan;
    struct policies_given policies_given;
};

/* Reads the file `path` and works out where the generated text (job->text, filled by the caller) goes. What
 * is wrong with the file, and foreign rules that come before lbgen's and can end the walk of a service's
 * packet, go to input->diag. */
void merge_job_prepare(struct merge_job *job, struct input *input, enum family family, const char *path);

void merge_job_print(const struct merge_job *job, struct buf *out);

void merge_job_free(struct merge_job *job);

#endif
