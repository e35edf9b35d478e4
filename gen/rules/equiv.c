/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "lbgen/equiv.h"

struct result result_of(const struct outcome *x, bool known, const struct example *example)
{
    return (struct result){.mark_known = known && !(x->moved & (MOVED_MARKS | MOVED_ALL) &&
                                                    (x->mark.of_mark | x->mark.of_connmark)),
                           .verdict_known = known && x->control != CONTROL_OTHER,
                           .mark = mark_of(&x->mark, example->packet.mark, example->connmark),
                           .accepted = x->control == CONTROL_ACCEPT};
}

static bool take(void *ctx, const struct found *found)
{
    struct equiv *out = ctx;

    if (found->differs == YES) {
        out->verdict = EQUIV_DIFFERENT;
        out->example = found->example;
        out->old = result_of(found->old, found->old_known, &found->example);
        out->new = result_of(found->new, found->new_known, &found->example);
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

    *out = (struct equiv){.verdict = EQUIV_EQUAL};
    difference_begin(&d, old, new, family);
    difference_path(&d, path, false);
    bool whole = !d.failed && difference_walk(&d, true, take, out);
    if (!whole && out->verdict != EQUIV_DIFFERENT) {
        out->verdict = EQUIV_UNDECIDED;
        snprintf(out->why, sizeof out->why, "%s", d.failed ? d.failed : "there are too many cases");
    }
    difference_end(&d);
}
