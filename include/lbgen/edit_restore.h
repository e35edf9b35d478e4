/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An edit as input for `iptables-nft-restore --noflush`. */
#ifndef LBGEN_EDIT_RESTORE_H
#define LBGEN_EDIT_RESTORE_H

#include "lbgen/buf.h"
#include "lbgen/delta.h"

/* Appends the edit of one table, *table to COMMIT; nothing when there is nothing to do. Payloads are lines
 * (PAYLOAD_LINE). */
void edit_restore_print(const struct edit *edit, struct buf *out);

#endif
