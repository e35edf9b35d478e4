/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A set of packets, and what becomes of them, in the user's words. */
#ifndef LBGEN_CELL_WORDS_H
#define LBGEN_CELL_WORDS_H

#include "lbgen/buf.h"
#include "lbgen/equiv.h"

/* "tcp 192.0.2.10:80,443 from 198.51.100.0/24 on eth1"; `!` stands before what is left out. with_state: the
 * states of connections too. */
void cell_print(struct buf *out, const struct cell *cell, bool with_state);

/* "no longer marked 80", "now dropped", and the like. */
void change_print(struct buf *out, const struct outcomes *o, const struct found *found, enum aspect aspect);

/* "tcp 198.51.100.7:40000 192.0.2.10:80 eth0", and what the packet's words do not tell. */
void example_print(struct buf *out, const struct example *example);

/* "fwmark=0x50 verdict=ACCEPT". */
void result_print(struct buf *out, struct result result);

#endif
