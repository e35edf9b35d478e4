/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables that a packet passes on its way in or out are asked one after the other. One that is known to
 * drop it is the answer; one that may drop it makes the answer unknown. Nat does not end the walk of an
 * established connection's packets. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lbgen/number.h"
#include "lbgen/proto.h"
#include "lbgen/route.h"
#include "lbgen/seen_table.h"
#include "lbgen/ssh_guard.h"

struct stage {
    enum table table;
    enum hook hook;
};

static const struct stage way_in[] = {{TABLE_RAW, HOOK_PREROUTING},
                                      {TABLE_MANGLE, HOOK_PREROUTING},
                                      {TABLE_MANGLE, HOOK_INPUT},
                                      {TABLE_FILTER, HOOK_INPUT},
                                      {TABLE_SECURITY, HOOK_INPUT}};
static const struct stage way_out[] = {{TABLE_RAW, HOOK_OUTPUT},
                                       {TABLE_MANGLE, HOOK_OUTPUT},
                                       {TABLE_FILTER, HOOK_OUTPUT},
                                       {TABLE_SECURITY, HOOK_OUTPUT},
                                       {TABLE_MANGLE, HOOK_POSTROUTING}};
enum { STAGES = 5 };

struct connection {
    struct prefix client, server;
    uint16_t client_port, server_port;
    struct interface device; /* "": not known */
};

/* "::ffff:192.0.2.1" is an IPv4 connection on an IPv6 socket. */
static bool read_address(const char *text, struct prefix *out)
{
    struct complaint ignored;

    if (strncmp(text, "::ffff:", 7) == 0 && strchr(text, '.'))
        text += 7;
    return prefix_parse(text, strcspn(text, "%"), ADDRESS_ONLY, out, &ignored);
}

static bool read_port(const char *text, uint16_t *out)
{
    uint32_t number;

    if (!decimal_parse(text, strlen(text), &number) || number > UINT16_MAX)
        return false;
    *out = (uint16_t)number;
    return true;
}

static bool read_connection(const char *text, struct connection *c)
{
    char client[64], server[64], client_port[6], server_port[6];

    *c = (struct connection){0};
    if (sscanf(text, "%63s %5s %63s %5s", client, client_port, server, server_port) != 4 ||
        !read_port(client_port, &c->client_port) || !read_port(server_port, &c->server_port))
        return false;
    if (!read_address(client, &c->client) || !read_address(server, &c->server) ||
        c->client.family != c->server.family)
        return false;
    route_device(&c->client, &c->device);
    return true;
}

static struct flow flow_of(const struct connection *c, bool in)
{
    struct port_range client = {c->client_port, c->client_port}, server = {c->server_port, c->server_port};
    struct flow flow = {.protocol = proto_ops[PROTO_TCP].number, .states = 1U << STATE_ESTABLISHED};

    flow.src = in ? c->client : c->server;
    flow.dst = in ? c->server : c->client;
    flow.sport = in ? client : server;
    flow.dport = in ? server : client;
    if (in)
        flow.in = c->device;
    else
        flow.out = c->device;
    return flow;
}

/* What the rules of a table do with a packet in one built-in chain. */
struct ssh_fate {
    enum truth passes;
    char by[200]; /* what drops it */
};

static enum image_policy policy_of(const struct image_table *now, const struct edit *edit, const char *chain,
                                   enum seen_which which)
{
    const struct image_chain *live = image_find_chain(now, chain);

    for (size_t i = 0; which == SEEN_AFTER && i < edit->n; i++)
        if (strcmp(edit->at[i].chain, chain) == 0)
            return edit->at[i].policy;
    return live ? live->policy : POLICY_ACCEPT;
}

/* The first rule of the chain that is known to drop the packet, by itself or by where it leads. */
static const char *dropping_rule(struct seen_table *seen, const char *chain, const struct flow *flow)
{
    for (size_t i = 0; i < seen->lines.n; i++) {
        const struct seen_rule *r = &seen->lines.at[i].rule;

        if (strcmp(r->chain, chain) != 0 || seen_rule_matches(r, flow) != YES)
            continue;
        if (r->action == SEEN_DROP || ((r->action == SEEN_JUMP || r->action == SEEN_GOTO) &&
                                       walk(&seen->walk, r->jump, flow) == OUTCOME_DROP))
            return seen->lines.at[i].text;
    }
    return NULL;
}

