/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The marks that packets end with, once every service that claims them has had its say, in file order. */
#ifndef LBGEN_CLAIM_MARKS_H
#define LBGEN_CLAIM_MARKS_H

#include "lbgen/claim.h"
#include "lbgen/config.h"

/* Puts the mark of packets[i], which had none before, into marks[i]. Whoever asks for a source or an
 * interface claims no packet of which that is not said, and the packets come from no MAC address that
 * somebody excludes. Time as boxes_overlapping, of all services' boxes. */
void claim_marks(const struct services *services, const struct claim_example *packets, size_t n,
                 uint32_t *marks);

#endif
