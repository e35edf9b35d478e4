/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Characters that look like one that was meant, or like nothing: what word processors, chats and web pages
 * make of blanks, dashes and quotes. */
#ifndef LBGEN_LOOK_ALIKE_H
#define LBGEN_LOOK_ALIKE_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/diag.h"

struct look_alike {
    size_t at, len;
    bool unseen;   /* it looks like a blank, or like nothing */
    char text[80]; /* "here stands an en dash (U+2013): write -" */
};

/* The first one in the text; false when there is none. */
bool look_alike_find(const char *text, size_t n, struct look_alike *out);

/* The same as a note to the finding reported last; text[0] stands at `at`. */
void look_alike_note(struct diag *d, srcpos at, const char *text, size_t n);

#endif
