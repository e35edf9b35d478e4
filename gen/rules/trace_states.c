/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/trace_states.h"

static bool foggy_equal(struct foggy a, struct foggy b)
{
    return a.value == b.value && a.fog == b.fog;
}

static struct foggy foggy_join(struct foggy a, struct foggy b)
{
    uint32_t fog = a.fog | b.fog | (a.value ^ b.value);

    return (struct foggy){.value = a.value & ~fog, .fog = fog};
}

/* (bits & ~mask) ^ value */
static struct foggy foggy_set(struct foggy bits, struct foggy value, uint32_t mask)
{
    uint32_t fog = (bits.fog & ~mask) | value.fog;

    return (struct foggy){.value = ((bits.value & ~mask) ^ value.value) & ~fog, .fog = fog};
}

static struct foggy foggy_and(struct foggy bits, uint32_t mask)
{
    return (struct foggy){.value = bits.value & mask, .fog = bits.fog & mask};
}

static const struct foggy any_bits = {.fog = UINT32_MAX};

/* Two rules of one service that set the same are one owner. */
static bool same_owner(const struct mark_owner *a, const struct mark_owner *b)
{
    if (a->unknown || b->unknown)
        return a->unknown == b->unknown;
    if (!a->rule || !b->rule || a->rule == b->rule)
        return a->rule == b->rule;
    return strcmp(a->tag, b->tag) == 0 && a->rule->rule->value == b->rule->rule->value &&
           a->rule->rule->mask == b->rule->rule->mask;
}

static void join_into(struct trace_state *to, const struct trace_state *from)
{
    if (!same_owner(&to->owner, &from->owner))
        to->owner = (struct mark_owner){.unknown = true};
    to->mark = foggy_join(to->mark, from->mark);
    to->connmark = foggy_join(to->connmark, from->connmark);
}

/* Leaves one state for each way of tracking. */
static void condense(struct trace_states *set)
{
    unsigned n = 0;

    for (unsigned i = 0; i < set->n; i++) {
        unsigned to = 0;

        while (to < n && set->at[to].track != set->at[i].track)
            to++;
        if (to < n)
            join_into(&set->at[to], &set->at[i]);
        else
            set->at[n++] = set->at[i];
    }
    set->n = n;
}

void trace_states_add(struct trace_states *set, const struct trace_state *state)
{
    for (unsigned i = 0; i < set->n; i++) {
        const struct trace_state *s = &set->at[i];

        if (s->track == state->track && foggy_equal(s->mark, state->mark) &&
            foggy_equal(s->connmark, state->connmark) && same_owner(&s->owner, &state->owner))
            return;
    }
    if (set->n == TRACE_STATES_MAX)
        condense(set);
    set->at[set->n++] = *state;
}

void trace_states_join(struct trace_states *set, const struct trace_states *more)
{
    for (unsigned i = 0; i < more->n; i++)
        trace_states_add(set, &more->at[i]);
}

struct foggy trace_states_mark(const struct trace_states *set)
{
    struct foggy mark = set->n ? set->at[0].mark : any_bits;

    for (unsigned i = 1; i < set->n; i++)
        mark = foggy_join(mark, set->at[i].mark);
    return mark;
}

bool tag_is_service(const char *tag)
{
    static const char *const others[] = {"vrrp", "rules", "tree"};

    for (size_t i = 0; tag && i < sizeof others / sizeof *others; i++)
        if (strcmp(tag, others[i]) == 0)
            return false;
    return tag != NULL;
}

/* Who sets a mark owns it; who changes only others of its bits does not take it away. */
static void set_mark(struct trace_state *s, struct foggy value, uint32_t mask, const struct set_rule *rule,
                     const char *tag)
{
    const struct seen_rule *old = s->owner.rule ? s->owner.rule->rule : NULL;

    s->mark = foggy_set(s->mark, value, mask);
    if (rule && tag_is_service(tag))
        s->owner = (struct mark_owner){.rule = rule, .tag = tag};
    else if (rule && tag && strcmp(tag, "tree") == 0) /* some service's: rules in the tree don't say whose */
        s->owner = (struct mark_owner){.unknown = true};
    else if (old && (s->mark.fog & old->mask))
        s->owner = (struct mark_owner){.unknown = true};
    else if (old && (s->mark.value & old->mask) != old->value)
        s->owner = (struct mark_owner){0};
}

static void set_connmark(struct trace_state *s, struct foggy value, uint32_t mask)
{
    s->connmark = foggy_set(s->connmark, value, mask);
}

static bool has_no_connection(const struct trace_state *s)
{
    return s->track == STATE_INVALID || s->track == STATE_UNTRACKED || s->track == TRACK_NOT_YET;
}

static void change_connmark(struct trace_state *s, const struct seen_rule *r)
{
    if (has_no_connection(s))
        return;
    if (s->track == TRACK_TEMPLATE)
        s->connmark = any_bits;
    if (r->effect == EFFECT_CONNMARK)
        set_connmark(s, (struct foggy){.value = r->value}, r->mask);
    else if (r->effect == EFFECT_SAVE_MARK)
        set_connmark(s, foggy_and(s->mark, r->mask), r->connmark_mask);
    else if (r->effect == EFFECT_RESTORE_MARK)
        set_mark(s, foggy_and(s->connmark, r->connmark_mask), r->mask, NULL, NULL);
    else
        s->connmark = any_bits;
}

void trace_state_change(struct trace_state *s, const struct set_rule *rule, const char *tag)
{
    const struct seen_rule *r = rule->rule;

    switch (r->effect) {
    case EFFECT_MARK: set_mark(s, (struct foggy){.value = r->value}, r->mask, rule, tag); break;
    case EFFECT_CONNMARK:
    case EFFECT_SAVE_MARK:
    case EFFECT_RESTORE_MARK:
    case EFFECT_ANY_CONNMARK: change_connmark(s, r); break;
    case EFFECT_ANY_MARK: set_mark(s, any_bits, UINT32_MAX, NULL, NULL); break;
    case EFFECT_UNTRACK:
        if (s->track == TRACK_NOT_YET)
            s->track = STATE_UNTRACKED;
        break;
    case EFFECT_TEMPLATE:
        if (s->track == TRACK_NOT_YET)
            s->track = TRACK_TEMPLATE;
        break;
    case EFFECT_UNKNOWN:
        s->mark = s->connmark = any_bits;
        s->owner = (struct mark_owner){.unknown = true};
        break;
    case EFFECT_NONE:
    case EFFECT_NEW_DESTINATION:
    case EFFECT_NEW_SOURCE: break;
    }
}

void trace_state_track(struct trace_state *state, enum packet_state track)
{
    if (state->track == TRACK_NOT_YET || state->track == TRACK_TEMPLATE)
        state->track = track;
    /* A connection begins without a mark. What it was given since is not known. */
    state->connmark.value = 0;
    state->connmark.fog = state->track == STATE_NEW ? 0 : UINT32_MAX;
}
