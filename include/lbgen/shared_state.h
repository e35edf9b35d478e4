/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules keep for other packets: sets, recent's lists, hashlimit's buckets, ... by name. A match that
 * looks at one says the same in two rule sets only where the rules that change it are the same, too: in the
 * same table, of the same meaning, and come to in the same ways. What else lets packets come there, or not,
 * is not looked at. */
#ifndef LBGEN_SHARED_STATE_H
#define LBGEN_SHARED_STATE_H

#include "lbgen/buf.h"
#include "lbgen/family.h"
#include "lbgen/key_table.h"
#include "lbgen/rule_set.h"

struct shared_states {
    struct key_table changed; /* "set bad": those whose rules are not the same */
    bool unclear;             /* there was too much to compare: all are taken for changed */
};

/* Both sets must be linked. shared_states_free when done. */
void shared_states_compare(struct shared_states *out, const struct rule_set *old, const struct rule_set *new,
                           enum family family);

/* A changed state that the rule's matches look at, added to *name; false when there is none. */
bool shared_states_changed(const struct shared_states *states, const struct set_rule *rule, struct buf *name);

void shared_states_free(struct shared_states *states);

#endif
