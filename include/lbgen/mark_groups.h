/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services by the value of their mark. */
#ifndef LBGEN_MARK_GROUPS_H
#define LBGEN_MARK_GROUPS_H

#include "lbgen/config.h"

/* Services of one mark, in file order. */
struct mark_group {
    uint32_t mark;
    const uint32_t *services; /* numbers in config->services */
    size_t n;
};

struct mark_groups {
    const struct config *config;
    struct mark_group *at; /* ascending */
    size_t n, cap;
    uint32_t *order;  /* of all services that have a mark */
    uint32_t *masked; /* those whose mask is not all ones */
    size_t n_masked;
};

void mark_groups_make(struct mark_groups *groups, const struct config *config);

/* The group of that mark; NULL when there is none. */
const struct mark_group *mark_groups_find(const struct mark_groups *groups, uint32_t mark);

static inline const struct service *mark_group_service(const struct mark_groups *groups,
                                                       const struct mark_group *group, size_t i)
{
    return &groups->config->services.at[group->services[i]];
}

void mark_groups_free(struct mark_groups *groups);

#endif
