/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules out of iptables-save text, as far as they can be understood. */
#ifndef LBGEN_SAVE_READ_H
#define LBGEN_SAVE_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/arena.h"
#include "lbgen/walk.h"

/* Reads one line: "-A CHAIN ...", or "[packets:bytes] -A CHAIN ...". Everything in *out lives in mem. False
 * when the line is no such rule. What is not understood is said to be so: a match by out->unknown, a target
 * by SEEN_UNKNOWN (with its word in out->jump, since it may be the name of a chain). */
bool save_read_rule(const char *line, size_t len, struct arena *mem, struct seen_rule *out);

/* Whether it is a rule of [rules] in a chain that is not lbgen's own, without any match, that ends the walk
 * (merge.h puts such ones at the chain's end). */
bool save_rule_is_final(const struct seen_rule *rule);

#endif
