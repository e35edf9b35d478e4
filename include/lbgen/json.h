/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The form `json` (man/lbgen-json.7). */
#ifndef LBGEN_JSON_H
#define LBGEN_JSON_H

#include "lbgen/format.h"

extern const struct format format_json;

#endif
