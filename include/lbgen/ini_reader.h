/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door to inih: statements out of a text, with their places.
 *
 * inih as distributions ship it cuts lines at 200 bytes and sections at 50, splits at `:`, gives no line
 * numbers and says nothing of most errors. So lines are looked at before inih sees them: what inih would
 * misread is reported and left out, long values are handed over in pieces that inih takes for continuation
 * lines, and put together again. */
#ifndef LBGEN_INI_READER_H
#define LBGEN_INI_READER_H

#include <stddef.h>

#include "lbgen/diag.h"
#include "lbgen/source.h"

/* A run of a value's bytes that stand in the source as they are in the value. */
struct ini_run {
    size_t offset; /* in the value */
    srcpos at;
};

/* A value: all its lines, each without its indent, its comment and its trailing blanks, joined by one blank.
 */
struct ini_value {
    const char *text; /* NUL-terminated; valid only during the call */
    size_t len;
    const struct ini_run *runs; /* ascending; the first has offset 0 */
    size_t n_runs;
};

/* Where byte `offset` of the value stands (offset = len: behind its last byte). */
srcpos ini_value_place(const struct ini_value *v, size_t offset);

struct ini_handler {
    /* `at` is the opening bracket; text, at text_at, is what stands between the brackets, without blanks at
     * its ends. It is valid as long as the sources. */
    void (*section)(void *ctx, srcpos at, srcpos text_at, const char *text, size_t len);
    /* A header that was refused (already reported). text: what can be seen of what `section` would get. */
    void (*bad_section)(void *ctx, const char *text, size_t len);
    /* A line of a section that was refused (already reported) and begins with what may be a key. */
    void (*bad_key)(void *ctx, const char *name, size_t len);
    /* name: NUL-terminated, len bytes; valid only during the call. */
    void (*key)(void *ctx, srcpos at, const char *name, size_t len, const struct ini_value *value);
};

/* Reads one source. Findings about form go to `diag`; reading goes on behind each. */
void ini_read(struct sources *sources, int source, const struct ini_handler *handler, void *ctx,
              struct diag *diag);

#endif
