/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a rule's target does to the walk and to the packet, by its name. */
#ifndef LBGEN_SEEN_TARGET_H
#define LBGEN_SEEN_TARGET_H

#include <stdbool.h>

#include "lbgen/seen_rule.h"

/* `target` is the word behind -j or -g; "" without one. A word in capitals that is no known target counts as
 * one that may end the walk, any other word as a chain: who has all chains at hand knows better. */
enum seen_action seen_target_action(const char *target, bool is_goto);

/* What it may do to a packet whatever its options are (those narrow it: save_target.h). */
enum seen_effect seen_target_effect(const char *target, bool is_goto);

#endif
