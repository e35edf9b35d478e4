/* SPDX-License-Identifier: GPL-2.0-or-later */
/* services.ini held against keepalived.conf. Findings name a place in both. What is open there, or may be set
 * by others, is no finding. */
#ifndef LBGEN_LINT_KEEPALIVED_H
#define LBGEN_LINT_KEEPALIVED_H

#include "lbgen/config.h"
#include "lbgen/keepalived_conf.h"

/* Marks that something else than services may set, such as [rules]: each as mark = (any & ~mask) | value. */
struct other_marks {
    struct mark *at;
    size_t n, cap;
    bool any; /* and there may be any others */
};

/* Marks, groups, persistence, addresses. n log n. */
void lint_keepalived(const struct config *config, const struct keepalived *k,
                     const struct other_marks *others, struct diag *diag);

/* Its parts; each needs services with good marks. */
struct mark_groups;
void lint_keepalived_marks(const struct mark_groups *groups, const struct keepalived *k,
                           const struct other_marks *others, struct diag *diag);
void lint_keepalived_ports(const struct mark_groups *groups, const struct keepalived *k, struct diag *diag);
void lint_keepalived_groups(const struct keepalived *k, struct diag *diag);
void lint_keepalived_vips(const struct config *config, const struct keepalived *k, struct diag *diag);

#endif
