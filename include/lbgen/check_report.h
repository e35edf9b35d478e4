/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --check found, beside the findings. */
#ifndef LBGEN_CHECK_REPORT_H
#define LBGEN_CHECK_REPORT_H

#include "lbgen/report.h"
#include "lbgen/scratch.h"

struct check_report {
    const struct expects *expects;
    bool *passed;               /* by number; NULL: they were not run */
    enum scratch_result kernel; /* what it says to the rules */
};

extern const struct report_kind check_report_kind; /* of a struct check_report */

#endif
