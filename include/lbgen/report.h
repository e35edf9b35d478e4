/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a verb has found out goes to standard output in one go: as text, or with --json as a document
 * (man/lbgen-json.7). */
#ifndef LBGEN_REPORT_H
#define LBGEN_REPORT_H

#include "lbgen/input.h"
#include "lbgen/json_stream.h"

enum { REPORT_INPUTS_MAX = 2 };

/* Two printers of the same thing. */
struct report_kind {
    const char *name;                                 /* of the document */
    void (*text)(void *result, struct buf *out);      /* NULL: there is nothing to say in text */
    void (*json)(void *result, struct json_stream *); /* members of the document */
};

struct report {
    const struct options *options;
    const struct report_kind *kind;
    struct input *inputs[REPORT_INPUTS_MAX]; /* whose findings stand in the document; NULL: no more of them */
    void *result;                            /* NULL: it did not come to that */
};

/* Prints it. A document is printed whatever the status is; it says which, and what job_fail said. Returns the
 * status, or that of a standard output that can't be written. */
int report_print(const struct report *report, int status);

#endif
