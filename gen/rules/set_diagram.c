/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/buf.h"
#include "lbgen/packet.h"
#include "lbgen/sequence.h"
#include "lbgen/set_diagram.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

struct chain_diagram {
    enum { NOT_YET, UNDER_WAY, READY } state;
    dnode node; /* as a jump to it sees it */
};

enum { DEPTH_MAX = 1000 };

static dnode chain_node(struct set_diagram *s, enum table table, uint32_t number, const char *tag, int depth);

/* --- rules --- */

static dnode fail(struct set_diagram *s, const char *why)
{
    if (!s->failed)
        s->failed = why;
    return s->outcomes->nothing;
}

static dnode target_of(struct set_diagram *s, enum table table, const struct set_rule *rule, const char *tag,
                       int depth)
{
    if (rule->leads_to == NO_CHAIN)
        return rule_diagram_target(s->outcomes, rule, s->tags ? outcomes_text(s->outcomes, tag) : 0);
    dnode chain = chain_node(s, table, rule->leads_to, tag, depth + 1);
    return rule->rule->action == SEEN_GOTO ? sequence_relabel(s->outcomes, chain, RELABEL_GONE_TO) : chain;
}

/* How often rules of one chain have asked the same unknown words. */
struct askings {
    struct key_table words;
    struct {
        size_t *at;
        size_t n, cap;
    } times;
};

/* How many rules before this one. */
static size_t times_asked(struct askings *a, const char *words)
{
    uint32_t number = key_table_enter(&a->words, words, strlen(words));

    if (number == a->times.n)
        *VEC_ADD(&a->times) = 0;
    return a->times.at[number]++;
}

/* What its matches look at may be kept by other rules than on the other side. */
static uint32_t touched_before(struct set_diagram *s, const struct set_rule *rule)
{
    struct buf name = {0}, words = {0};
    uint32_t touched = 0;

    if (shared_states_changed(s->states, rule, &name)) {
        buf_printf(&words, "changed rules for %s", buf_text(&name));
        s->outcomes->with_touches |= s->side;
        touched = outcomes_touch(s->outcomes, outcomes_text(s->outcomes, buf_text(&words)), s->side);
        buf_free(&words);
        buf_free(&name);
    }
    return touched;
}

static dnode rule_node(struct set_diagram *s, enum table table, const struct set_chain *chain, size_t i,
                       const char *tag, int depth, struct askings *askings)
{
    struct outcomes *o = s->outcomes;
    const struct set_rule *rule = &chain->at[i];
    struct rule_place place = {.family = s->family, .table = table, .chain = chain->name};
    dnode target = target_of(s, table, rule, rule->tag ? rule->tag : tag, depth);

    if (target == o->nothing && !rule->matches)
        return target;
    if (rule->matches && !rule->steady)
        place.times = times_asked(askings, rule->matches);
    if (rule->matches)
        place.touched = touched_before(s, rule);
    dnode node = rule_diagram_guard(o, rule, &place, target);
    return diagram_if(&o->diagram, s->only, node, o->nothing);
}

/* --- chains --- */

static dnode chain_rules(struct set_diagram *s, enum table table, const struct set_chain *chain,
                         const char *tag, int depth)
{
    dnode *rules = xmalloc((chain->n + 1) * sizeof *rules);
    struct askings askings = {0};
    size_t n = 0;

    for (size_t i = 0; i < chain->n && !s->failed && !s->outcomes->diagram.exhausted; i++) {
        dnode node = rule_node(s, table, chain, i, tag, depth, &askings);

        if (node != s->outcomes->nothing)
            rules[n++] = node;
    }
    dnode all = sequence_all(s->outcomes, rules, n);
    free(rules);
    key_table_free(&askings.words);
    free(askings.times.at);
    return all;
}

