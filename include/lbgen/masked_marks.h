/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks with masks, by mask: of the many marks of an input few differ in that. */
#ifndef LBGEN_MASKED_MARKS_H
#define LBGEN_MASKED_MARKS_H

#include "lbgen/mark.h"

struct masked_mark {
    struct mark mark;
    unsigned families; /* FAMILY_BIT_...: of the whole marks that it may become */
};

struct masked_marks {
    struct masked_mark *at; /* vec.h; by mask, then value */
    size_t n, cap;
    size_t *masks; /* where those of a mask begin, and the end */
    size_t n_masks;
};

/* Zero-initialise; add all of them, then sort; masked_marks_free when done. */
void masked_marks_add(struct masked_marks *marks, struct mark mark);
void masked_marks_sort(struct masked_marks *marks);

/* Whether one of them may become `mark`, with others' bits beside its own; each that may has `families` from
 * now on. */
bool masked_marks_meet(struct masked_marks *marks, uint32_t mark, unsigned families);

/* What such a mark has met; 0 when it was not added. */
unsigned masked_marks_families(const struct masked_marks *marks, struct mark mark);

void masked_marks_free(struct masked_marks *marks);

#endif
