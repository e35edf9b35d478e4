/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The readers behind import.h, one for each kind of file. */
#ifndef LBGEN_IMPORT_KINDS_H
#define LBGEN_IMPORT_KINDS_H

#include "lbgen/import.h"

void import_keepalived(struct draft *draft, struct diag *diag);
void import_ldirectord(struct draft *draft, struct diag *diag);
void import_lvs_cf(struct draft *draft, struct diag *diag);
void import_save(struct draft *draft, struct diag *diag);
void import_ipvsadm(struct draft *draft, struct diag *diag);

/* A physical line of a text, for readers that go line by line. */
struct import_line {
    const char *text; /* not NUL-terminated; without newline and CR */
    size_t len;
    srcpos at;
};

/* The next line of the source behind *line (zeroed at first); false at the end. A line that is no text, or
 * longer than 64 KiB, is reported, and the end. */
bool import_next_line(const struct source *source, struct import_line *line, struct diag *diag);

/* Whether the line's words are these, separated by blanks, the last one perhaps joined to others: for signs.
 */
bool import_begins(const char *line, size_t len, const char *word);

/* ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT; a port may be a name of /etc/services; without one 0. False, with
 * the reason, when it is none of these. */
bool import_endpoint(const char *text, size_t len, struct prefix *address, uint16_t *port,
                     struct complaint *why);

#endif
