/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules out of iptables-save text, as far as they can be understood. */
#ifndef LBGEN_SAVE_READ_H
#define LBGEN_SAVE_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/arena.h"
#include "lbgen/walk.h"

/* Reads one line: "-A CHAIN ...", or "[packets:bytes] -A CHAIN ...". Everything in *out lives in mem. False
 * when the line is no such rule; what is not understood of a rule sets out->unknown, never more. */
bool save_read_rule(const char *line, size_t len, struct arena *mem, struct seen_rule *out);

#endif
