/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The texts that were read, kept whole, and positions in them.
 *
 * All texts lie behind each other in one space of numbers, so a position is four bytes, and file, line and
 * column are worked out only when something is said about it. */
#ifndef LBGEN_SOURCE_H
#define LBGEN_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/complaint.h"

typedef uint32_t srcpos;
#define SRC_NONE UINT32_MAX /* "nowhere": a finding about no place in particular */

/* The sum of all texts of a run, in bytes: 1 GiB (1,000,000 plain services are 66 MB). */
#define SOURCES_MAX ((size_t)1 << 30)
/* A physical line without its newline, in bytes. */
#define SOURCE_LINE_MAX ((size_t)64 * 1024)

struct source {
    char *name;       /* as the user wrote it, "<stdin>", or "<template web>" */
    const char *text; /* followed by a NUL that does not count */
    size_t len;
    srcpos base;          /* position of text[0]; text[len], the end, is a position too */
    uint32_t *line_start; /* offsets, made at the first question */
    size_t lines;
    bool owned; /* text is freed with the sources */
};

/* Zero-initialise; sources_free when done. */
struct sources {
    struct source *at;
    size_t n, cap;
};

struct source_place {
    const struct source *source;
    size_t line, column;   /* from 1; column in bytes */
    const char *line_text; /* not NUL-terminated */
    size_t line_len;       /* without LF or CRLF */
};

/* Reads a whole file, or standard input where path is "-". Returns its index in s->at, or -1 with the reason
 * in *why (why->at and len are 0). A folder, an unreadable file, a regular file that changed while it was
 * read, a text without an end (over SOURCES_MAX in all, or a pipe that is silent for 60 seconds) are refused.
 */
int sources_read(struct sources *s, const char *path, struct complaint *why);

/* Takes a text that outlives s. Returns its index. */
int sources_add_text(struct sources *s, const char *name, const char *text, size_t len);

/* Where a position lies. pos must be one of s. */
struct source_place sources_place(struct sources *s, srcpos pos);

void sources_free(struct sources *s);

#endif
