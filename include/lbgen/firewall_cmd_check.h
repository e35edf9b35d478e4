/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What firewalld can't say. */
#ifndef LBGEN_FIREWALL_CMD_CHECK_H
#define LBGEN_FIREWALL_CMD_CHECK_H

#include "lbgen/format.h"

/* The check of format.h. Good findings leave rules that firewall_cmd_line.h can write: each ACCEPT without
 * interfaces, names of interfaces without anything that a shell or firewalld would take for something else.
 */
void cmd_check(const struct format_job *job, struct diag *diag);

#endif
