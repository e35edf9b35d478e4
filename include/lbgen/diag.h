/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings: queued wherever they are made, printed once at the edge, in the order of the input:
 *
 *     services.ini:7:13: error: port 70000 is not in 1..65535
 *         ports = 80, 70000
 *                     ^~~~~
 */
#ifndef LBGEN_DIAG_H
#define LBGEN_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/arena.h"
#include "lbgen/buf.h"
#include "lbgen/caret.h"
#include "lbgen/source.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE, SEVERITIES };

extern const char *const severity_words[SEVERITIES]; /* "error" */

struct finding {
    enum severity severity;
    bool belongs;     /* a note to the finding before it */
    srcpos at;        /* SRC_NONE: about a file as a whole, or about the run */
    uint32_t len;     /* bytes to underline, at least 1 is drawn */
    const char *file; /* where at is SRC_NONE: the file's name, or NULL */
    const char *text;
};

/* Zero-initialise; diag_free when done. */
struct diag {
    struct finding *at;
    size_t n, cap;
    size_t count[SEVERITIES];
    bool warnings_are_errors; /* set before the first finding */
    struct arena texts;
};

/* A finding at a place. len 0 underlines one column. A note that is made so stands alone. */
void diag_at(struct diag *d, enum severity severity, srcpos at, size_t len, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* A finding about a file as a whole (file) or about the run (file NULL). */
void diag_file(struct diag *d, enum severity severity, const char *file, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A note that belongs to the finding reported last, and stays behind it. It shows no source line. */
void diag_note(struct diag *d, srcpos at, const char *format, ...) __attribute__((format(printf, 3, 4)));

static inline size_t diag_errors(const struct diag *d)
{
    return d->count[SEVERITY_ERROR];
}

/* Called with a finding and the n_notes that belong to it, which stand behind it. */
typedef void (*diag_each_fn)(void *ctx, const struct finding *finding, size_t n_notes);

/* All findings, those without a place first, then by position; one that repeats the one before it, as when
 * two services take the same bad value from a template, is left out. */
void diag_each(const struct diag *d, diag_each_fn each, void *ctx);

/* Writes them in this order. Control bytes, and what is no UTF-8, are shown as `?`; long source lines
 * are cut around the culprit. */
void diag_print(const struct diag *d, struct sources *sources, struct buf *out, struct caret_look look);

/* Adds what is in all of n queues to `out`, with the notes of the first of them. What is only in some goes
 * to the function, which may be NULL: finding number `i` of queue `which`. */
void diag_add_common(struct diag *out, const struct diag *queues, size_t n,
                     void (*other)(void *ctx, size_t which, size_t i), void *ctx);

/* Adds the finding number i of another queue, and the notes that belong to it. */
void diag_add_from(struct diag *out, const struct diag *from, size_t i);

void diag_free(struct diag *d);

#endif
