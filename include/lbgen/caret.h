/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two lines that show a place: the source line, and `^~~~` below the culprit. */
#ifndef LBGEN_CARET_H
#define LBGEN_CARET_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/buf.h"

/* What it is printed for. */
struct caret_look {
    bool colour;
    unsigned columns; /* of the terminal; 0: it goes elsewhere */
};

/* Prints line[0..len) and the carets under its bytes at..at+count (clipped to the line; at least one column),
 * both indented by four blanks. Tabs are kept in both lines, so they line up at any tab width; other
 * characters count by their display width (a wide character takes two columns, a combining one none). A line
 * that has no room in the terminal, or more than 200 bytes where it is none, is cut around the culprit. */
void caret_print(struct buf *out, const char *line, size_t len, size_t at, size_t count,
                 struct caret_look look);

#endif
