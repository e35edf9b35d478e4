/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is not carried into IPVS, where virtual servers are written out. */
#ifndef LBGEN_LINT_VIRTUAL_H
#define LBGEN_LINT_VIRTUAL_H

#include "lbgen/config.h"

/* Warnings about servers of a family without packets, settings that do nothing or that the family or the
 * scheduler can't have, and settings in which services of one mark differ. */
void lint_virtual(const struct config *config, const bool wants[FAMILIES], struct diag *diag);

#endif
