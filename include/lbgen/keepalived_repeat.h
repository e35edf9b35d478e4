/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keepalived.conf's `~SEQ(...)` and `~LST(...)`, which have the rest of their line read many times. */
#ifndef LBGEN_KEEPALIVED_REPEAT_H
#define LBGEN_KEEPALIVED_REPEAT_H

#include <stdint.h>

#include "lbgen/complaint.h"
#include "lbgen/keepalived_define.h"

enum { KA_REPEAT_NAMES = 16, KA_REPEAT_MAX = 100000 };

/* Zero-initialise; ka_repeat_free when done. */
struct ka_repeat {
    char *names[KA_REPEAT_NAMES]; /* the parameters that are set each time */
    size_t n_names;
    struct ka_text *values; /* n_names of them for each time */
    size_t n, cap;
};

/* Whether a line begins with one of the two; *rest: where the rest of it begins. */
bool ka_repeat_is(const struct ka_text *line, size_t *rest);

/* Reads such a line; what its arguments name is put in first. False, with the reason, when it is in no form.
 * Where numbers or values are only known to Keepalived, there is one time, with KA_UNKNOWN as its values. */
bool ka_repeat_read(struct ka_repeat *repeat, const struct ka_text *line, size_t rest,
                    const struct ka_definitions *definitions, struct complaint *why);

void ka_repeat_free(struct ka_repeat *repeat);

#endif
