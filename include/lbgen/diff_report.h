/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --diff, and --dry-run, tell: edits, of the kernel's tables and of files. */
#ifndef LBGEN_DIFF_REPORT_H
#define LBGEN_DIFF_REPORT_H

#include "lbgen/change.h"
#include "lbgen/report.h"
#include "lbgen/rule_owners.h"
#include "lbgen/rule_texts.h"
#include "lbgen/save_file.h"

/* What an iptables-save file (an image of lines, its foreign rules not counting) would have to become. */
struct file_edits {
    struct image now;
    struct edit edits[TABLES]; /* edit_free, image_free: file_edits_free */
};

/* `old` and `wanted` must stay. Zero-initialise; file_edits_free when done, in any case. */
bool file_edits_find(struct file_edits *out, const struct save_file *old, const struct image *wanted,
                     struct complaint *why);
void file_edits_free(struct file_edits *edits);

enum { DIFF_PARTS_MAX = 2 * FAMILIES };

/* Zero-initialise; diff_report_free when done. */
struct diff_report {
    struct diff_part {
        const struct edit *edits; /* [TABLES] */
        char *where;              /* what would change: the kernel's tables, or a file */
        enum family family;
        bool is_file;
        struct rule_texts texts;
    } parts[DIFF_PARTS_MAX];
    size_t n;
    struct rule_owners owners[FAMILIES]; /* may be made by the caller, for documents */
};

/* Adds the edits of a file, or of the kernel's tables; nothing where there is nothing to do. They must stay.
 * False, with the reason, when a rule can't be shown. */
bool diff_report_add_file(struct diff_report *report, const char *path, enum family family,
                          const struct edit *edits, struct complaint *why);
bool diff_report_add_live(struct diff_report *report, const struct change *change, struct complaint *why);

/* As a unified diff; once. */
void diff_report_text(void *report, struct buf *out);

void diff_report_free(struct diff_report *report);

extern const struct report_kind diff_report_kind; /* of a struct diff_report */

#endif
