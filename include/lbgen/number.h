/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as users write them, read strictly: no sign, no blank, no leading zero (010 is 8 for some
 * programs). */
#ifndef LBGEN_NUMBER_H
#define LBGEN_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits only, without a leading zero, at most 2^32-1. *out is untouched on failure. */
bool decimal_parse(const char *text, size_t n, uint32_t *out);

/* Decimal as above, or 0x and 1 to 8 hex digits of either case. */
bool number_parse(const char *text, size_t n, uint32_t *out);

/* Whether the text is made of digits alone, whatever its value: to tell a bad number from a name. */
bool all_digits(const char *text, size_t n);

#endif
