/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The main job: read, check, print the rule set. */
#ifndef LBGEN_GENERATE_H
#define LBGEN_GENERATE_H

#include "lbgen/options.h"

/* Returns the program's exit status. */
int generate(const struct options *options);

#endif
