/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last step of what prints: to standard output, or into a file as a whole. */
#ifndef LBGEN_WRITE_OUT_H
#define LBGEN_WRITE_OUT_H

#include "lbgen/buf.h"

typedef void (*write_fn)(void *ctx, struct buf *out);

/* Has `write_text` write to the file `path`, which is replaced whole or not at all, or to standard output
 * (NULL), which is closed then. Returns the program's exit status; what fails is said on standard error. */
int write_out(const char *path, write_fn write_text, void *ctx);

/* The same, but a file that is there already is left alone: then nothing is written. */
int write_out_fresh(const char *path, write_fn write_text, void *ctx);

#endif