static void ask_chain(struct seen_table *seen, const struct stage *stage, enum image_policy policy,
                      const struct flow *flow, struct ssh_fate *out)
{
    const char *chain = hook_names[stage->hook], *rule;
    unsigned possible = walk(&seen->walk, chain, flow);

    if (possible & OUTCOME_END)
        possible = (possible & ~(unsigned)OUTCOME_END) |
                   (unsigned)(policy == POLICY_DROP ? OUTCOME_DROP : OUTCOME_ACCEPT);
    out->passes = !(possible & OUTCOME_DROP) ? YES : possible & OUTCOME_ACCEPT ? MAYBE : NO;
    if (out->passes == YES)
        return;
    rule = dropping_rule(seen, chain, flow);
    if (rule)
        snprintf(out->by, sizeof out->by, "table %s: %s", table_names[stage->table], rule);
    else
        snprintf(out->by, sizeof out->by, "table %s: %s chain %s", table_names[stage->table],
                 policy == POLICY_DROP ? "the policy DROP of" : "the rules of", chain);
}

static void settle_loopback(struct seen_interface *test, struct seen_rule *rule)
{
    if (!test->given || strcmp(test->interface.name, "lo") != 0)
        return;
    if (test->negated)
        test->given = false;
    else
        rule->action = SEEN_GO_ON;
}

/* What comes from elsewhere does not come in by lo, even if it is not known by which interface it does. */
static void leave_out_loopback(struct seen_table *seen, const struct flow *flow)
{
    static const struct prefix loopback[FAMILIES] = {
        {.first.high = 0x7f00000000000000, .family = IPV4, .len = 8},
        {.first.low = 1, .family = IPV6, .len = 128}};
    const struct prefix *own = &loopback[flow->src.family];

    if (*flow->in.name || *flow->out.name || prefix_contains(own, &flow->src) ||
        prefix_contains(own, &flow->dst))
        return;
    for (size_t i = 0; i < seen->lines.n; i++) {
        settle_loopback(&seen->lines.at[i].rule.in, &seen->lines.at[i].rule);
        settle_loopback(&seen->lines.at[i].rule.out, &seen->lines.at[i].rule);
    }
    for (size_t i = 0; i < seen->walk.n; i++) {
        settle_loopback(&seen->walk.at[i].in, &seen->walk.at[i]);
        settle_loopback(&seen->walk.at[i].out, &seen->walk.at[i]);
    }
}

static bool ask_table(const struct change *change, const struct stage *stage, const struct flow *flow,
                      enum seen_which which, struct ssh_fate *out)
{
    enum family family = (enum family)flow->src.family;
    const struct image_table *now = &change->now[family].of[stage->table];
    const struct edit *edit = &change->edits[family][stage->table];
    struct seen_table seen = {0};
    struct complaint ignored;
    bool good = seen_table_make(&seen, family, change->backend->form, now, edit, which, &ignored);

    leave_out_loopback(&seen, flow);
    if (good)
        ask_chain(&seen, stage, policy_of(now, edit, hook_names[stage->hook], which), flow, out);
    else
        *out = (struct ssh_fate){.passes = MAYBE, .by = "rules that can't be read"};
    seen_table_free(&seen);
    return good;
}

/* The worst answer on the way. */
static struct ssh_fate ask_way(const struct change *change, const struct stage *way, const struct flow *flow,
                               enum seen_which which)
{
    struct ssh_fate worst = {.passes = YES};

    for (int i = 0; i < STAGES && worst.passes != NO; i++) {
        struct ssh_fate o = {.passes = YES};

        ask_table(change, &way[i], flow, which, &o);
        if (o.passes < worst.passes)
            worst = o;
    }
    return worst;
}

static struct ssh_fate ask(const struct change *change, const struct connection *c, enum seen_which which)
{
    const struct flow in = flow_of(c, true), out = flow_of(c, false);
    struct ssh_fate first = ask_way(change, way_in, &in, which);
    struct ssh_fate second = ask_way(change, way_out, &out, which);

    return second.passes < first.passes ? second : first;
}

enum ssh_answer ssh_guard_look(const char *connection, const struct change *change, struct complaint *why)
{
    struct connection c;

    if (!connection || !read_connection(connection, &c))
        return SSH_NONE;
    struct ssh_fate after = ask(change, &c, SEEN_AFTER);
    complain(why, 0, 0, "%s", after.by);
    if (after.passes == YES)
        return SSH_KEPT;
    struct ssh_fate now = ask(change, &c, SEEN_NOW);
    if (now.passes == NO)
        return SSH_NONE;
    /* What was unknown before and is unknown now says nothing about the change. */
    if (after.passes == MAYBE)
        return now.passes == YES ? SSH_UNKNOWN : SSH_NONE;
    return SSH_CUT;
}
