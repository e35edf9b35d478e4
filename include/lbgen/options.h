/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line. */
#ifndef LBGEN_OPTIONS_H
#define LBGEN_OPTIONS_H

#include <stdbool.h>

#include "lbgen/family.h"

/* Exit statuses (the manual has them all; these are the ones that generating knows). */
enum exit_status { EXIT_GOOD = 0, EXIT_BAD_INPUT = 2, EXIT_SYSTEM = 3 };

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
    bool family_given;
    enum family family;
    const char *output; /* -o FILE */
    const char *merge;  /* --merge FILE */
    const char *templates;
    bool no_system_templates;
    bool warnings_are_errors;
    enum color color;
    bool help, version;
    char **inputs; /* what is left of argv */
    int n_inputs;
};

/* Returns false, with a sentence on standard error, when the command line is wrong. */
bool options_parse(int argc, char **argv, struct options *out);

void options_help(void);  /* to standard output */
void options_usage(void); /* to standard error: how to use it */

#endif
