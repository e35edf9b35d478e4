/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule set that an iptables-save file means. */
#ifndef LBGEN_SAVE_SET_H
#define LBGEN_SAVE_SET_H

#include "lbgen/rule_set.h"
#include "lbgen/save_file.h"

/* Makes *out, linked (rule_set_free when done); its strings are the file's and live as long. Tables of other
 * names than those of table.h are left out: no packet of lbgen's walks passes them. */
void save_set_make(struct save_file *file, struct rule_set *out);

#endif
