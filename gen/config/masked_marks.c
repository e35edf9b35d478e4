/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/masked_marks.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

void masked_marks_add(struct masked_marks *marks, struct mark mark)
{
    *VEC_ADD(marks) = (struct masked_mark){.mark = mark};
}

static int by_mask(const void *a, const void *b)
{
    const struct mark x = ((const struct masked_mark *)a)->mark, y = ((const struct masked_mark *)b)->mark;

    if (x.mask != y.mask)
        return x.mask < y.mask ? -1 : 1;
    return (x.value > y.value) - (x.value < y.value);
}

static void leave_out_doubles(struct masked_marks *marks)
{
    size_t n = 0;

    for (size_t i = 0; i < marks->n; i++)
        if (n == 0 || !mark_equal(marks->at[n - 1].mark, marks->at[i].mark))
            marks->at[n++] = marks->at[i];
    marks->n = n;
}

void masked_marks_sort(struct masked_marks *marks)
{
    if (marks->n)
        qsort(marks->at, marks->n, sizeof *marks->at, by_mask);
    leave_out_doubles(marks);
    free(marks->masks);
    marks->masks = xmalloc((marks->n + 1) * sizeof *marks->masks);
    marks->n_masks = 0;
    for (size_t i = 0; i < marks->n; i++)
        if (i == 0 || marks->at[i - 1].mark.mask != marks->at[i].mark.mask)
            marks->masks[marks->n_masks++] = i;
    marks->masks[marks->n_masks] = marks->n;
}

static struct masked_mark *find(struct masked_mark *at, size_t n, struct mark mark)
{
    const struct masked_mark wanted = {.mark = mark};

    return n ? bsearch(&wanted, at, n, sizeof *at, by_mask) : NULL;
}

bool masked_marks_meet(struct masked_marks *marks, uint32_t mark, unsigned families)
{
    bool met = false;

    for (size_t i = 0; i < marks->n_masks; i++) {
        struct masked_mark *of_mask = marks->at + marks->masks[i];
        uint32_t mask = of_mask->mark.mask;
        struct masked_mark *m =
            find(of_mask, marks->masks[i + 1] - marks->masks[i], (struct mark){mark & mask, mask});

        if (m)
            m->families |= families;
        met |= m != NULL;
    }
    return met;
}

unsigned masked_marks_families(const struct masked_marks *marks, struct mark mark)
{
    const struct masked_mark *m = find(marks->at, marks->n, mark);

    return m ? m->families : 0;
}

void masked_marks_free(struct masked_marks *marks)
{
    free(marks->at);
    free(marks->masks);
    *marks = (struct masked_marks){0};
}
