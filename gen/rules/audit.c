/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lbgen/audit.h"
#include "lbgen/flow_text.h"
#include "lbgen/service_flow.h"

/* One policy of DROP. */
struct audit {
    const struct config *config;
    const struct host_policy *policy;
    struct walk_table *rules; /* of its table */
    enum family family;
    struct diag *diag;
};

/* Looks for a flow that is known to come to the end of a chain, where the policy drops it. */
struct search {
    struct walk_table *table;
    const char *chain;
    struct flow dropped;
    bool found;
};

static bool look_at_flow(void *ctx, const struct flow *flow)
{
    struct search *search = ctx;

    if (walk(search->table, search->chain, flow) & OUTCOME_ACCEPT)
        return true;
    search->dropped = *flow;
    search->found = true;
    return false;
}

/* The ways of a service's packets. (Table nat has no policy of DROP.) */
enum way { FROM_CLIENT, REPLY, TO_SERVER, WAYS };

static const struct {
    const char *what;
    void (*each)(const struct service *s, enum family family, flow_fn fn, void *ctx);
    unsigned hooks; /* 1 << enum hook */
} ways[WAYS] = {
    [FROM_CLIENT] = {"the traffic", each_client_flow, 1U << HOOK_PREROUTING | 1U << HOOK_INPUT},
    [REPLY] = {"the real servers' reply", each_reply_flow,
               1U << HOOK_PREROUTING | 1U << HOOK_FORWARD | 1U << HOOK_POSTROUTING},
    [TO_SERVER] = {"what IPVS sends to the real servers", each_forwarded_flow,
                   1U << HOOK_OUTPUT | 1U << HOOK_POSTROUTING},
};

/* In table filter each service can be accepted; elsewhere it takes a rule of the host's. */
static void warn(const struct audit *a, const struct service *s, const struct flow *flow, const char *what)
{
    const struct host_policy *p = a->policy;
    struct buf packet = {0};

    flow_print(&packet, flow);
    if (p->table == TABLE_FILTER)
        diag_at(
            a->diag, SEVERITY_WARNING, s->at, s->header_len,
            "%s of service '%.*s' is dropped by the policy of filter %s (%s): give accept = yes or a rule "
            "that accepts it",
            what, s->name_len, s->name, hook_names[p->chain], buf_text(&packet));
    else
        diag_at(a->diag, SEVERITY_WARNING, p->at, strlen("policy"),
                "this policy of %s %s drops %s of service '%.*s' (%s): accept = yes is for table filter "
                "alone, so "
                "give a rule here that accepts it",
                table_names[p->table], hook_names[p->chain], what, s->name_len, s->name, buf_text(&packet));
    buf_free(&packet);
}

/* Warns of the service's first flow of that way that is dropped; whether there is one. */
static bool audit_service(const struct audit *a, const struct service *s, enum way way)
{
    struct search search = {.table = a->rules, .chain = hook_names[a->policy->chain]};

    ways[way].each(s, a->family, look_at_flow, &search);
    if (search.found)
        warn(a, s, &search.dropped, ways[way].what);
    return search.found;
}

/* Outside of table filter the first service is told of. */
static void audit_services(const struct audit *a)
{
    bool filter = a->policy->table == TABLE_FILTER;

    for (int way = 0; way < WAYS; way++)
        for (size_t i = 0; (ways[way].hooks >> a->policy->chain & 1) && i < a->config->services.n; i++) {
            const struct service *s = &a->config->services.at[i];

            if (filter && service_more(s)->accept)
                continue;
            if (audit_service(a, s, (enum way)way) && !filter)
                return;
        }
}

/* Whether directors talk in this family: where there are VIPs of it; without any, where [vrrp] is spoken of.
 */
static bool audit_family(const struct config *config, enum family family)
{
    return config->has_vips[family] ||
           (config->vrrp.at != SRC_NONE && !config->has_vips[IPV4] && !config->has_vips[IPV6]);
}

