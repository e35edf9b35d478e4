/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A walk gathers the set of all outcomes that are possible. A rule that may or may not match adds its own
 * outcome, and the walk goes on behind it; one that matches for sure ends it. So what can't be judged matters
 * only where it changes the result. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/vec.h"
#include "lbgen/walk.h"
#include "lbgen/xalloc.h"

enum { DEPTH_MAX = 32 /* jumps in jumps; more can't be judged */ };

static enum truth flip(enum truth t, bool negated)
{
    return negated ? (enum truth)(YES - t) : t;
}

static enum truth prefix_truth(const struct seen_prefix *test, const struct prefix *set)
{
    if (!test->given)
        return YES;
    enum truth t = prefix_contains(&test->prefix, set)   ? YES
                   : prefix_overlaps(&test->prefix, set) ? MAYBE
                                                         : NO;
    return flip(t, test->negated);
}

static enum truth interface_truth(const struct seen_interface *test, const struct interface *set, bool none,
                                  bool outside)
{
    if (!test->given)
        return YES;
    if (none)
        return flip(test->interface.name[0] ? NO : YES, test->negated);
    if (!set->name[0])
        return outside && strcmp(test->interface.name, "lo") == 0 ? flip(NO, test->negated) : MAYBE;
    if (!interface_overlaps(&test->interface, set))
        return flip(NO, test->negated);
    size_t len = strlen(test->interface.name);
    bool open = len == 0 || test->interface.name[len - 1] == '+';
    bool covers = open ? strncmp(test->interface.name, set->name, len ? len - 1 : 0) == 0
                       : strcmp(test->interface.name, set->name) == 0;
    return flip(covers ? YES : MAYBE, test->negated);
}

static enum truth range_truth(const struct seen_ports *test, struct port_range set)
{
    enum truth best = NO;

    for (uint32_t i = 0; i < test->n; i++)
        if (test->at[i].low <= set.low && set.high <= test->at[i].high)
            return YES;
        else if (ports_overlap(test->at[i], set))
            best = MAYBE;
    return best;
}

static enum truth ports_truth(const struct seen_ports *test, const struct flow *flow)
{
    enum truth source = test->source ? range_truth(test, flow->sport) : NO;
    enum truth destination = test->destination ? range_truth(test, flow->dport) : NO;

    return flip(source > destination ? source : destination, test->negated);
}

static enum truth protocol_truth(const struct seen_rule *r, const struct flow *flow)
{
    if (!r->protocol_given)
        return YES;
    return flip(flow->protocol == 0 ? MAYBE : r->protocol == flow->protocol ? YES : NO, r->protocol_negated);
}

static enum truth state_truth(const struct seen_rule *r, const struct flow *flow)
{
    if (!r->states_given)
        return YES;
    enum truth t = (flow->states & ~r->states) == 0 ? YES : flow->states & r->states ? MAYBE : NO;
    return flip(t, r->states_negated);
}

enum truth seen_rule_fields_hold(const struct seen_rule *rule, const struct flow *flow)
{
    enum truth t = prefix_truth(&rule->dst, &flow->dst); /* what most rules are about */

    if (t == NO)
        return NO;
    t = rule->unknown ? MAYBE : t;
    const enum truth tests[] = {
        prefix_truth(&rule->src, &flow->src),
        interface_truth(&rule->in, &flow->in, false, flow->outside),
        interface_truth(&rule->out, &flow->out, flow->no_out, flow->outside),
        protocol_truth(rule, flow),
        state_truth(rule, flow),
    };

    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        t = tests[i] < t ? tests[i] : t;
    for (unsigned i = 0; i < rule->n_ports && t != NO; i++) {
        enum truth p = ports_truth(&rule->ports[i], flow);

        t = p < t ? p : t;
    }
    return t;
}

enum truth seen_rule_matches(const struct seen_rule *rule, const struct flow *flow)
{
    enum truth t = rule->syn_only && !flow->opening ? NO : seen_rule_fields_hold(rule, flow);

    return t == YES && rule->n_tests ? MAYBE : t;
}

void walk_table_add(struct walk_table *table, const struct seen_rule *rule)
{
    *VEC_ADD(table) = *rule;
    table->sorted = false;
}

