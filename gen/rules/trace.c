/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk goes with a set of states. A rule splits it into those that it matches, those that it does not,
 * and those of which nobody knows: these go on both ways. A chain is entered with all states that come there
 * at once and hands back all that leave it, so that what is unknown doubles no work; where ways meet again,
 * equal states become one. What differs at the end only is what the answer can't say. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/proto.h"
#include "lbgen/trace.h"
#include "lbgen/trace_states.h"
#include "lbgen/vec.h"
#include "lbgen/walk.h"

enum {
    DEPTH_MAX = 128,            /* jumps in jumps */
    STEPS_MAX = 100000,         /* that are noted down */
    RULES_MAX = 4 * 1000 * 1000 /* that are looked at: chains that jump to each other twice double the way */
};

struct walker {
    const struct rule_set *set;
    const struct packet *packet;
    struct trace *out;
    struct flow flow; /* the packet, as far as its states do not differ */
    enum table table;
    enum hook hook;
    bool silent; /* no steps are noted down */
    unsigned depth;
    size_t rules, ends;           /* ends: how often states came to the end of a table's walk */
    struct trace_states accepted; /* in the table at hand */
    struct trace_states dropped;  /* in all so far */
    const char *lost;             /* why nothing is known any more */
};

static enum truth least(enum truth a, enum truth b)
{
    return a < b ? a : b;
}

/* --- one rule --- */

static unsigned seen_states(unsigned track)
{
    if (track == TRACK_TEMPLATE)
        return (1U << PACKET_STATES) - 1;
    return 1U << (track == TRACK_NOT_YET ? STATE_INVALID : track);
}

static enum truth connection_truth(unsigned track)
{
    switch (track) {
    case STATE_INVALID:
    case STATE_UNTRACKED:
    case TRACK_NOT_YET: return NO;
    case TRACK_TEMPLATE: return MAYBE;
    default: return YES;
    }
}

static enum truth rule_truth(struct walker *w, const struct seen_rule *rule, const struct trace_state *s)
{
    const struct packet_view view = {.packet = w->packet,
                                     .mark = s->mark,
                                     .connmark = s->connmark,
                                     .has_connection = connection_truth(s->track)};

    w->flow.states = seen_states(s->track);
    enum truth t = seen_rule_fields_hold(rule, &w->flow);
    for (uint32_t i = 0; i < rule->n_tests && t != NO; i++)
        t = least(t, packet_test(&rule->tests[i], &view));
    return t;
}

/* Takes the states that the rule may match out of *states; those that it may not match stay. */
static bool split(struct walker *w, const struct seen_rule *rule, struct trace_states *states,
                  struct trace_states *matched)
{
    bool sure = true;
    unsigned n = 0;

    matched->n = 0;
    for (unsigned i = 0; i < states->n; i++) {
        const struct trace_state s = states->at[i];
        enum truth t = rule_truth(w, rule, &s);

        sure = sure && t == YES;
        if (t != NO)
            trace_states_add(matched, &s);
        if (t != YES)
            states->at[n++] = s;
    }
    states->n = n;
    return sure;
}

static void change_all(struct trace_states *states, const struct set_rule *rule, const char *tag)
{
    struct trace_states changed = {.n = 0};

    if (rule->rule->effect == EFFECT_NONE || rule->leads_to != NO_CHAIN)
        return;
    for (unsigned i = 0; i < states->n; i++) {
        struct trace_state s = states->at[i];

        trace_state_change(&s, rule, tag);
        trace_states_add(&changed, &s);
    }
    *states = changed;
}

/* --- chains --- */

/* A chain on the way. */
struct place {
    const struct set_chain *chain;
    const char *tag; /* of the rule that led here, where it has one */
    bool surely;     /* the packet is here, in one of the states at hand */
};

static void walk_chain(struct walker *w, uint32_t number, const char *tag, bool surely,
                       const struct trace_states *in, struct trace_states *end);

static void lose(struct walker *w, const char *why)
{
    if (!w->lost)
        w->lost = why;
}

