/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The elements of lbgen's table as the kernel has them. */
#ifndef LBGEN_OWN_TABLE_ELEMENTS_H
#define LBGEN_OWN_TABLE_ELEMENTS_H

#include <stdbool.h>

#include "lbgen/buf.h"
#include "lbgen/complaint.h"

/* Those of the maps that the shape has, as lines (own_table.h). Maps that are not lbgen's are left out. */
bool own_table_read_elements(const struct buf *shape, struct buf *out, struct complaint *why);

#endif
