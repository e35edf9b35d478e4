/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may have become of a packet at one point of its way: a bounded set of states. */
#ifndef LBGEN_TRACE_STATES_H
#define LBGEN_TRACE_STATES_H

#include "lbgen/packet_test.h"
#include "lbgen/rule_set.h"

/* What connection tracking has made of the packet: an enum packet_state, or before it */
enum {
    TRACK_NOT_YET = PACKET_STATES,
    TRACK_TEMPLATE, /* nothing yet, but rules see something */
    TRACK_STATES
};

/* Who set the mark last of those whose value is still in it. */
struct mark_owner {
    const struct set_rule *rule; /* NULL: nobody */
    const char *tag;
    bool unknown;
};

struct trace_state {
    struct foggy mark, connmark;
    unsigned track;
    struct mark_owner owner;
};

enum { TRACE_STATES_MAX = 16 };

struct trace_states {
    struct trace_state at[TRACE_STATES_MAX];
    unsigned n;
};

/* Where there are too many, states of equal tracking become one, whose marks are known as far as theirs
 * agree. */
void trace_states_add(struct trace_states *set, const struct trace_state *state);
void trace_states_join(struct trace_states *set, const struct trace_states *more);

/* The bits in which all of the states agree. */
struct foggy trace_states_mark(const struct trace_states *set);

/* What a target does to the mark, the connmark and the tracking; tag: whose the rule is. */
void trace_state_change(struct trace_state *state, const struct set_rule *rule, const char *tag);

/* The state behind connection tracking, for a packet that it says to be in `track`. */
void trace_state_track(struct trace_state *state, enum packet_state track);

/* Whether a tag names a service. */
bool tag_is_service(const char *tag);

#endif
