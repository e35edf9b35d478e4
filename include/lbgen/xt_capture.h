/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libxtables speaks to stdout and stderr; here is who listens. For the child process alone. */
#ifndef LBGEN_XT_CAPTURE_H
#define LBGEN_XT_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

/* From now on stdout and what is written to descriptor 2 collect in memory; descriptors 0 and 1 lead nowhere.
 */
bool xt_capture_start(void);

/* Forgets what was collected. */
void xt_capture_reset(void);

/* What collected since; the noise is cut at 1 KiB. Valid until more is written. */
const char *xt_captured_output(size_t *len);
const char *xt_captured_noise(void);

#endif
