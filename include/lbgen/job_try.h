/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trial of new rules in a scratch network namespace. */
#ifndef LBGEN_JOB_TRY_H
#define LBGEN_JOB_TRY_H

#include "lbgen/job.h"
#include "lbgen/scratch.h"

/* Tries one rule of each shape, and all of [rules]. EXIT_SYSTEM where the kernel refuses; where no namespace
 * can be had, a warning and EXIT_GOOD. */
int job_try(struct job *job);

/* Tries every rule, for its own sake: EXIT_SYSTEM too where no namespace can be had. */
int job_try_all(struct job *job, enum scratch_result *result);

#endif