/* A target that may do anything, or whose chain is not there. */
static bool is_beyond_us(const struct set_rule *rule)
{
    enum seen_action action = rule->rule->action;

    return rule->leads_to == NO_CHAIN &&
           (action == SEEN_UNKNOWN || action == SEEN_JUMP || action == SEEN_GOTO);
}

static void note(struct walker *w, const struct set_chain *chain, const struct set_rule *rule,
                 const struct place *place, struct foggy before, struct foggy after)
{
    if (w->silent || w->out->steps.n == STEPS_MAX)
        return;
    *VEC_ADD(&w->out->steps) = (struct trace_step){.table = w->table,
                                                   .chain = chain->name,
                                                   .number = rule ? (size_t)(rule - chain->at) + 1 : 0,
                                                   .rule = rule,
                                                   .tag = place->tag,
                                                   .sure = place->surely,
                                                   .before = before,
                                                   .after = after};
}

static bool is_rewritten(const struct walker *w, const struct set_rule *rule)
{
    return rule->rule->effect == EFFECT_NEW_DESTINATION && w->hook == HOOK_PREROUTING;
}

static void finish(struct walker *w, const struct trace_states *states, struct trace_states *how)
{
    trace_states_join(how, states);
    w->ends++;
}

/* Where the states that a rule matched go: behind it (*on), out of the chain (*end), to the end of the walk.
 */
static void follow(struct walker *w, const struct set_rule *rule, const struct place *place,
                   const struct trace_states *matched, struct trace_states *on, struct trace_states *end)
{
    struct trace_states back = {.n = 0};

    if (is_beyond_us(rule)) {
        lose(w, "a target that it may meet can do anything with it");
    } else if (is_rewritten(w, rule)) {
        lose(w, "it may get another destination, and where that leads is not known");
    } else if (rule->leads_to != NO_CHAIN) {
        walk_chain(w, rule->leads_to, place->tag, place->surely, matched, &back);
        trace_states_join(rule->rule->action == SEEN_GOTO ? end : on, &back);
    } else {
        switch (rule->rule->action) {
        case SEEN_ACCEPT: finish(w, matched, &w->accepted); break;
        case SEEN_DROP: finish(w, matched, &w->dropped); break;
        case SEEN_RETURN: trace_states_join(end, matched); break;
        default: trace_states_join(on, matched); break;
        }
    }
}

static void meet_rule(struct walker *w, struct place *here, const struct set_rule *rule,
                      struct trace_states *states, struct trace_states *end)
{
    struct place there = {.tag = rule->tag ? rule->tag : here->tag};
    struct trace_states matched;
    bool matches = split(w, rule->rule, states, &matched), leaves;
    size_t ends = w->ends;

    if (!matched.n)
        return;
    there.surely = here->surely && matches && states->n == 0;
    struct foggy before = trace_states_mark(&matched);
    if (!is_beyond_us(rule))
        change_all(&matched, rule, there.tag);
    note(w, here->chain, rule, &there, before, trace_states_mark(&matched));
    follow(w, rule, &there, &matched, states, end);
    leaves = rule->rule->action == SEEN_RETURN || rule->rule->action == SEEN_GOTO;
    if (w->ends != ends || leaves)
        here->surely = false; /* who goes on is not all there is */
}

/* Adds to *end the states that come to the chain's end. */
static void walk_chain(struct walker *w, uint32_t number, const char *tag, bool surely,
                       const struct trace_states *in, struct trace_states *end)
{
    struct place here = {.chain = &w->set->of[w->table].at[number], .tag = tag, .surely = surely};
    struct trace_states states = *in;

    if (++w->depth > DEPTH_MAX)
        lose(w, "chains lead into each other too deep");
    for (size_t i = 0; i < here.chain->n && states.n && !w->lost; i++) {
        if (++w->rules > RULES_MAX)
            lose(w, "it would meet too many rules");
        meet_rule(w, &here, &here.chain->at[i], &states, end);
    }
    w->depth--;
    trace_states_join(end, &states);
}

/* --- tables --- */

/* A policy of DROP, for the states that come to the chain's end. */
static void meet_policy(struct walker *w, uint32_t number, bool surely, struct trace_states *end)
{
    const struct place here = {.surely = surely};
    struct foggy mark = trace_states_mark(end);

    note(w, &w->set->of[w->table].at[number], NULL, &here, mark, mark);
    trace_states_join(&w->dropped, end);
    end->n = 0;
}

