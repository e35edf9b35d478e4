/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lbgen/audit.h"
#include "lbgen/compile.h"
#include "lbgen/flow_text.h"
#include "lbgen/service_flow.h"

struct audit {
    const struct config *config;
    struct walk_table *filter;
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

static void warn(const struct audit *a, const struct service *s, enum hook hook, const struct flow *flow,
                 const char *what)
{
    struct buf packet = {0};

    flow_print(&packet, flow);
    diag_at(a->diag, SEVERITY_WARNING, s->at, s->header_len,
            "%s of service '%.*s' is dropped by the policy of filter %s (%s): give accept = yes or a rule "
            "that accepts it",
            what, s->name_len, s->name, hook_names[hook], buf_text(&packet));
    buf_free(&packet);
}

/* Warns of the service's first flow that is dropped in the chain. */
static void audit_service(const struct audit *a, const struct service *s, enum hook hook)
{
    struct search search = {.table = a->filter, .chain = hook_names[hook]};

    if (hook == HOOK_INPUT)
        each_client_flow(s, a->family, look_at_flow, &search);
    else if (hook == HOOK_FORWARD)
        each_reply_flow(s, a->family, look_at_flow, &search);
    else
        each_forwarded_flow(s, a->family, look_at_flow, &search);
    if (search.found)
        warn(a, s, hook, &search.dropped,
             hook == HOOK_INPUT     ? "the traffic"
             : hook == HOOK_FORWARD ? "the real servers' reply"
                                    : "what IPVS sends to the real servers");
}

/* Whether directors talk in this family: where there are VIPs of it, or none at all. */
static bool audit_family(const struct config *config, enum family family)
{
    return config->has_vips[family] || (!config->has_vips[IPV4] && !config->has_vips[IPV6]);
}

/* lbgen accepts VRRP itself unless it was told not to. */
static void audit_vrrp(const struct audit *a, enum hook hook)
{
    const struct vrrp *v = &a->config->vrrp;
    struct flow flow = {.src = {.family = (uint8_t)a->family},
                        .dst = {.family = (uint8_t)a->family},
                        .protocol = IP_PROTO_VRRP,
                        .sport = PORTS_ANY,
                        .dport = PORTS_ANY,
                        .outside = true,
                        .states = 1U << STATE_NEW | 1U << STATE_ESTABLISHED};

    if (!audit_family(a->config, a->family) || v->accept ||
        (walk(a->filter, hook_names[hook], &flow) & OUTCOME_ACCEPT))
        return;
    diag_at(a->diag, SEVERITY_WARNING, v->at, strlen("[vrrp]"),
            "VRRP of %s is dropped by the policy of filter %s: two directors would both be master; accept it "
            "in [vrrp] or with a rule",
            family_ops[a->family].name, hook_names[hook]);
}

void audit_policies(const struct config *config, struct walk_table filter[FAMILIES], struct diag *diag)
{
    static const enum hook hooks[] = {HOOK_INPUT, HOOK_FORWARD, HOOK_OUTPUT};

    for (int f = 0; f < FAMILIES; f++)
        for (size_t h = 0; h < sizeof hooks / sizeof *hooks; h++) {
            struct audit a = {.config = config, .filter = &filter[f], .family = (enum family)f, .diag = diag};

            if (!config_policy_drops(config, (enum family)f, TABLE_FILTER, hooks[h]))
                continue;
            if (hooks[h] != HOOK_FORWARD)
                audit_vrrp(&a, hooks[h]);
            for (size_t i = 0; i < config->services.n; i++)
                if (!service_more(&config->services.at[i])->accept)
                    audit_service(&a, &config->services.at[i], hooks[h]);
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
