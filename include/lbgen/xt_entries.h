/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door to libxtables for the kernel's own form of rules: text to entries and back. As behind xt.h, a
 * child process answers one family's batch, and no child is started for an empty one. */
#ifndef LBGEN_XT_ENTRIES_H
#define LBGEN_XT_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/arena.h"
#include "lbgen/complaint.h"
#include "lbgen/family.h"

struct xt_encoding {
    /* in */
    const char *table;
    const char *rule; /* "-A CHAIN ...", in iptables-save's form, NUL-terminated */

    /* out */
    const void *entry; /* as image.h's PAYLOAD_ENTRY says; NULL: the rule is refused */
    uint32_t len;
    const char *refusal; /* why, in one line without a full stop */
};

/* Makes entries of texts, for the kernel that runs here: extensions are of the newest revision that both it
 * and libxtables have (where it may not be asked, of the newest that libxtables has), and the sets that -m
 * set and -j SET name have to exist. Entries are what iptables would load, byte for byte. Answers live in
 * mem. False, with the reason in *why, when no child could be asked; then answers are missing. */
bool xt_encode(enum family family, struct xt_encoding *rules, size_t n, struct arena *mem,
               struct complaint *why);

struct xt_decoding {
    /* in */
    const void *entry; /* sound (xt_entry.h) */
    const char *jump;  /* where it leads, as iptc_get_target says; NULL: what its target's u.user.name says */
    const char *chain;

    /* out */
    const char *text;    /* "-A CHAIN ...", as iptables-save prints it; NULL: refused */
    const char *refusal; /* why: an extension that libxtables does not know, in this revision and size, or
                            something that no text says */
};

/* Makes texts of entries; mem, result and *why as above. Entries of lbgen's own kind cost no child. */
bool xt_decode(enum family family, struct xt_decoding *rules, size_t n, struct arena *mem,
               struct complaint *why);

#endif