/* Whether VRRP is known to be dropped on one of the interfaces of [vrrp], or, where it has none, anywhere. */
static bool vrrp_is_dropped(const struct audit *a)
{
    const struct interface_list list = a->config->vrrp.interfaces;
    bool in = a->policy->chain == HOOK_PREROUTING || a->policy->chain == HOOK_INPUT;
    struct flow flow = {.src = {.family = (uint8_t)a->family},
                        .dst = {.family = (uint8_t)a->family},
                        .protocol = IP_PROTO_VRRP,
                        .sport = PORTS_ANY,
                        .dport = PORTS_ANY,
                        .outside = true,
                        .states = 1U << STATE_NEW | 1U << STATE_ESTABLISHED};

    for (uint32_t i = 0; i < list.n || i == 0; i++) {
        if (i < list.n)
            *(in ? &flow.in : &flow.out) = list.at[i];
        if (!(walk(a->rules, hook_names[a->policy->chain], &flow) & OUTCOME_ACCEPT))
            return true;
    }
    return false;
}

/* lbgen accepts VRRP itself in table filter unless it was told not to. */
static void audit_vrrp(const struct audit *a)
{
    const struct vrrp *v = &a->config->vrrp;
    const struct host_policy *p = a->policy;

    if (p->chain == HOOK_FORWARD || !audit_family(a->config, a->family) ||
        (p->table == TABLE_FILTER && v->accept) || !vrrp_is_dropped(a))
        return;
    if (p->table == TABLE_FILTER)
        diag_at(
            a->diag, SEVERITY_WARNING, v->at, strlen("[vrrp]"),
            "VRRP of %s is dropped by the policy of filter %s: two directors would both be master; accept it "
            "in [vrrp] or with a rule",
            family_ops[a->family].name, hook_names[p->chain]);
    else
        diag_at(a->diag, SEVERITY_WARNING, p->at, strlen("policy"),
                "this policy of %s %s drops VRRP of %s: two directors would both be master; give a rule here "
                "that "
                "accepts it",
                table_names[p->table], hook_names[p->chain], family_ops[a->family].name);
}

void audit_policies(const struct config *config, struct walk_table rules[TABLES][FAMILIES], struct diag *diag)
{
    for (size_t i = 0; i < config->policies.n; i++)
        for (int f = 0; f < FAMILIES; f++) {
            const struct host_policy *p = &config->policies.at[i];
            const struct audit a = {.config = config,
                                    .policy = p,
                                    .rules = &rules[p->table][f],
                                    .family = (enum family)f,
                                    .diag = diag};

            if (!p->drop || !(p->families >> f & 1))
                continue;
            audit_vrrp(&a);
            audit_services(&a);
        }
}

/* Looks for packets whose walk a rule can end. */
struct end_search {
    const struct seen_rule *rule;
    struct walk_table *rules;
    struct flow flow;
    bool found;
};

/* Whether the walk of packets that the rule matches can end with it. In a built-in chain RETURN ends it too.
 */
static bool can_end(const struct seen_rule *rule, struct walk_table *rules, const struct flow *flow)
{
    switch (rule->action) {
    case SEEN_GO_ON: return false;
    case SEEN_JUMP: return walk(rules, rule->jump, flow) & (OUTCOME_ACCEPT | OUTCOME_DROP);
    default: return true;
    }
}

static bool look_for_end(void *ctx, const struct flow *flow)
{
    struct end_search *search = ctx;
    struct flow all = *flow;

    all.opening = true;
    if (seen_rule_matches(search->rule, &all) == NO || !can_end(search->rule, search->rules, &all))
        return true;
    search->flow = all;
    search->found = true;
    return false;
}

const struct service *audit_foreign_rule(const struct config *config, const struct seen_rule *rule,
                                         struct walk_table *rules, enum family family, bool marking,
                                         struct buf *example)
{
    struct end_search search = {.rule = rule, .rules = rules};

    for (size_t i = 0; rule->action != SEEN_GO_ON && i < config->services.n && !search.found; i++) {
        const struct service *s = &config->services.at[i];

        if (!marking && !service_more(s)->accept)
            continue;
        each_client_flow(s, family, look_for_end, &search);
        if (search.found) {
            flow_print_packet(example, &search.flow, rule);
            return s;
        }
    }
    return NULL;
}
