/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/mark_groups.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

static int by_mark(const void *a, const void *b, void *services)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    const struct service *all = ((const struct services *)services)->at;
    uint32_t mark_x = all[x].mark.value, mark_y = all[y].mark.value;

    if (mark_x != mark_y)
        return mark_x < mark_y ? -1 : 1;
    return x < y ? -1 : x > y;
}

void mark_groups_make(struct mark_groups *groups, const struct config *config)
{
    const struct services *services = &config->services;
    size_t n = 0;

    *groups = (struct mark_groups){.config = config,
                                   .order = xmalloc(services->n * sizeof *groups->order),
                                   .masked = xmalloc(services->n * sizeof *groups->masked)};
    for (uint32_t i = 0; i < services->n; i++) {
        if (services->at[i].mark.value == 0)
            continue;
        groups->order[n++] = i;
        if (services->at[i].mark.mask != MARK_MASK_ALL)
            groups->masked[groups->n_masked++] = i;
    }
    qsort_r(groups->order, n, sizeof *groups->order, by_mark, (void *)(uintptr_t)services);
    for (size_t i = 0; i < n; i++) {
        uint32_t mark = services->at[groups->order[i]].mark.value;

        if (i == 0 || groups->at[groups->n - 1].mark != mark)
            *VEC_ADD(groups) = (struct mark_group){.mark = mark, .services = groups->order + i};
        groups->at[groups->n - 1].n++;
    }
}

static int by_value(const void *mark, const void *group)
{
    uint32_t x = *(const uint32_t *)mark, y = ((const struct mark_group *)group)->mark;

    return x < y ? -1 : x > y;
}

const struct mark_group *mark_groups_find(const struct mark_groups *groups, uint32_t mark)
{
    return groups->n ? bsearch(&mark, groups->at, groups->n, sizeof *groups->at, by_value) : NULL;
}

void mark_groups_free(struct mark_groups *groups)
{
    free(groups->at);
    free(groups->order);
    free(groups->masked);
    *groups = (struct mark_groups){0};
}
