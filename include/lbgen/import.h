/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of other programs, made into a draft of services.ini. */
#ifndef LBGEN_IMPORT_H
#define LBGEN_IMPORT_H

#include "lbgen/draft.h"

enum import_kind {
    IMPORT_KEEPALIVED,
    IMPORT_LDIRECTORD,
    IMPORT_LVS_CF,
    IMPORT_SAVE,
    IMPORT_IPVSADM,
    IMPORT_KINDS
};

struct import_ops {
    const char *name; /* of --import-as */
    const char *file; /* what it is for people: "keepalived.conf" */
    const char *sign; /* what import_kind_of looks for, for people */
    /* Whether a line, without blanks at both ends and not empty, is one that this kind alone has; `indented`:
     * it had some in front. */
    bool (*is_sign)(const char *line, size_t len, bool indented);
    /* Makes the draft (not settled) of draft->source. What is wrong with the file goes to diag; the draft is
     * worth something only without errors. */
    void (*read)(struct draft *draft, struct diag *diag);
};

extern const struct import_ops import_ops[IMPORT_KINDS];

/* The kind of a file by its content: the one that has a sign in it. False when none has, or several; then
 * that is a finding. */
bool import_kind_of(const struct source *source, enum import_kind *kind, struct diag *diag);

#endif
