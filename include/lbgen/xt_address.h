/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value of -s and -d: inet_pton's forms, with an optional /length or /mask. Never a look-up. */
#ifndef LBGEN_XT_ADDRESS_H
#define LBGEN_XT_ADDRESS_H

#include <stdbool.h>

#include "lbgen/complaint.h"
#include "lbgen/xt_family.h"

/* 4 or 6: what stands before the slash is an address of that family; 0: of none. */
int xt_address_family(const char *text);

/* Writes family->address_size bytes to both; bits of the address outside the mask are cut, as iptables does.
 */
bool xt_address_parse(const struct xt_family *family, const char *text, void *address, void *mask,
                      struct complaint *why);

/* How many leading bits the mask has; -1 if they are not in one piece. */
int xt_mask_length(const struct xt_family *family, const void *mask);

#endif
