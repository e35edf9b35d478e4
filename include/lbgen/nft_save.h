/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules that iptables-nft shows, and its programs' complaints. */
#ifndef LBGEN_NFT_SAVE_H
#define LBGEN_NFT_SAVE_H

#include <stdbool.h>

#include "lbgen/buf.h"
#include "lbgen/complaint.h"
#include "lbgen/family.h"
#include "lbgen/image.h"

/* Reads all tables of the family with iptables-nft-save into *out (zeroed before); payloads point into *text,
 * which is filled anew. Where the kernel has no such table no program is started. False, with the reason in
 * *why, when the program fails or could not show all there is: rules of nft's own in these tables. */
bool nft_save(enum family family, struct buf *text, struct image *out, struct complaint *why);

/* Says in *why what a program printed on its standard error, as one line. input: what it was given, from
 * which the line that it names is quoted; may be NULL. Returns false. */
bool nft_complain(const char *program, const struct buf *err, const struct buf *input, struct complaint *why);

#endif
