/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tests that an input brings along: each [expect] is a packet, walked through the input's own rules. */
#ifndef LBGEN_CHECK_EXPECTS_H
#define LBGEN_CHECK_EXPECTS_H

#include "lbgen/input.h"

/* Runs them all; each that fails, or whose answer can't be known, becomes an error of input->diag. Whether
 * all is as expected, and in passed[] for each by its number in the configuration. The input must be good. */
bool check_expects(struct input *input, bool *passed);

#endif
