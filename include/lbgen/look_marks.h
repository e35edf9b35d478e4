/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Warnings about marks that others use: foreign rules in the tables or in a file, and routing rules. */
#ifndef LBGEN_LOOK_MARKS_H
#define LBGEN_LOOK_MARKS_H

#include "lbgen/job.h"
#include "lbgen/save_file.h"

/* The rules of a file, which stands in input->sources from `base` on. Warnings go to input->diag. */
void look_at_marks_of_file(struct input *input, enum family family, struct save_file *file, srcpos base);

/* The live tables, and `ip rule`. */
void look_at_marks(struct job *job);

#endif
