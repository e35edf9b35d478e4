/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "lbgen/equiv.h"

struct search {
    const struct difference *difference;
    struct equiv *out;
};

static bool take(void *ctx, const struct found *found)
{
    const struct search *search = ctx;
    struct equiv *out = search->out;

    if (found->differs == YES) {
        out->verdict = EQUIV_DIFFERENT;
        out->example = found->example;
        difference_results(search->difference, &found->example, &out->old, &out->new);
        return false;
    }
    if (out->verdict == EQUIV_EQUAL)
        snprintf(out->why, sizeof out->why, "it depends on what is not known: %s", found->unknown);
    out->verdict = EQUIV_UNDECIDED;
    return true;
}

void equiv(const struct rule_set *old, const struct rule_set *new, enum family family, enum path path,
           struct equiv *out)
{
    struct difference d;
    struct search search = {&d, out};

    *out = (struct equiv){.verdict = EQUIV_EQUAL};
    difference_begin(&d, old, new, family);
    difference_path(&d, path, false);
    bool whole = !d.failed && difference_walk(&d, true, take, &search);
    if (!whole && out->verdict != EQUIV_DIFFERENT) {
        out->verdict = EQUIV_UNDECIDED;
        snprintf(out->why, sizeof out->why, "%s", d.failed ? d.failed : "there are too many cases");
    }
    difference_end(&d);
}
