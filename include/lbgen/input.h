/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that every verb does first: read the files, and find all that is wrong with them. */
#ifndef LBGEN_INPUT_H
#define LBGEN_INPUT_H

#include <stdbool.h>

#include "lbgen/config.h"
#include "lbgen/diag.h"
#include "lbgen/host_rules.h"
#include "lbgen/options.h"

struct input {
    struct sources sources;
    struct diag diag;
    struct config config;
    struct formed_host_rules host;
    bool system_failed; /* libxtables could not be asked: not the input's fault */
};

/* Reads and checks. Whether it is good: diag_errors(&input->diag) == 0. input_free when done, in any case. */
void input_read(struct input *input, const struct options *options);

/* The same of one file that was read into input->sources before: of *input nothing else is set. */
void input_read_source(struct input *input, const struct options *options, int source);

/* The part of both that gives each service what its template has. */
void input_apply_templates(struct input *input, const struct options *options);

/* Prints the findings to standard error. */
void input_print_findings(struct input *input, const struct options *options);

/* Puts findings that were printed aside, for others to come; and prints these, and puts them behind those.
 * Returns how many of the new ones are errors. */
struct diag input_set_findings_aside(struct input *input);
size_t input_print_new_findings(struct input *input, struct diag *printed, const struct options *options);

void input_free(struct input *input);

#endif
