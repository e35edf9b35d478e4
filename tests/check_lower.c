/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/lower.h"

#include "check_util.h"

enum { MOST = 400 };

struct pieces {
    const struct rule *whole;
    struct port_range ports[MOST];
    unsigned n, rules, slots_before; /* of the last rule */
    bool without_ports;
};

static unsigned slots(struct port_range r)
{
    return r.low == r.high ? 1 : 2;
}

/* Everything but the ports is the rule's own; at most 15 slots; the piece before could not have taken the
 * first of these. */
static void take(void *ctx, const struct rule *r)
{
    struct pieces *p = ctx;
    struct rule same = *r;
    unsigned used = 0;

    same.ports = p->whole->ports;
    same.n_ports = p->whole->n_ports;
    /* A copy, padding and all.
     * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
    MUST(memcmp(&same, p->whole, sizeof same) == 0);
    p->without_ports |= r->n_ports == 0;
    MUST(r->n_ports == 0 || p->rules == 0 || p->slots_before + slots(r->ports[0]) > MULTIPORT_SLOTS);
    for (uint32_t i = 0; i < r->n_ports; i++) {
        used += slots(r->ports[i]);
        p->ports[p->n++] = r->ports[i];
    }
    MUST(used <= 15);
    p->slots_before = used;
    p->rules++;
}

static struct pieces lower(const struct port_range *ports, uint32_t n)
{
    struct rule rule;
    struct pieces p;
    const struct rule_sink sink = {.ctx = &p, .rule = take};

    memset(&rule, 0, sizeof rule);
    rule.chain = "PREROUTING";
    rule.protocol = "tcp";
    rule.ports = ports;
    rule.n_ports = n;
    rule.icmp_type = -1;
    rule.target = TARGET_MARK;
    rule.tag = "web";
    memset(&p, 0, sizeof p);
    p.whole = &rule;
    lower_rule(&sink, &rule);
    p.whole = NULL;
    return p;
}

/* Random lists of singles and ranges: all there, in order, in pieces filled greedily. */
START_TEST(test_random)
{
    struct chance c = {.state = 0x10e4 + (unsigned)_i};
    struct port_range ports[MOST];

    for (int round = 0; round < 1000; round++) {
        uint32_t n = 1 + chance_below(&c, chance_one_in(&c, 5) ? MOST - 1 : 40), all = 0;

        for (uint32_t i = 0; i < n; i++) {
            uint16_t low = (uint16_t)(1 + chance_below(&c, 65000));

            ports[i] = (struct port_range){
                low, (uint16_t)(low + (chance_below(&c, 4) < (unsigned)_i ? 1 + chance_below(&c, 500) : 0))};
            all += slots(ports[i]);
        }
        struct pieces p = lower(ports, n);
        MUST(p.n == n && memcmp(p.ports, ports, n * sizeof *ports) == 0 && !p.without_ports);
        MUST(p.rules >= (all + 14) / 15 && p.rules <= (all + 13) / 14);
    }
}
END_TEST

/* Edges: rules out of singles and ranges. */
static const struct {
    unsigned singles, ranges, rules;
} edges[] = {{1, 0, 1}, {15, 0, 1}, {16, 0, 2}, {30, 0, 2}, {31, 0, 3}, {0, 1, 1},  {0, 7, 1},
             {0, 8, 2}, {0, 14, 2}, {0, 15, 3}, {1, 7, 1},  {2, 7, 2},  {14, 1, 2}, {13, 1, 1}};

START_TEST(test_edges)
{
    struct port_range ports[MOST];
    uint32_t n = 0;

    for (unsigned i = 0; i < edges[_i].singles; i++, n++)
        ports[n] = (struct port_range){(uint16_t)(n + 1), (uint16_t)(n + 1)};
    for (unsigned i = 0; i < edges[_i].ranges; i++, n++)
        ports[n] = (struct port_range){(uint16_t)(1000 + n), (uint16_t)(2000 + n)};
    ck_assert_uint_eq(lower(ports, n).rules, edges[_i].rules);
}
END_TEST

/* Without ports, or with all: one rule without ports. */
START_TEST(test_no_ports)
{
    const struct port_range any = PORTS_ANY;
    struct pieces none = lower(NULL, 0), all = lower(&any, 1);

    ck_assert(none.rules == 1 && none.n == 0 && none.without_ports);
    ck_assert(all.rules == 1 && all.n == 0 && all.without_ports);
}
END_TEST

static Suite *lower_suite(void)
{
    Suite *s = suite_create("lower");
    TCase *t = new_case(s, "lower");

    tcase_add_loop_test(t, test_random, 0, 5);
    tcase_add_loop_test(t, test_edges, 0, N_OF(edges));
    tcase_add_test(t, test_no_ports);
    return s;
}

int main(void)
{
    return run_suite(lower_suite());
}
