/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commonest mistakes with extensions' options, and what to write instead. */
#ifndef LBGEN_XT_ADVICE_H
#define LBGEN_XT_ADVICE_H

#include <stdbool.h>

#include "lbgen/xt_walk.h"

/* Refuses the option at walk->option, which no extension before it has, and says which one would. */
bool xt_no_such_option(const struct xt_walk *walk, struct complaint *why);

/* Refuses a comma list where the option that getopt_long returned as `letter` takes one port. */
bool xt_is_one_port(const struct xt_walk *walk, int letter, struct complaint *why);

#endif
