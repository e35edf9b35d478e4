/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --compare tells: which packets are treated differently, in the user's words, and for each case an
 * example. */
#ifndef LBGEN_COMPARE_REPORT_H
#define LBGEN_COMPARE_REPORT_H

#include "lbgen/difference.h"
#include "lbgen/report.h"

/* Strings live in the report. */
struct packet_change {
    enum family family;
    enum path path;
    enum aspect aspect;
    bool decided;        /* false: `what` says what it depends on */
    const char *owner;   /* whose rules make the difference; NULL: nobody's who is known */
    const char *packets; /* "tcp 192.0.2.10:8443" */
    const char *what;    /* "no longer marked 80" */
    const char *text;    /* all of it as one line */
    const char *example;
    struct result old, new; /* what becomes of the example */
};

/* Packets of which nothing can be said. */
struct undecided {
    enum family family;
    enum path path;
    const char *why;
};

/* Zero-initialise; compare_report_free when done. */
struct compare_report {
    struct {
        struct packet_change *at;
        size_t n, cap;
    } changes; /* family by family */
    struct {
        struct undecided *at;
        size_t n, cap;
    } undecided;
    bool more[FAMILIES]; /* there are more changes than were looked for */
    struct arena mem;
};

bool compare_report_is_empty(const struct compare_report *report);

void compare_report_free(struct compare_report *report);

extern const struct report_kind compare_report_kind; /* of a struct compare_report */

#endif
