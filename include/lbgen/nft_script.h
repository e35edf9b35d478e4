/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands in nft's own words, by libnftables: one text is one transaction. */
#ifndef LBGEN_NFT_SCRIPT_H
#define LBGEN_NFT_SCRIPT_H

#include <stdbool.h>

#include "lbgen/buf.h"
#include "lbgen/complaint.h"

/* All of the text, or nothing of it. said: what was asked for with `list`, without the elements of maps; may
 * be NULL. False, with the first line of the reason; NULL-terminated text. */
bool nft_script_run(const char *text, struct buf *said, struct complaint *why);

#endif
