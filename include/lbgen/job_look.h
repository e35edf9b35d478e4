/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look around before anything is changed: neighbours, foreign rules, the user's own SSH connection. */
#ifndef LBGEN_JOB_LOOK_H
#define LBGEN_JOB_LOOK_H

#include "lbgen/job.h"

/* Warns, or refuses with a status that has been explained. */
int job_look(struct job *job);

/* Prints the edit as a diff; the status of --dry-run. */
int job_show(struct job *job, bool nothing);

#endif
