/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two questions. Which foreign rules speak of bits that services set? Each rule by itself can be asked. And
 * which set a bit on a service's packet, between lbgen's rules and IPVS (which sits behind filter INPUT)?
 * There the packets of each service are followed through the chains, by every rule that may match; what was
 * found once for a rule is not looked for again. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/audit_marks.h"
#include "lbgen/flow_text.h"
#include "lbgen/lint_mark_users.h"
#include "lbgen/mark_groups.h"
#include "lbgen/own_chain.h"
#include "lbgen/service_flow.h"
#include "lbgen/walk.h"
#include "lbgen/xalloc.h"

enum {
    TESTS_MAX = 5000000, /* rules held against flows, in all */
    DEPTH_MAX = 64       /* chains that lead to chains */
};

struct audit {
    const struct config *config;
    const struct rule_set *set;
    enum family family;
    size_t front;
    struct mark_groups groups;
    uint32_t all_bits;
    collision_fn fn;
    void *ctx;
    /* of the second question */
    bool *told[TABLES];     /* by number of the rule: behind first[table][chain] */
    size_t *first[TABLES];  /* the number of the chain's first rule */
    uint32_t *seen[TABLES]; /* by chain: the flow that has been there last */
    uint32_t flow;
    size_t tests;
    const struct service *service;
};

uint32_t mark_bits_tested(uint32_t value, uint32_t mask)
{
    return mask == MARK_MASK_ALL && value ? value : mask;
}

const struct service *mark_bits_service(const struct mark_groups *groups, enum family family, uint32_t bits)
{
    for (size_t i = 0; i < groups->n; i++)
        for (size_t s = 0; (groups->at[i].mark & bits) && s < groups->at[i].n; s++)
            if (service_claims(mark_group_service(groups, &groups->at[i], s), family))
                return mark_group_service(groups, &groups->at[i], s);
    return NULL;
}

void mark_collision_print(struct buf *out, const struct mark_collision *c)
{
    static const char *const verbs[] = {
        [MARK_TESTED] = "tests", [MARK_SET] = "writes", [MARK_SPOILED] = "writes"};
    const struct service *s = c->service;

    if (c->bits)
        buf_printf(out, "%s mark bits 0x%x", verbs[c->use], c->bits);
    else
        buf_str(out, "writes the mark");
    if (c->user)
        buf_printf(out, " (as %s does)", c->user);
    if (c->use == MARK_SPOILED)
        buf_printf(out, " on packets of service '%.*s', such as %s: IPVS then does not find fwmark %u",
                   s->name_len, s->name, c->packet, s->mark.value);
    else
        buf_printf(out, ", some of which service '%.*s' sets too (fwmark %u, 0x%x)", s->name_len, s->name,
                   s->mark.value, s->mark.value);
}

static bool is_own(const char *chain, const struct set_rule *rule)
{
    return rule->tag || chain_is_own(chain, strlen(chain));
}

static void report(const struct audit *a, enum table table, const char *chain, const struct set_rule *rule,
                   struct mark_collision *collision)
{
    const struct mark_user *user = mark_user_find(collision->bits, chain);

    collision->user = user ? user->name : NULL;
    a->fn(a->ctx, table, rule, collision);
}

static uint32_t bits_tested(const struct seen_rule *rule, uint32_t of)
{
    for (uint32_t i = 0; i < rule->n_tests; i++) {
        const struct seen_test *t = &rule->tests[i];
        uint32_t bits = t->field == TEST_MARK ? mark_bits_tested(t->bits.value, t->bits.mask) : 0;

        if (bits & of)
            return bits;
    }
    return 0;
}

/* What it writes to; a whole mark is a value, not a set of bits. */
static uint32_t bits_set(const struct seen_rule *rule)
{
    if (rule->effect == EFFECT_MARK)
        return rule->mask == MARK_MASK_ALL ? rule->value : rule->mask | rule->value;
    return rule->effect == EFFECT_RESTORE_MARK && rule->mask != MARK_MASK_ALL ? rule->mask : 0;
}

/* Whether the rule by itself collides; told. */
static bool look_at_rule(const struct audit *a, enum table table, const char *chain,
                         const struct set_rule *rule)
{
    struct mark_collision c = {.use = MARK_SET, .bits = bits_set(rule->rule)};

    if (!(c.bits & a->all_bits)) {
        c.use = MARK_TESTED;
        c.bits = bits_tested(rule->rule, a->all_bits);
    }
    c.service = c.bits & a->all_bits ? mark_bits_service(&a->groups, a->family, c.bits) : NULL;
    if (c.service)
        report(a, table, chain, rule, &c);
    return c.service;
}

/* Whether the rule makes another mark of one that is right. */
static bool spoils(const struct seen_rule *rule, struct mark mark)
{
    switch (rule->effect) {
    case EFFECT_MARK: return ((mark.value & ~rule->mask) ^ rule->value) != mark.value;
    case EFFECT_RESTORE_MARK:
    case EFFECT_ANY_MARK: return true;
    default: return false;
    }
}

static void report_spoiled(struct audit *a, enum table table, const char *chain, const struct set_rule *rule,
                           const struct flow *flow)
{
    struct buf packet = {0};
    struct mark_collision c = {.service = a->service, .use = MARK_SPOILED, .bits = bits_set(rule->rule)};

    flow_print_packet(&packet, flow, rule->rule);
    c.packet = buf_text(&packet);
    report(a, table, chain, rule, &c);
    buf_free(&packet);
}

