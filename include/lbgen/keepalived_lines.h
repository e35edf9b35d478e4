/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What services of one mark put into its virtual_server block in words of their own: the checks of real
 * servers, and the lines that are copied. */
#ifndef LBGEN_KEEPALIVED_LINES_H
#define LBGEN_KEEPALIVED_LINES_H

#include "lbgen/format.h"
#include "lbgen/virtual_server.h"

/* Texts, each of them once, behind each other in `text`. */
struct text_set {
    struct buf text;
    struct {
        uint32_t *at; /* where the texts begin */
        size_t n, cap;
    } starts;
    struct name_index index;
};

/* Zero-initialise; keepalived_lines_free when done. */
struct keepalived_lines {
    struct text_set checks; /* as they stand in a real_server block */
    struct text_set copied; /* all lines of one service each, as they stand in the virtual_server block */
    struct buf one;
};

/* Takes those of the virtual server's services, in file order; what several have stands there once. */
void keepalived_lines_collect(struct keepalived_lines *lines, const struct virtual_server *v);

void keepalived_lines_checks(const struct keepalived_lines *lines, struct buf *out);
void keepalived_lines_copied(const struct keepalived_lines *lines, struct buf *out);

void keepalived_lines_free(struct keepalived_lines *lines);

/* The format's findings: with lint_virtual's, errors about lines that would break out of their block and
 * about what Keepalived would read otherwise, and warnings about settings that are said twice. */
void keepalived_lines_lint(const struct format_job *job, struct diag *diag);

#endif
