/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A script of firewall-cmd lines that gives firewalld the rules, or takes them out again. */
#ifndef LBGEN_FIREWALL_CMD_H
#define LBGEN_FIREWALL_CMD_H

#include "lbgen/format.h"

extern const struct format firewalld_format;

#endif