/* *states: those that come to the hook's chain of the table, then those that it lets through. */
static void walk_hook(struct walker *w, enum table table, enum hook hook, struct trace_states *states)
{
    uint32_t number = rule_set_find(w->set, table, hook_names[hook]);
    struct trace_states end = {.n = 0};

    if (number == NO_CHAIN || !states->n || w->lost)
        return;
    w->table = table;
    w->hook = hook;
    w->accepted.n = 0;
    bool surely = w->dropped.n == 0;
    size_t ends = w->ends;
    walk_chain(w, number, NULL, surely, states, &end);
    surely = surely && w->ends == ends;
    if (w->set->of[table].at[number].drops && end.n)
        meet_policy(w, number, surely, &end);
    trace_states_join(&end, &w->accepted);
    *states = end;
}

/* The states that connection tracking may find the packet in: what was said of it; else NEW, but not where an
 * ICMP type begins no connection (nf_conntrack_proto_icmp.c, nf_conntrack_proto_icmpv6.c). */
static unsigned states_of(const struct packet *p)
{
    static const uint8_t begin4[] = {8, 13, 15, 17}, error4[] = {3, 4, 5, 11, 12}, begin6[] = {128, 139},
                         untracked6[] = {130, 131, 132, 133, 134, 135, 136, 143};
    bool v6 = p->src.family == IPV6;
    const unsigned bad = 1U << STATE_INVALID, related = 1U << STATE_RELATED;

    if (p->state_given)
        return 1U << p->state;
    if (p->protocol == proto_ops[PROTO_UDPLITE].number) /* kernels take its checksum for one of udp */
        return bad | 1U << STATE_NEW;
    if (p->protocol != IP_PROTO_ICMP && p->protocol != IP_PROTO_ICMPV6)
        return 1U << p->state;
    if (!p->icmp_type_given || v6 != (p->protocol == IP_PROTO_ICMPV6))
        return (1U << PACKET_STATES) - 1;
    if (memchr(v6 ? begin6 : begin4, p->icmp_type, v6 ? sizeof begin6 : sizeof begin4))
        return 1U << STATE_NEW;
    if (v6 && memchr(untracked6, p->icmp_type, sizeof untracked6))
        return 1U << STATE_UNTRACKED;
    if (v6 ? p->icmp_type < 128 : memchr(error4, p->icmp_type, sizeof error4) != NULL)
        return bad | related;
    return bad | 1U << STATE_ESTABLISHED;
}

static bool from_loopback(const struct packet *p)
{
    return strcmp(p->in.name, "lo") == 0;
}

static void track(const struct packet *p, struct trace_states *states)
{
    struct trace_states tracked = {.n = 0};
    unsigned possible = states_of(p);

    for (unsigned i = 0; i < states->n; i++)
        for (unsigned t = 0; t < PACKET_STATES; t++) {
            struct trace_state s = states->at[i];

            if (!(possible >> t & 1))
                continue;
            trace_state_track(&s, (enum packet_state)t);
            if (from_loopback(p)) /* it has passed OUTPUT */
                s.connmark = (struct foggy){.fog = UINT32_MAX};
            trace_states_add(&tracked, &s);
        }
    *states = tracked;
}

/* nat sees a connection's first packet; the others get what that was given, so that a rule which may give
 * them another destination makes them unknown too. Without a connection nothing is translated. */
