/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "lbgen/complaint.h"

bool complain(struct complaint *why, size_t at, size_t len, const char *format, ...)
{
    va_list args;

    why->at = at;
    why->len = len;
    va_start(args, format);
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    return false;
}
