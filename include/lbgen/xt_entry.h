/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel entries (struct ipt_entry, struct ip6t_entry) as an image sees them: which mean the same, whose they
 * are. Only what means something counts: of names what stands before the NUL (the kernel leaves junk behind
 * it), of comments their text, of a verdict or jump where it leads; never counters, and nothing that the
 * kernel or libiptc keep notes in. */
#ifndef LBGEN_XT_ENTRY_H
#define LBGEN_XT_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/family.h"
#include "lbgen/image.h"

/* Fills all of *out from the entry, which becomes its payload and has to stay, sound (below). `jump`: where
 * it leads, as iptc_get_target says, which has to stay too; NULL: what the target's u.user.name says, as in
 * payloads of an image that was made here. What has no NUL behind it is copied into mem. */
void entry_image(enum family family, const void *entry, const char *jump, struct arena *mem,
                 struct image_rule *out);

/* Whether two rules with entries as payloads are the same: compared byte by byte, all that the key is made
 * of. */
bool entry_equal(enum family family, const struct image_rule *a, const struct image_rule *b);

/* Whether the entry ends where it says, within len bytes, and so do its matches and its target. */
bool entry_is_sound(enum family family, const void *entry, size_t len);

/* Whether all there is to know of its target is where it leads: a verdict, a jump or nothing; the kernel's
 * have no name, ours have the name of where they lead, and 0 for a verdict. An extension without options may
 * look alike. */
bool entry_is_standard(enum family family, const void *entry);

#endif
