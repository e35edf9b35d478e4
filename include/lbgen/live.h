/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door to the kernel's tables. One backend at a time, legacy (libiptc) or nft (iptables-nft-restore),
 * behind one const table of functions; tests put a third one there that fills it with arrays.
 *
 * Used in this order: open, read, prepare for each table that changes, unchanged, commit for each, read_back.
 * The caller holds the xtables lock (lock.h) from `unchanged` to the end of `read_back`. */
#ifndef LBGEN_LIVE_H
#define LBGEN_LIVE_H

#include <stdbool.h>

#include "lbgen/complaint.h"
#include "lbgen/delta.h"
#include "lbgen/family.h"
#include "lbgen/image.h"

enum live_result {
    LIVE_DONE,
    LIVE_CHANGED, /* somebody else changed the table meanwhile: read again (kernel: EAGAIN); nothing was done.
                   *why says so */
    LIVE_FAILED   /* *why says why; whether something was done, only reading back can tell */
};

struct live; /* a backend's own state */

struct live_backend {
    const char *name; /* "legacy", "nft" */
    enum payload_form form;
    /* An edit that meets foreign rules which have changed since it was made does them no harm, and its own
     * part little: it may be committed all the same, and read back. */
    bool safe_when_changed;

    /* NULL, with the reason in *why, when it can't be had (no privilege, no support, no program). */
    struct live *(*open)(struct complaint *why);
    void (*close)(struct live *live);

    /* Reads all tables of the family that exist; makes none. out is zeroed before; it and its payloads have
     * to stay until the family is read again or the backend closed. */
    bool (*read)(struct live *live, enum family family, struct image *out, struct complaint *why);

    /* Takes the edit of a table, which has to stay, and does what can be done without the xtables lock. Once
     * for each table that is to change. */
    bool (*prepare)(struct live *live, enum family family, const struct edit *edit, struct complaint *why);

    /* Whether the tables that are to change are what was read, counters aside; then does all of the edits but
     * the last step, without touching the kernel's rules (a table that does not exist may come into being,
     * empty). */
    enum live_result (*unchanged)(struct live *live, enum family family, struct complaint *why);

    /* Puts what was prepared for the table into the kernel, all of it or nothing. */
    enum live_result (*commit)(struct live *live, enum family family, enum table table,
                               struct complaint *why);

    /* Reads the tables that were committed again and compares them with what they should be now, foreign
     * rules included. LIVE_CHANGED: something else is there. */
    enum live_result (*read_back)(struct live *live, enum family family, struct complaint *why);
};

extern const struct live_backend live_legacy, live_nft;

/* lbgen's own table of nftables is no set of xtables' tables: of this one there is nothing but name and form,
 * and who meets it goes by own_table.h. */
extern const struct live_backend live_nftables;

#endif
