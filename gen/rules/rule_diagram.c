/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule's tests are put in front of its target one after the other, those of the diagrams' last axes first,
 * so that each finds only questions behind its own. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/packet.h"
#include "lbgen/proto.h"
#include "lbgen/rule_diagram.h"

enum { INTERVALS_MAX = 64, TCP_SYN_MASK = 1 | 2 | 4 | 16, TCP_SYN = 2 };

/* A set of values of an axis in the making. */
struct values {
    struct interval at[INTERVALS_MAX];
    unsigned n;
};

struct guard {
    struct outcomes *o;
    const struct rule_place *place;
    dnode so_far; /* what stands behind the tests that were put there */
};

wide axis_max(enum family family, uint32_t axis)
{
    switch (axis) {
    case AXIS_DST:
    case AXIS_SRC: return family == IPV4 ? (wide)UINT32_MAX : ~(wide)0;
    case AXIS_PROTOCOL: return UINT8_MAX;
    case AXIS_DPORT:
    case AXIS_SPORT:
    case AXIS_ICMP: return UINT16_MAX;
    case AXIS_IN:
    case AXIS_OUT: return ((wide)1 << 8 * INTERFACE_MAX) - 1;
    case AXIS_MAC: return (wide)1 << 48;
    case AXIS_STATE: return PACKET_STATES - 1;
    case AXIS_FLAGS: return 63;
    default: return 1;
    }
}

static wide address_value(enum family family, struct address a)
{
    return family == IPV4 ? (wide)(a.high >> 32) : (wide)a.high << 64 | a.low;
}

void axis_prefix(const struct prefix *p, wide *low, wide *high)
{
    unsigned free_bits = family_ops[p->family].bits - p->len;

    *low = address_value((enum family)p->family, p->first);
    *high = *low | (free_bits == 128 ? ~(wide)0 : ((wide)1 << free_bits) - 1);
}

void axis_interface(const struct interface *interface, wide *low, wide *high)
{
    size_t len = strlen(interface->name);
    bool open = len == 0 || interface->name[len - 1] == '+';

    *low = 0;
    len -= open && len;
    for (size_t i = 0; i < INTERFACE_MAX; i++)
        *low = *low << 8 | (i < len ? (unsigned char)interface->name[i] : 0);
    *high = open ? *low | (((wide)1 << 8 * (INTERFACE_MAX - len)) - 1) : *low;
}

/* --- sets of values as diagrams --- */

static int by_low(const void *a, const void *b)
{
    const struct interval *x = a, *y = b;

    return (x->low > y->low) - (x->low < y->low);
}

static void add(struct values *v, wide low, wide high)
{
    if (v->n < INTERVALS_MAX && low <= high)
        v->at[v->n++] = (struct interval){low, high};
}

static dnode question(struct guard *g, uint32_t axis, struct values *v, bool negated)
{
    struct diagram *d = &g->o->diagram;
    dnode in = negated ? DNODE_FALSE : DNODE_TRUE, out = negated ? DNODE_TRUE : DNODE_FALSE;
    wide max = axis_max(g->place->family, axis), next = 0;
    size_t begin = diagram_begin(d);
    bool full = false;

    qsort(v->at, v->n, sizeof *v->at, by_low);
    for (unsigned i = 0; i < v->n && !full; i++) {
        if (v->at[i].low > next)
            diagram_part(d, next, out);
        if (v->at[i].high < next && next > 0)
            continue;
        diagram_part(d, v->at[i].low > next ? v->at[i].low : next, in);
        full = v->at[i].high >= max;
        next = v->at[i].high + 1;
    }
    if (!full)
        diagram_part(d, next, out);
    return diagram_end(d, begin, axis);
}

/* What stands there so far only where `when` holds. */
static void only_if(struct guard *g, dnode when)
{
    g->so_far = diagram_if(&g->o->diagram, when, g->so_far, g->o->nothing);
}

static void only_range(struct guard *g, uint32_t axis, wide low, wide high, bool negated)
{
    struct values v = {.n = 1, .at = {{low, high}}};

    only_if(g, question(g, axis, &v, negated));
}

/* --- tests --- */

static void test_prefix(struct guard *g, uint32_t axis, const struct seen_prefix *test)
{
    wide low, high;

    if (!test->given)
        return;
    if (test->prefix.family != (uint8_t)g->place->family) {
        only_if(g, test->negated ? DNODE_TRUE : DNODE_FALSE);
        return;
    }
    axis_prefix(&test->prefix, &low, &high);
    only_range(g, axis, low, high, test->negated);
}

