/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Did you mean ...?" */
#ifndef LBGEN_CLOSEST_H
#define LBGEN_CLOSEST_H

/* The one of n words, name(0) to name(n - 1), that most likely was meant by `word`: at most two typing errors
 * away (one for words of up to four bytes). NULL when none is. */
const char *closest_word(const char *word, const char *(*name)(int i), int n);

#endif