/* Whether a test of the mark is known to fail for the service's packets, once they have their mark. */
static bool mark_test_fails(const struct seen_rule *rule, struct mark mark)
{
    for (uint32_t i = 0; mark.mask == MARK_MASK_ALL && i < rule->n_tests; i++) {
        const struct seen_test *t = &rule->tests[i];

        if (t->field == TEST_MARK && ((mark.value & t->bits.mask) == t->bits.value) == t->negated)
            return true;
    }
    return false;
}

/* A rule that does not matter here, whatever it matches. */
static bool is_idle(const struct audit *a, const struct set_rule *rule, bool told)
{
    return rule->leads_to == NO_CHAIN && (told || !spoils(rule->rule, a->service->mark));
}

/* Follows the flow through a chain from rule number `first` on, and through those that it leads to. */
static void follow(struct audit *a, enum table table, uint32_t number, size_t first, const struct flow *flow,
                   int depth)
{
    const struct set_chain *chain = &a->set->of[table].at[number];

    if (a->seen[table][number] == a->flow || depth > DEPTH_MAX)
        return;
    a->seen[table][number] = a->flow;
    for (size_t i = first; i < chain->n && a->tests < TESTS_MAX; i++) {
        const struct set_rule *rule = &chain->at[i];
        bool *told = &a->told[table][a->first[table][number] + i];

        a->tests++;
        if (is_own(chain->name, rule) || is_idle(a, rule, *told) ||
            mark_test_fails(rule->rule, a->service->mark) || seen_rule_matches(rule->rule, flow) == NO)
            continue;
        if (rule->leads_to != NO_CHAIN) {
            follow(a, table, rule->leads_to, 0, flow, depth + 1);
        } else {
            *told = true;
            report_spoiled(a, table, chain->name, rule, flow);
        }
    }
}

/* Rules that come before lbgen's do not matter where the whole mark is written. */
static void follow_hook(struct audit *a, enum table table, enum hook hook, const struct flow *flow)
{
    bool whole = a->service->mark.mask == MARK_MASK_ALL;
    bool marking = table == TABLE_MANGLE && hook == HOOK_PREROUTING;
    uint32_t chain = rule_set_find(a->set, table, hook_names[hook]);

    if (chain == NO_CHAIN || (whole && table == TABLE_RAW))
        return;
    a->flow++;
    follow(a, table, chain, whole && marking ? a->front : 0, flow, 0);
}

static bool follow_flow(void *ctx, const struct flow *flow)
{
    static const struct {
        enum table table;
        enum hook hook;
    } way[] = {{TABLE_RAW, HOOK_PREROUTING}, {TABLE_MANGLE, HOOK_PREROUTING}, {TABLE_NAT, HOOK_PREROUTING},
               {TABLE_MANGLE, HOOK_INPUT},   {TABLE_FILTER, HOOK_INPUT},      {TABLE_SECURITY, HOOK_INPUT}};
    struct audit *a = ctx;
    struct flow all = *flow;

    all.opening = true;
    all.no_out = true;
    for (size_t i = 0; i < sizeof way / sizeof *way; i++)
        follow_hook(a, way[i].table, way[i].hook, &all);
    return a->tests < TESTS_MAX;
}

/* The first question, of all foreign rules. Returns whether the second is worth asking. */
static bool look_at_rules(struct audit *a)
{
    bool marks = false;

    for (int t = 0; t < TABLES; t++) {
        const struct set_table *table = &a->set->of[t];
        size_t n = 0;

        for (size_t c = 0; c < table->n; c++)
            n += table->at[c].n;
        a->told[t] = xcalloc(n, sizeof *a->told[t]);
        a->first[t] = xcalloc(table->n, sizeof *a->first[t]);
        a->seen[t] = xcalloc(table->n, sizeof *a->seen[t]);
        n = 0;
        for (size_t c = 0; c < table->n; c++) {
            a->first[t][c] = n;
            for (size_t i = 0; i < table->at[c].n; i++, n++) {
                const struct set_rule *rule = &table->at[c].at[i];

                if (is_own(table->at[c].name, rule))
                    continue;
                a->told[t][n] = look_at_rule(a, (enum table)t, table->at[c].name, rule);
                marks |= rule->rule->effect == EFFECT_MARK || rule->rule->effect == EFFECT_RESTORE_MARK ||
                         rule->rule->effect == EFFECT_ANY_MARK;
            }
        }
    }
    return marks;
}

void audit_marks(const struct config *config, enum family family, const struct rule_set *set, size_t front,
                 collision_fn fn, void *ctx)
{
    struct audit a = {.config = config, .set = set, .family = family, .front = front, .fn = fn, .ctx = ctx};

    mark_groups_make(&a.groups, config);
    for (size_t i = 0; i < config->services.n; i++)
        if (service_claims(&config->services.at[i], family))
            a.all_bits |= config->services.at[i].mark.value;
    bool follows = look_at_rules(&a);
    for (size_t i = 0; follows && i < config->services.n && a.tests < TESTS_MAX; i++) {
        a.service = &config->services.at[i];
        if (a.service->mark.value)
            each_client_flow(a.service, family, follow_flow, &a);
    }
    for (int t = 0; t < TABLES; t++) {
        free(a.told[t]);
        free(a.first[t]);
        free(a.seen[t]);
    }
    mark_groups_free(&a.groups);
}
