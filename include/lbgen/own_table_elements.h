/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The elements of lbgen's table as the kernel has them. */
#ifndef LBGEN_OWN_TABLE_ELEMENTS_H
#define LBGEN_OWN_TABLE_ELEMENTS_H

#include <stdbool.h>

#include "lbgen/own_table.h"

/* Adds those of the maps that the table's shape has. Maps that are not lbgen's are left out. */
bool own_table_read_elements(struct own_table *table, struct complaint *why);

#endif
