/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --status tells. */
#ifndef LBGEN_STATUS_REPORT_H
#define LBGEN_STATUS_REPORT_H

#include "lbgen/boot_unit.h"
#include "lbgen/mark.h"
#include "lbgen/report.h"

/* What the rules of one tag add up to. */
struct tally {
    const char *tag;
    size_t tag_len, live, missing, stale; /* stale: live, and not wanted any more */
    uint64_t packets, bytes;              /* of the rules that mark or send to marking */
    bool has_mark;                        /* it is a service of the input */
    struct mark mark;
};

enum boot_state { BOOT_EQUAL, BOOT_DIFFERS, BOOT_MISSING, BOOT_NOT_NEEDED };

struct boot_status {
    const char *path; /* "": the family has none */
    enum boot_state state;
    struct boot_unit unit;
};

struct status_report {
    const char *backend;
    bool with_input; /* it is known what should be there */
    struct tally *at;
    size_t n, cap;
    struct boot_status boot[FAMILIES];
    bool pending; /* a commit waits for its confirmation */
    unsigned pending_seconds;
};

extern const struct report_kind status_report_kind; /* of a struct status_report */

#endif
