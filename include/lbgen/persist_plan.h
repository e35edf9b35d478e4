/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A struct persist_file as a few lines of text, for another process or another day:
 *
 *     persist /etc/sysconfig iptables
 *     keep-old 1 made-folder 0
 *     before 1 DEV INO SIZE HASH
 *     after 1 DEV INO SIZE HASH
 *
 * Numbers are hexadecimal. In the paths, % and all that is no
 * printable ASCII is written %xx. */
#ifndef LBGEN_PERSIST_PLAN_H
#define LBGEN_PERSIST_PLAN_H

#include <stddef.h>

#include "lbgen/buf.h"
#include "lbgen/persist.h"

void persist_plan_print(const struct persist_file *p, struct buf *out);

/* Reads a plan from the beginning of a text; what stands behind is the caller's. Returns how many bytes it
 * took, or 0 where there is no plan or a damaged one. No memory is asked for. */
size_t persist_plan_read(struct persist_file *p, const char *text, size_t len);

#endif