/* A chain that is jumped to by rules of several owners has what is theirs in it: it is made for each. */
static dnode chain_node(struct set_diagram *s, enum table table, uint32_t number, const char *tag, int depth)
{
    const struct set_chain *chain = &s->rules->of[table].at[number];
    struct chain_diagram *c = &s->chains[table][number];

    if (c->state == READY && (!s->tags || !tag))
        return c->node;
    if (c->state == UNDER_WAY || depth > DEPTH_MAX)
        return fail(s, "chains lead into each other in a circle, or too deep");
    c->state = UNDER_WAY;
    c->node = sequence_relabel(s->outcomes, chain_rules(s, table, chain, tag, depth), RELABEL_JUMPED);
    c->state = s->tags && tag ? NOT_YET : READY;
    return c->node;
}

/* --- tables --- */

static dnode stage(struct set_diagram *s, enum table table, enum hook hook)
{
    struct outcomes *o = s->outcomes;
    const struct set_table *t = &s->rules->of[table];
    uint32_t number = rule_set_find(s->rules, table, hook_names[hook]);

    if (number == NO_CHAIN)
        return o->nothing;
    if (!s->chains[table])
        s->chains[table] = xcalloc(t->n, sizeof *s->chains[table]);
    dnode node = chain_node(s, table, number, NULL, 0);
    node = sequence_relabel(o, node, t->at[number].drops ? RELABEL_CLOSED : RELABEL_OPEN);
    if (table != TABLE_RAW)
        return node;
    node =
        diagram_fix(&o->diagram, node, AXIS_STATE, STATE_INVALID); /* connection tracking comes behind it */
    return sequence_relabel(o, node, RELABEL_TRACKED);
}

/* Only the first packets of connections come to nat. */
static dnode nat_stage(struct set_diagram *s, enum hook hook)
{
    struct outcomes *o = s->outcomes;
    wide max = axis_max(s->family, AXIS_STATE);
    dnode first = diagram_range(&o->diagram, AXIS_STATE, STATE_NEW, STATE_NEW, max, DNODE_TRUE, DNODE_FALSE);
    dnode related =
        diagram_range(&o->diagram, AXIS_STATE, STATE_RELATED, STATE_RELATED, max, DNODE_TRUE, first);

    return diagram_if(&o->diagram, related, stage(s, TABLE_NAT, hook), o->nothing);
}

/* Where a packet has not been routed yet it has no way out, and the host's own came in nowhere, and in no
 * frame: the kernel has it for a unicast one's. */
static dnode without_devices(struct set_diagram *s, dnode node, enum path path, enum hook hook)
{
    struct diagram *d = &s->outcomes->diagram;

    if (hook == HOOK_PREROUTING || hook == HOOK_INPUT)
        return diagram_fix(d, node, AXIS_OUT, 0);
    if (path != PATH_OUTPUT)
        return node;
    node = diagram_fix(d, diagram_fix(d, node, AXIS_IN, 0), AXIS_MAC, 0);
    return diagram_fix(d, node, AXIS_FRAME, PACKET_UNICAST);
}

static void add(struct set_diagram *s, struct stages *out, enum path path, enum table table, enum hook hook)
{
    dnode node = table == TABLE_NAT ? nat_stage(s, hook) : stage(s, table, hook);

    out->at[out->n++] = without_devices(s, node, path, hook);
}

void set_diagram_stages(struct set_diagram *s, enum path path, struct stages *out)
{
    static const enum hook middle[PATHS] = {HOOK_INPUT, HOOK_FORWARD, HOOK_OUTPUT};
    enum hook first = path == PATH_OUTPUT ? HOOK_OUTPUT : HOOK_PREROUTING;

    out->n = 0;
    add(s, out, path, TABLE_RAW, first);
    add(s, out, path, TABLE_MANGLE, first);
    add(s, out, path, TABLE_NAT, first);
    if (path != PATH_OUTPUT)
        add(s, out, path, TABLE_MANGLE, middle[path]);
    add(s, out, path, TABLE_FILTER, middle[path]);
    add(s, out, path, TABLE_SECURITY, middle[path]);
    if (path != PATH_INPUT) {
        add(s, out, path, TABLE_MANGLE, HOOK_POSTROUTING);
        add(s, out, path, TABLE_NAT, HOOK_POSTROUTING);
    }
}

void set_diagram_free(struct set_diagram *s)
{
    for (int t = 0; t < TABLES; t++)
        free(s->chains[t]);
}
