/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of an extension that is used in a certain way (xt_places.h knows the extension alone):
 * under which hooks, beside which -p and which matches. Nothing is said of chains that are no built-in ones
 * as far as hooks go: what jumps there is not known. */
#ifndef LBGEN_XT_DEMANDS_H
#define LBGEN_XT_DEMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/complaint.h"
#include "lbgen/xt_places.h"

/* An extension and its options, as they go to the kernel. */
struct xt_use {
    const char *name;
    const void *data;
    size_t size;
};

/* The use is a match that only TCP packets with SYN pass. */
bool xt_requires_syn(const struct xt_use *match);

/* *why gets no place of its own: the culprit is the option whose full name *option begins with (a value may
 * stand behind it), or the extension's name, when *option is NULL. */
bool xt_match_may_be_used(const struct xt_use *match, const struct xt_place *place, const char **option,
                          struct complaint *why);
bool xt_target_may_be_used(const struct xt_use *target, const struct xt_place *place, const char **option,
                           struct complaint *why);

#endif