static void walk_nat(struct walker *w, enum hook hook, struct trace_states *states)
{
    struct trace_states first = {.n = 0}, rest = {.n = 0}, later = {.n = 0};

    for (unsigned i = 0; i < states->n; i++) {
        struct trace_state s = states->at[i];
        bool connected = connection_truth(s.track) == YES;

        if (s.track == STATE_NEW && !from_loopback(w->packet)) {
            trace_states_add(&first, &s);
            continue;
        }
        trace_states_add(&rest, &s);
        if (!connected)
            continue;
        s.track = STATE_NEW;
        trace_states_add(&later, &s);
    }
    walk_hook(w, TABLE_NAT, hook, &first);
    if (later.n) {
        struct trace_states dropped = w->dropped;

        w->silent = true;
        walk_hook(w, TABLE_NAT, hook, &later);
        w->silent = false;
        w->dropped = dropped;
        for (unsigned i = 0; i < later.n; i++) /* a related connection's first packet is one of them */
            for (unsigned r = 0, n = rest.n; r < n; r++) {
                struct trace_state s = rest.at[r];

                s.mark = later.at[i].mark;
                if (s.track == STATE_RELATED || from_loopback(w->packet))
                    trace_states_add(&rest, &s);
            }
    }
    trace_states_join(&first, &rest);
    *states = first;
}

static void walk_all(struct walker *w, struct trace_states *states)
{
    walk_hook(w, TABLE_RAW, HOOK_PREROUTING, states);
    track(w->packet, states);
    walk_hook(w, TABLE_MANGLE, HOOK_PREROUTING, states);
    walk_nat(w, HOOK_PREROUTING, states);
    if (!w->packet->forwarded) {
        walk_hook(w, TABLE_MANGLE, HOOK_INPUT, states);
        walk_hook(w, TABLE_FILTER, HOOK_INPUT, states);
        walk_hook(w, TABLE_SECURITY, HOOK_INPUT, states);
        return;
    }
    w->flow.no_out = false;
    walk_hook(w, TABLE_MANGLE, HOOK_FORWARD, states);
    walk_hook(w, TABLE_FILTER, HOOK_FORWARD, states);
    walk_hook(w, TABLE_SECURITY, HOOK_FORWARD, states);
    w->flow.in = (struct interface){0}; /* which one rules see here depends on the kernel's version */
    walk_hook(w, TABLE_MANGLE, HOOK_POSTROUTING, states);
    walk_nat(w, HOOK_POSTROUTING, states);
}

/* --- the answer --- */

/* A port that was not given may be any; where AH stands in an IPv6 packet, rules see what is behind it. */
static struct flow flow_of(const struct packet *p)
{
    bool behind_ah = p->src.family == IPV6 && p->protocol == proto_ops[PROTO_AH].number;
    bool ports = p->dport != 0 && !behind_ah;

    return (struct flow){.src = p->src,
                         .dst = p->dst,
                         .in = p->in,
                         .no_out = true,
                         .protocol = behind_ah ? 0 : p->protocol,
                         .sport = ports && p->sport ? (struct port_range){p->sport, p->sport} : PORTS_ANY,
                         .dport = ports ? (struct port_range){p->dport, p->dport} : PORTS_ANY};
}

static void judge(const struct walker *w, const struct trace_states *passed, struct trace *out)
{
    struct trace_states all = *passed;

    trace_states_join(&all, &w->dropped);
    struct foggy mark = trace_states_mark(&all);
    out->mark_known = mark.fog == 0;
    out->mark = mark.value;
    out->verdict_known = !passed->n != !w->dropped.n;
    out->accepted = passed->n != 0;
    out->service_known = true;
    for (unsigned i = 0; i < all.n; i++) {
        const char *service = all.at[i].owner.tag, *first = all.at[0].owner.tag;

        if (all.at[i].owner.unknown || !service != !first || (service && strcmp(service, first) != 0))
            out->service_known = false;
    }
    out->service = out->service_known ? all.at[0].owner.tag : NULL;
}

void trace_packet(const struct rule_set *set, const struct packet *packet, struct trace *out)
{
    struct walker w = {.set = set, .packet = packet, .out = out, .flow = flow_of(packet)};
    struct trace_states states = {.n = 0};

    *out = (struct trace){0};
    trace_states_add(&states,
                     &(struct trace_state){.mark.value = packet->mark,
                                           .track = from_loopback(packet) ? TRACK_TEMPLATE : TRACK_NOT_YET});
    walk_all(&w, &states);
    out->unknown = w.lost;
    if (!w.lost)
        judge(&w, &states, out);
}

void trace_free(struct trace *trace)
{
    free(trace->steps.at);
    *trace = (struct trace){0};
}
