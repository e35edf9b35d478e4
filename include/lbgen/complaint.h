/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a value parser says of a text that it refuses: the reason and the place inside the text. Only who
 * knows where the text stood (file and line) can make a finding of it (diag.h). */
#ifndef LBGEN_COMPLAINT_H
#define LBGEN_COMPLAINT_H

#include <stdbool.h>
#include <stddef.h>

struct complaint {
    size_t at, len; /* the culprit, in bytes of the text that was parsed */
    char text[256]; /* a sentence without a full stop: what is wrong, what was expected */
};

/* Fills *why (cut at its size) and returns false, so that a parser can end with `return complain(...)`. */
bool complain(struct complaint *why, size_t at, size_t len, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
