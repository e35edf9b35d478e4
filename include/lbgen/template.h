/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Templates: where they are found, and how a service takes from them what it does not give itself. */
#ifndef LBGEN_TEMPLATE_H
#define LBGEN_TEMPLATE_H

#include <stdbool.h>

#include "lbgen/config.h"

/* A file of templates/, compiled in. */
struct shipped_template {
    const char *name, *text;
};
extern const struct shipped_template shipped_templates[]; /* ends with a NULL name */

struct template_places {
    const char *folder; /* --templates DIR, or NULL */
    const char *system; /* /etc/lbgen/templates, or NULL */
};

/* Gives every service what its template has and it has not; templates that are not in the input are looked
 * for in places->folder, places->system and among the shipped ones, in this order. Unknown templates and
 * cycles are reported. */
void templates_apply(struct config *config, const struct template_places *places, struct sources *sources,
                     struct diag *diag);

#endif
