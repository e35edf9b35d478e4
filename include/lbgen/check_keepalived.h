/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --check --keepalived FILE. */
#ifndef LBGEN_CHECK_KEEPALIVED_H
#define LBGEN_CHECK_KEEPALIVED_H

#include <stdbool.h>

#include "lbgen/input.h"

/* Reads keepalived.conf (`-`: standard input) with what it includes and holds the input against it. Findings
 * go to input->diag. An input with errors is not held against anything. False when the file could not be
 * read, or has no form; errors in what it says leave true. */
bool check_keepalived(struct input *input, const char *path);

#endif