static void test_interface(struct guard *g, uint32_t axis, const struct seen_interface *test)
{
    wide low, high;

    if (!test->given)
        return;
    axis_interface(&test->interface, &low, &high);
    only_range(g, axis, low, high, test->negated);
}

static dnode ports_question(struct guard *g, uint32_t axis, const struct seen_ports *test)
{
    struct values v = {.n = 0};

    for (uint32_t i = 0; i < test->n; i++)
        add(&v, test->at[i].low, test->at[i].high);
    return question(g, axis, &v, false);
}

static void only_protocols_with_ports(struct guard *g)
{
    struct values v = {.n = 0};

    for (int p = 0; p < PROTOS; p++)
        if (proto_ops[p].has_ports)
            add(&v, proto_ops[p].number, proto_ops[p].number);
    only_if(g, question(g, AXIS_PROTOCOL, &v, false));
}

static void test_ports(struct guard *g, const struct seen_ports *test)
{
    struct diagram *d = &g->o->diagram;
    dnode source = test->source ? ports_question(g, AXIS_SPORT, test) : DNODE_FALSE;
    dnode destination = test->destination ? ports_question(g, AXIS_DPORT, test) : DNODE_FALSE;
    dnode either = diagram_if(d, destination, DNODE_TRUE, source);

    only_if(g, test->negated ? diagram_if(d, either, DNODE_FALSE, DNODE_TRUE) : either);
}

static void only_states(struct guard *g, unsigned states, bool negated)
{
    struct values v = {.n = 0};

    for (unsigned s = 0; s < PACKET_STATES; s++)
        if (states >> s & 1)
            add(&v, s, s);
    only_if(g, question(g, AXIS_STATE, &v, negated));
}

/* Only packets of which connection tracking knows. */
static void only_connected(struct guard *g)
{
    only_states(g, 1U << STATE_INVALID | 1U << STATE_UNTRACKED, true);
}

/* (bits & mask) == value of the mark or the connmark. */
static void test_bits(struct guard *g, uint32_t axis, const struct seen_test *test)
{
    struct diagram *d = &g->o->diagram;
    dnode all = test->bits.value & ~test->bits.mask ? DNODE_FALSE : DNODE_TRUE;

    for (uint32_t bit = 32; bit-- > 0;)
        if (test->bits.mask >> bit & 1) {
            uint32_t wanted = test->bits.value >> bit & 1;
            dnode is = diagram_range(d, axis + bit, wanted, wanted, 1, DNODE_TRUE, DNODE_FALSE);

            all = diagram_if(d, is, all, DNODE_FALSE);
        }
    only_if(g, test->negated ? diagram_if(d, all, DNODE_FALSE, DNODE_TRUE) : all);
    g->o->with_mark_tests = true;
    if (axis == AXIS_CONNMARK) {
        g->o->with_connmarks = true;
        only_connected(g);
    }
}

static void test_flags(struct guard *g, uint32_t mask, uint32_t value, bool negated)
{
    struct values v = {.n = 0};

    for (uint32_t flags = 0; flags < 64; flags++)
        if ((flags & mask) == value)
            add(&v, flags, flags);
    only_if(g, question(g, AXIS_FLAGS, &v, negated));
    only_range(g, AXIS_PROTOCOL, proto_ops[PROTO_TCP].number, proto_ops[PROTO_TCP].number, false);
}

/* Frames of the loopback device have none; those of other devices are taken to have one. */
static void test_mac(struct guard *g, const struct seen_test *test)
{
    static const struct interface loopback = {"lo"};
    wide value = 0, low, high;

    for (int i = 0; i < 6; i++)
        value = value << 8 | test->mac.byte[i];
    only_range(g, AXIS_MAC, value + 1, value + 1, test->negated);
    axis_interface(&loopback, &low, &high);
    only_range(g, AXIS_IN, low, high, true);
}

static void test_icmp(struct guard *g, const struct seen_test *test)
{
    uint8_t number = g->place->family == IPV4 ? IP_PROTO_ICMP : IP_PROTO_ICMPV6;
    wide type = (wide)test->icmp.type << 8;

    if (test->icmp.any)
        only_range(g, AXIS_ICMP, 0, UINT16_MAX, test->negated);
    else
        only_range(g, AXIS_ICMP, type | test->icmp.code_low, type | test->icmp.code_high, test->negated);
    only_range(g, AXIS_PROTOCOL, number, number, false);
}

