/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --trace tells. */
#ifndef LBGEN_TRACE_REPORT_H
#define LBGEN_TRACE_REPORT_H

#include "lbgen/report.h"
#include "lbgen/trace.h"

struct trace_report {
    const struct packet *packet;
    struct trace trace;
};

extern const struct report_kind trace_report_kind; /* of a struct trace_report */

#endif
