/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings in JSON, as they are printed (diag.h). */
#ifndef LBGEN_JSON_FINDINGS_H
#define LBGEN_JSON_FINDINGS_H

#include "lbgen/diag.h"
#include "lbgen/json_stream.h"

/* Elements of the array at hand, each with its notes. */
void json_findings(struct json_stream *s, const struct diag *diag, struct sources *sources);

#endif