void walk_table_free(struct walk_table *table)
{
    free(table->at);
    free(table->memo);
    *table = (struct walk_table){0};
}

/* By chain, and within a chain as they were added: they lie in one array in that order. */
static int by_chain(const void *a, const void *b)
{
    const struct seen_rule *const *x = a, *const *y = b;
    int order = strcmp((*x)->chain, (*y)->chain);

    return order ? order : (*x > *y) - (*x < *y);
}

static void sort_by_chain(struct walk_table *table)
{
    const struct seen_rule **order = xmalloc(table->n * sizeof *order);
    struct seen_rule *sorted = xmalloc(table->n * sizeof *sorted);

    for (size_t i = 0; i < table->n; i++)
        order[i] = &table->at[i];
    qsort(order, table->n, sizeof *order, by_chain);
    for (size_t i = 0; i < table->n; i++)
        sorted[i] = *order[i];
    free(order);
    free(table->at);
    free(table->memo);
    table->at = sorted;
    table->cap = table->n;
    table->memo = xcalloc(table->n, sizeof *table->memo);
    table->sorted = true;
}

/* The first rule of the chain, or of the first chain behind it. */
static size_t find_chain(const struct walk_table *table, const char *chain)
{
    size_t low = 0, high = table->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(table->at[middle].chain, chain) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static unsigned walk_chain(const struct walk_table *table, const char *chain, const struct flow *flow,
                           int depth);

/* What the rule's action leads to, END meaning that the walk goes on behind the rule; *leaves: END leaves the
 * chain. */
static unsigned outcome_of(const struct walk_table *table, const struct seen_rule *rule,
                           const struct flow *flow, int depth, bool *leaves)
{
    *leaves = rule->action == SEEN_RETURN || rule->action == SEEN_GOTO;
    switch (rule->action) {
    case SEEN_ACCEPT: return OUTCOME_ACCEPT;
    case SEEN_DROP: return OUTCOME_DROP;
    case SEEN_RETURN:
    case SEEN_GO_ON: return OUTCOME_END;
    case SEEN_JUMP:
    case SEEN_GOTO: return walk_chain(table, rule->jump, flow, depth + 1);
    case SEEN_UNKNOWN: break;
    }
    return OUTCOME_ACCEPT | OUTCOME_DROP | OUTCOME_END;
}

/* The chain's rules from number `first` on. */
static unsigned walk_rules(const struct walk_table *table, size_t first, const struct flow *flow, int depth)
{
    const char *chain = table->at[first].chain;
    unsigned possible = 0;

    for (size_t i = first; i < table->n && strcmp(table->at[i].chain, chain) == 0; i++) {
        enum truth matches = seen_rule_matches(&table->at[i], flow);
        bool leaves;

        if (matches == NO)
            continue;
        unsigned outcome = outcome_of(table, &table->at[i], flow, depth, &leaves);
        possible |= outcome & ~(unsigned)(leaves ? 0 : OUTCOME_END);
        if (matches == YES && (leaves || !(outcome & OUTCOME_END)))
            return possible;
    }
    return possible | OUTCOME_END;
}

static unsigned walk_chain(const struct walk_table *table, const char *chain, const struct flow *flow,
                           int depth)
{
    size_t first = find_chain(table, chain);

    if (first == table->n || strcmp(table->at[first].chain, chain) != 0)
        return OUTCOME_END; /* a chain without rules */
    if (depth > DEPTH_MAX)
        return OUTCOME_ACCEPT | OUTCOME_DROP | OUTCOME_END;
    struct walk_memo *memo = &table->memo[first];
    if (memo->walk != table->walks) {
        /* Who comes here again on the way is in a circle, which the kernel would refuse: nothing is known of
         * it. */
        *memo =
            (struct walk_memo){.walk = table->walks, .outcome = OUTCOME_ACCEPT | OUTCOME_DROP | OUTCOME_END};
        memo->outcome = walk_rules(table, first, flow, depth);
    }
    return memo->outcome;
}

unsigned walk(struct walk_table *table, const char *chain, const struct flow *flow)
{
    if (!table->sorted)
        sort_by_chain(table);
    table->walks++;
    return walk_chain(table, chain, flow, 0);
}