static void test_address_range(struct guard *g, uint32_t axis, const struct seen_test *test)
{
    enum family family = g->place->family;

    if (test->range.family != (uint8_t)family)
        only_if(g, DNODE_FALSE); /* no kernel has such a rule */
    else
        only_range(g, axis, address_value(family, test->range.low), address_value(family, test->range.high),
                   test->negated);
}

/* A test of which nothing is known but that equal ones come to the same. */
static void test_unknown(struct guard *g, const char *words, const char *which, bool negated)
{
    struct diagram *d = &g->o->diagram;
    dnode atom = outcomes_atom(g->o, &(struct atom){.axis = ATOM_MATCH,
                                                    .text = outcomes_text(g->o, words),
                                                    .which = outcomes_text(g->o, which)});

    only_if(g, negated ? diagram_if(d, atom, DNODE_FALSE, DNODE_TRUE) : atom);
}

/* What stands there so far, as far as the truth lets it. */
static dnode as_far_as(struct guard *g, enum truth t, const char *words, bool negated)
{
    dnode before = g->so_far, result;

    if (t != MAYBE)
        return (t == YES) != negated ? before : g->o->nothing;
    test_unknown(g, words, NULL, negated);
    result = g->so_far;
    g->so_far = before;
    return result;
}

/* Kinds of addresses and frames: what multicast is stands in the address, of the rest the host knows. Of
 * several kinds any will do, but addrtype wants all of them in IPv6. */
static void test_types(struct guard *g, uint32_t axis, const struct seen_test *test, const char *option)
{
    bool v4 = g->place->family == IPV4, of_frame = test->field == TEST_PACKET_TYPE, any = v4 || of_frame;
    unsigned multicast = of_frame ? PACKET_MULTICAST : ADDRESS_MULTICAST;
    bool asks = test->types >> multicast & 1, alone = test->types == 1U << multicast;
    enum truth in = any ? (asks ? YES : NO) : alone ? YES : MAYBE;
    enum truth out = alone || (!any && asks) ? NO : MAYBE;
    wide low = v4 ? (wide)0xe0000000 : (wide)0xff << 120, high = v4 ? (wide)0xefffffff : ~(wide)0;
    struct buf words = {0};

    buf_printf(&words, "%s ", option);
    seen_types_print(&words, of_frame ? packet_type_names : address_type_names, test->types);
    dnode there = as_far_as(g, in, buf_text(&words), test->negated);
    dnode elsewhere = as_far_as(g, out, buf_text(&words), test->negated);
    g->so_far =
        diagram_range(&g->o->diagram, axis, low, high, axis_max(g->place->family, axis), there, elsewhere);
    buf_free(&words);
}

static void test_listed(struct guard *g, const struct seen_test *test)
{
    switch ((enum seen_field)test->field) {
    case TEST_MARK: test_bits(g, AXIS_MARK, test); break;
    case TEST_CONNMARK: test_bits(g, AXIS_CONNMARK, test); break;
    case TEST_MAC: test_mac(g, test); break;
    case TEST_ICMP: test_icmp(g, test); break;
    case TEST_SRC_RANGE: test_address_range(g, AXIS_SRC, test); break;
    case TEST_DST_RANGE: test_address_range(g, AXIS_DST, test); break;
    case TEST_SRC_TYPE: test_types(g, AXIS_SRC, test, "-m addrtype --src-type"); break;
    case TEST_DST_TYPE: test_types(g, AXIS_DST, test, "-m addrtype --dst-type"); break;
    case TEST_PACKET_TYPE: test_types(g, AXIS_DST, test, "-m pkttype --pkt-type"); break;
    case TEST_TCP_FLAGS: test_flags(g, test->bits.mask, test->bits.value, test->negated); break;
    case TEST_FRAGMENT: only_if(g, test->negated ? DNODE_TRUE : DNODE_FALSE); break;
    }
}

static void test_words(struct guard *g, const struct set_rule *rule)
{
    struct buf which = {0};
    const struct rule_place *p = g->place;

    if (!rule->rule->unknown)
        return;
    if (!rule->steady) /* it may say something else at the next place */
        buf_printf(&which, "%s %s %zu", table_names[p->table], p->chain, p->times);
    test_unknown(g, rule->matches ? rule->matches : "?", rule->steady ? NULL : buf_text(&which), false);
    buf_free(&which);
}

static bool changes_connection(enum seen_effect effect)
{
    return effect == EFFECT_CONNMARK || effect == EFFECT_SAVE_MARK || effect == EFFECT_RESTORE_MARK ||
           effect == EFFECT_ANY_CONNMARK;
}

