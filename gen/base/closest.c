/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/closest.h"

enum { WORD_MAX = 40 };

static int least(int a, int b, int c)
{
    int d = a < b ? a : b;

    return d < c ? d : c;
}

/* Levenshtein's distance: bytes to insert, delete or replace. Both words have at most WORD_MAX bytes. */
static int distance(const char *a, const char *b)
{
    int row[WORD_MAX + 1], b_len = (int)strlen(b);

    for (int j = 0; j <= b_len; j++)
        row[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        int diagonal = row[0];

        row[0] = i;
        for (int j = 1; j <= b_len; j++) {
            int above = row[j];

            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[b_len];
}

const char *closest_word(const char *word, const char *(*name)(int i), int n)
{
    const char *best = NULL;
    size_t len = strlen(word);
    int limit = len <= 4 ? 1 : 2;

    for (int i = 0; len <= WORD_MAX && i < n; i++) {
        int d = strlen(name(i)) <= WORD_MAX ? distance(word, name(i)) : WORD_MAX;

        if (d <= limit) {
            best = name(i);
            limit = d - 1;
        }
    }
    return best;
}