dnode rule_diagram_guard(struct outcomes *o, const struct set_rule *rule, const struct rule_place *place,
                         dnode target)
{
    const struct seen_rule *r = rule->rule;
    struct guard g = {.o = o, .place = place, .so_far = target};
    bool has_flags = false;

    test_words(&g, rule);
    for (uint32_t i = 0; i < r->n_tests; i++) {
        has_flags = has_flags || r->tests[i].field == TEST_TCP_FLAGS;
        test_listed(&g, &r->tests[i]);
    }
    if (r->syn_only && !has_flags)
        test_flags(&g, TCP_SYN_MASK, TCP_SYN, false);
    if (changes_connection(r->effect) && target != o->nothing)
        only_connected(&g);
    if (r->states_given)
        only_states(&g, r->states, r->states_negated);
    test_interface(&g, AXIS_OUT, &r->out);
    test_interface(&g, AXIS_IN, &r->in);
    test_prefix(&g, AXIS_SRC, &r->src);
    for (unsigned i = 0; i < r->n_ports; i++)
        test_ports(&g, &r->ports[i]);
    if (r->n_ports)
        only_protocols_with_ports(&g);
    if (r->protocol_given)
        only_range(&g, AXIS_PROTOCOL, r->protocol, r->protocol, r->protocol_negated);
    test_prefix(&g, AXIS_DST, &r->dst);
    return g.so_far;
}

/* --- targets --- */

static void set_marks(struct outcome *x, const struct seen_rule *r)
{
    if (r->effect == EFFECT_MARK) {
        x->mark = (struct mark_sum){.of_mark = ~r->mask, .flip = r->value};
    } else if (r->effect == EFFECT_CONNMARK) {
        x->connmark = (struct mark_sum){.of_connmark = ~r->mask, .flip = r->value};
    } else if (r->effect == EFFECT_SAVE_MARK) {
        x->connmark = (struct mark_sum){.of_connmark = ~r->connmark_mask, .of_mark = r->mask};
    } else if (r->effect == EFFECT_RESTORE_MARK) {
        x->mark = (struct mark_sum){.of_mark = ~r->mask, .of_connmark = r->connmark_mask};
    }
}

static uint32_t moved_by(enum seen_effect effect)
{
    switch (effect) {
    case EFFECT_ANY_MARK:
    case EFFECT_ANY_CONNMARK: return MOVED_MARKS;
    case EFFECT_TEMPLATE: return MOVED_STATE | MOVED_MARKS;
    case EFFECT_NEW_DESTINATION: return MOVED_DST;
    case EFFECT_UNKNOWN: return MOVED_ALL;
    default: return 0;
    }
}

static enum control control_of(enum seen_action action)
{
    switch (action) {
    case SEEN_ACCEPT: return CONTROL_ACCEPT;
    case SEEN_DROP: return CONTROL_DROP;
    case SEEN_RETURN: return CONTROL_LEAVE;
    default: return CONTROL_GO_ON;
    }
}

dnode rule_diagram_target(struct outcomes *o, const struct set_rule *rule, uint32_t tag)
{
    const struct seen_rule *r = rule->rule;
    struct outcome x = o->plain;
    bool open = r->action == SEEN_UNKNOWN || r->action == SEEN_JUMP || r->action == SEEN_GOTO;
    enum seen_effect effect = open ? EFFECT_UNKNOWN : r->effect;
    uint32_t text = outcomes_text(o, rule->target ? rule->target : r->jump);

    x.control = control_of(r->action);
    set_marks(&x, r);
    o->with_connmarks = o->with_connmarks || changes_connection(effect);
    x.untracked = effect == EFFECT_UNTRACK;
    x.moved = moved_by(effect);
    if (x.moved)
        x.event = outcomes_event(o, text);
    if (effect == EFFECT_NEW_SOURCE)
        x.source_nat = text;
    if (x.moved & (MOVED_MARKS | MOVED_ALL) || effect == EFFECT_MARK || effect == EFFECT_RESTORE_MARK)
        x.mark_tag = tag;
    if (x.control == CONTROL_ACCEPT || x.control == CONTROL_DROP)
        x.verdict_tag = tag;
    if (!open)
        return outcome_leaf(o, &x);
    struct outcome ends = o->plain;
    ends.control = CONTROL_OTHER;
    ends.other = text;
    dnode atom = outcomes_atom(o, &(struct atom){.axis = ATOM_ENDS, .text = text});
    return diagram_if(&o->diagram, atom, outcome_leaf(o, &ends), outcome_leaf(o, &x));
}
