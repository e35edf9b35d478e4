/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rule sets by chance: a set and the same one in other words must come out equal, a set and one with a change
 * in it equal or different; and whatever comes out, the walk of single packets (trace.h) must agree. */
#include "lbgen/equiv.h"

#include <stdio.h>

#include "lbgen/trace.h"

#include "check_rule_set.h"

enum { RULES_MAX = 40, TEXTS = 80, PACKETS = 600 };

/* A rule as its parts; what is "" is not there. */
struct part_rule {
    char chain[16], dst[40], src[40], in[16], protocol[12], ports[48], state[56], mark[40], mac[48],
        unknown[32];
    char target[64];
};

struct part_set {
    struct part_rule at[RULES_MAX];
    int n, chains; /* chains: c0, c1, ... */
    bool drops;
};

#define PICK(c, list) list[chance_below(c, N_OF(list))]

static const char *const dsts[] = {"192.0.2.10/32", "192.0.2.11/32", "192.0.2.0/24",
                                   "192.0.2.8/29",  "192.0.0.0/16",  "10.0.0.0/8"};
static const char *const srcs[] = {"198.51.100.0/24", "198.51.100.7/32", "203.0.113.0/24"};
static const char *const ins[] = {"eth0", "eth1", "eth+", "lo"};
static const char *const port_sets[] = {"80", "443", "80:443", "1024:65535", "80,443", "22,80:90,8443"};
static const char *const states[] = {"NEW", "ESTABLISHED", "NEW,RELATED", "INVALID", "UNTRACKED,NEW"};
static const char *const marks[] = {"0x1", "0x2/0x3", "0x0/0xff", "0x50/0xff", "0x0/0x1"};
static const char *const sets[] = {"MARK --set-xmark 0x50/0xffffffff",
                                   "MARK --set-xmark 0x1/0x1",
                                   "MARK --set-xmark 0x2/0x3",
                                   "MARK --set-xmark 0x51/0xff",
                                   "MARK --set-xmark 0x0/0x1",
                                   "MARK --set-xmark 0x3/0x0",
                                   "CONNMARK --set-xmark 0x2/0x3",
                                   "CONNMARK --save-mark --nfmask 0xff --ctmask 0xff",
                                   "CONNMARK --restore-mark --nfmask 0x3 --ctmask 0x3"};
static const char *const connmarks[] = {"0x2", "0x0/0xff", "0x1/0x1"};
static const char *const ends[] = {"ACCEPT", "DROP", "RETURN"};

static const char *bang(struct chance *c)
{
    return chance_one_in(c, 5) ? "! " : "";
}

static void chance_ports(struct chance *c, struct part_rule *r)
{
    const char *ports = PICK(c, port_sets);
    bool list = strchr(ports, ',') != NULL || chance_one_in(c, 3);
    const char *side = chance_one_in(c, 4) ? "sport" : "dport";

    snprintf(r->protocol, sizeof r->protocol, "%s", chance_one_in(c, 3) ? "udp" : "tcp");
    if (list)
        snprintf(r->ports, sizeof r->ports, "-m multiport %s--%s %s ", bang(c),
                 chance_one_in(c, 5) ? "ports"
                 : side[0] == 's'    ? "sports"
                                     : "dports",
                 ports);
    else
        snprintf(r->ports, sizeof r->ports, "-m %s %s--%s %s ", r->protocol, bang(c), side, ports);
}

static void chance_target(struct chance *c, struct part_rule *r, int below)
{
    unsigned what = chance_below(c, 10);

    if (what == 0 && below > 0)
        snprintf(r->target, sizeof r->target, "-j c%u", chance_below(c, (uint32_t)below));
    else if (what == 1 && below > 0)
        snprintf(r->target, sizeof r->target, "-g c%u", chance_below(c, (uint32_t)below));
    else
        snprintf(r->target, sizeof r->target, "-j %s", what < 4 ? PICK(c, ends) : PICK(c, sets));
}

/* A field of the rule anew. */
static void chance_field(struct chance *c, struct part_rule *r, unsigned field, bool unknown, int below)
{
    switch (field) {
    case 0: snprintf(r->dst, sizeof r->dst, "%s-d %s ", bang(c), PICK(c, dsts)); break;
    case 1: snprintf(r->src, sizeof r->src, "%s-s %s ", bang(c), PICK(c, srcs)); break;
    case 2: snprintf(r->in, sizeof r->in, "%s-i %s ", bang(c), PICK(c, ins)); break;
    case 3: chance_ports(c, r); break;
    case 4:
        snprintf(r->state, sizeof r->state, "-m conntrack %s--ctstate %s ", bang(c), PICK(c, states));
        break;
    case 5:
        if (chance_one_in(c, 6)) {
            snprintf(r->mark, sizeof r->mark, "-m connmark %s--mark %s ", bang(c), PICK(c, connmarks));
            break;
        }
        snprintf(r->mark, sizeof r->mark, "-m mark %s--mark %s ", bang(c), PICK(c, marks));
        break;
    case 6: snprintf(r->mac, sizeof r->mac, "-m mac %s--mac-source 02:00:00:00:00:01 ", bang(c)); break;
    case 7:
        if (unknown)
            snprintf(r->unknown, sizeof r->unknown, "-m length --length %u ", chance_below(c, 2));
        break;
    default: chance_target(c, r, below); break;
    }
}

static void chance_rule(struct chance *c, struct part_rule *r, const char *chain, bool unknown, int below)
{
    *r = (struct part_rule){0};
    snprintf(r->chain, sizeof r->chain, "%s", chain);
    for (unsigned field = 0; field < 8; field++)
        if (chance_one_in(c, field == 0 ? 2 : field == 3 ? 2 : field == 7 ? 8 : 5))
            chance_field(c, r, field, unknown, below);
    chance_target(c, r, below);
}

/* Chain cN leads to chains of lower numbers only. */
static void chance_set(struct chance *c, struct part_set *set, bool unknown)
{
    char chain[16];

    *set = (struct part_set){.chains = (int)chance_below(c, 4), .drops = chance_one_in(c, 4)};
    for (int k = 0; k < set->chains; k++) {
        snprintf(chain, sizeof chain, "c%d", k);
        for (int i = 0; i < 3; i++)
            chance_rule(c, &set->at[set->n++], chain, unknown, k);
    }
    for (unsigned i = 0, n = 2 + chance_below(c, 9); i < n; i++)
        chance_rule(c, &set->at[set->n++], "PREROUTING", unknown, set->chains);
    for (unsigned i = 0, n = chance_one_in(c, 2) ? chance_below(c, 5) : 0; i < n; i++)
        chance_rule(c, &set->at[set->n++], "INPUT", unknown, 0);
    for (unsigned i = 0, n = chance_one_in(c, 4) ? chance_below(c, 3) : 0; i < n; i++) {
        chance_rule(c, &set->at[set->n], "RAW", unknown, 0);
        if (chance_one_in(c, 2))
            snprintf(set->at[set->n].target, sizeof set->at->target, "-j NOTRACK");
        set->n++;
    }
}

static void print_rules(struct buf *out, const struct part_set *set, const char *chain, const char *name)
{
    for (int i = 0; i < set->n; i++) {
        const struct part_rule *r = &set->at[i];

        if (strcmp(r->chain, chain) != 0)
            continue;
        buf_printf(out, "-A %s %s%s%s", name, r->src, r->dst, r->in);
        if (r->protocol[0])
            buf_printf(out, "-p %s ", r->protocol);
        buf_printf(out, "%s%s%s%s%s%s\n", r->ports, r->state, r->mark, r->mac, r->unknown, r->target);
    }
}

static char *text_of(const struct part_set *set)
{
    struct buf out = {0};
    char chain[16];

    buf_str(&out, "*raw\n:PREROUTING ACCEPT [0:0]\n");
    print_rules(&out, set, "RAW", "PREROUTING");
    buf_printf(&out, "COMMIT\n*mangle\n:PREROUTING %s [0:0]\n", set->drops ? "DROP" : "ACCEPT");
    for (int k = 0; k < set->chains; k++)
        buf_printf(&out, ":c%d - [0:0]\n", k);
    print_rules(&out, set, "PREROUTING", "PREROUTING");
    for (int k = 0; k < set->chains; k++) {
        snprintf(chain, sizeof chain, "c%d", k);
        print_rules(&out, set, chain, chain);
    }
    buf_str(&out, "COMMIT\n*filter\n:INPUT ACCEPT [0:0]\n");
    print_rules(&out, set, "INPUT", "INPUT");
    buf_str(&out, "COMMIT\n");
    char *text = xmemdup0(buf_text(&out), out.len);
    buf_free(&out);
    return text;
}

/* --- the same in other words --- */

static void insert(struct part_set *set, int at, const struct part_rule *r)
{
    memmove(&set->at[at + 1], &set->at[at], (size_t)(set->n - at) * sizeof *r);
    set->at[at] = *r;
    set->n++;
}

/* Into a chain of its own: what would leave the chain at hand must not. */
static bool wrap(struct part_set *set, int i)
{
    struct part_rule inner = {0};
    char target[sizeof inner.target];

    if (strcmp(set->at[i].chain, "INPUT") == 0 || strcmp(set->at[i].chain, "RAW") == 0 ||
        strstr(set->at[i].target, "RETURN") || set->at[i].target[1] == 'g' || set->n + 2 > RULES_MAX)
        return false;
    snprintf(target, sizeof target, "-j c%d", set->chains);
    snprintf(inner.chain, sizeof inner.chain, "c%d", set->chains++);
    memcpy(inner.target, set->at[i].target, sizeof inner.target);
    if (set->at[i].dst[0]) { /* and the destination's test stands in front there, as what leaves */
        struct part_rule leave = inner;
        const char *test = set->at[i].dst[0] == '!' ? set->at[i].dst + 2 : set->at[i].dst;

        snprintf(leave.dst, sizeof leave.dst, "%s%s", set->at[i].dst[0] == '!' ? "" : "! ", test);
        snprintf(leave.target, sizeof leave.target, "-j RETURN");
        set->at[set->n++] = leave;
        set->at[i].dst[0] = '\0';
    }
    memcpy(set->at[i].target, target, sizeof target);
    set->at[set->n++] = inner;
    return true;
}

/* Of 192.0.2.0/24 two halves. */
static bool halve(struct part_set *set, int i)
{
    struct part_rule other = set->at[i];

    if (strcmp(other.dst, "-d 192.0.2.0/24 ") != 0 || set->n + 1 > RULES_MAX)
        return false;
    snprintf(set->at[i].dst, sizeof other.dst, "-d 192.0.2.0/25 ");
    snprintf(other.dst, sizeof other.dst, "-d 192.0.2.128/25 ");
    insert(set, i, &other);
    return true;
}

/* Rules of other destinations change places. */
static bool swap_apart(struct part_set *set, int i)
{
    struct part_rule r = set->at[i];
    const char *one = "-d 192.0.2.10/32 ", *other = "-d 192.0.2.11/32 ";

    if (i + 1 >= set->n || strcmp(r.chain, set->at[i + 1].chain) != 0)
        return false;
    if (!(strcmp(r.dst, one) == 0 && strcmp(set->at[i + 1].dst, other) == 0) &&
        !(strcmp(r.dst, other) == 0 && strcmp(set->at[i + 1].dst, one) == 0))
        return false;
    set->at[i] = set->at[i + 1];
    set->at[i + 1] = r;
    return true;
}

static void reword(struct chance *c, struct part_set *set)
{
    for (int i = 0; i < 12; i++) {
        int at = (int)chance_below(c, (uint32_t)set->n);

        switch (chance_below(c, 3)) {
        case 0: wrap(set, at); break;
        case 1: halve(set, at); break;
        default: swap_apart(set, at); break;
        }
    }
}

/* --- a change --- */

static void mutate(struct chance *c, struct part_set *set)
{
    int at = (int)chance_below(c, (uint32_t)set->n);
    struct part_rule *r = &set->at[at];
    int below = r->chain[0] == 'c'                    ? atoi(r->chain + 1)
                : strcmp(r->chain, "PREROUTING") == 0 ? set->chains
                                                      : 0;

    switch (chance_below(c, 6)) {
    case 0: /* gone */
        memmove(r, r + 1, (size_t)(set->n - at - 1) * sizeof *r);
        set->n--;
        break;
    case 1: /* moved up */
        if (at > 0 && strcmp(r->chain, r[-1].chain) == 0) {
            struct part_rule up = *r;

            *r = r[-1];
            r[-1] = up;
        }
        break;
    case 2:
        if (chance_one_in(c, 4))
            set->drops = !set->drops;
        break;
    default: chance_field(c, r, chance_below(c, 9), true, below); break;
    }
}

/* --- the other judge --- */

static struct packet chance_packet(struct chance *c)
{
    static const char *const to[] = {"192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.129",
                                     "192.0.7.1",  "10.1.2.3",   "172.16.0.1"};
    static const char *const from[] = {"198.51.100.7", "198.51.100.8", "203.0.113.1", "8.8.8.8"};
    static const char *const on[] = {"eth0", "eth1", "eth2", "lo", "wlan0"};
    static const char *const in_state[] = {"NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"};
    static const unsigned ports[] = {22, 79, 80, 81, 90, 91, 442, 443, 444, 1023, 1024, 8443, 65535};
    static const unsigned comes_with[] = {0, 0, 1, 2, 3, 0x50, 0x100, 0xffffffff};
    struct packet p;
    struct complaint why;
    char text[256], mac[32] = "";

    if (chance_one_in(c, 3))
        snprintf(mac, sizeof mac, " mac=02:00:00:00:00:0%u", 1 + chance_below(c, 2));
    if (chance_one_in(c, 6))
        snprintf(text, sizeof text, "icmp/8 %s %s %s%s state=%s mark=%u", PICK(c, from), PICK(c, to),
                 PICK(c, on), mac, PICK(c, in_state), PICK(c, comes_with));
    else
        snprintf(text, sizeof text, "%s %s:%u %s:%u %s%s state=%s mark=%u",
                 chance_one_in(c, 3) ? "udp" : "tcp", PICK(c, from), PICK(c, ports), PICK(c, to),
                 PICK(c, ports), PICK(c, on), mac, PICK(c, in_state), PICK(c, comes_with));
    if (!packet_parse(text, strlen(text), &p, &why))
        ck_abort_msg("%s: %s", text, why.text);
    return p;
}

static void show(const char *what, const char *old, const char *new, const struct packet *p)
{
    struct buf out = {0};

    packet_print(&out, p);
    ck_abort_msg("%s: %s\n%.900s\nand\n%.900s", what, buf_text(&out), old, new);
}

/* Whether both walks are known and differ. */
static bool walks_differ(const struct text_set *a, const struct text_set *b, const struct packet *p,
                         bool *known)
{
    struct trace x, y;

    trace_packet(&a->rules, p, &x);
    trace_packet(&b->rules, p, &y);
    bool all_marks = !x.unknown && !y.unknown && x.mark_known && y.mark_known;
    bool verdicts = !x.unknown && !y.unknown && x.verdict_known && y.verdict_known;
    bool differ = (all_marks && x.mark != y.mark) || (verdicts && x.accepted != y.accepted);
    *known = all_marks && verdicts;
    trace_free(&x);
    trace_free(&y);
    return differ;
}

static void check_result(const struct text_set *set, const struct example *e, struct result r,
                         const char *old, const char *new)
{
    struct trace t;

    trace_packet(&set->rules, &e->packet, &t);
    if (!t.unknown && t.mark_known && r.mark_known && t.mark != r.mark)
        show("another mark", old, new, &e->packet);
    if (!t.unknown && t.verdict_known && r.verdict_known && t.accepted != r.accepted)
        show("another verdict", old, new, &e->packet);
    trace_free(&t);
}

static int confirmed;
static char reason[256];

static enum equiv_verdict judge(struct chance *c, const char *old, const char *new)
{
    struct text_set a, b;
    struct equiv out;
    bool known;

    text_set_read(&a, old);
    text_set_read(&b, new);
    equiv(&a.rules, &b.rules, IPV4, PATH_INPUT, &out);
    memcpy(reason, out.why, sizeof reason);
    if (out.verdict == EQUIV_DIFFERENT) {
        bool differ = walks_differ(&a, &b, &out.example.packet, &known);

        confirmed += differ;
        if (known && !differ)
            show("no counter-example", old, new, &out.example.packet);
        check_result(&a, &out.example, out.old, old, new);
        check_result(&b, &out.example, out.new, old, new);
    }
    for (int i = 0; out.verdict != EQUIV_DIFFERENT && i < PACKETS; i++) {
        struct packet p = chance_packet(c);

        if (walks_differ(&a, &b, &p, &known) && known)
            show(out.verdict == EQUIV_EQUAL ? "not equal" : "it was not found", old, new, &p);
    }
    text_set_free(&a);
    text_set_free(&b);
    return out.verdict;
}

START_TEST(test_chance)
{
    struct chance c = {.state = 0x9e3779b97f4a7c15U * (uint64_t)(_i + 1)};
    int seen[3] = {0};

    confirmed = 0;

    for (int i = 0; i < TEXTS; i++) {
        bool unknown = i % 3 == 0;
        struct part_set set, other;

        chance_set(&c, &set, unknown);
        other = set;
        reword(&c, &other);
        char *old = text_of(&set), *same = text_of(&other);
        if (judge(&c, old, same) != EQUIV_EQUAL)
            ck_abort_msg("not found equal:\n%.900s\nand\n%.900s", old, same);
        mutate(&c, &other);
        char *changed = text_of(&other);
        enum equiv_verdict verdict = judge(&c, old, changed);
        seen[verdict]++;
        if (verdict == EQUIV_UNDECIDED && !strstr(reason, "circle") && !strstr(old, "length") &&
            !strstr(changed, "length"))
            ck_abort_msg("undecided, %s:\n%.900s\nand\n%.900s", reason, old, changed);
        free(old);
        free(same);
        free(changed);
    }
    ck_assert_int_gt(seen[EQUIV_EQUAL], TEXTS / 20);
    ck_assert_int_gt(seen[EQUIV_DIFFERENT], TEXTS / 4);
    ck_assert_int_gt(confirmed, seen[EQUIV_DIFFERENT] * 4 / 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("equiv_chance");

    tcase_add_loop_test(new_case(suite, "chance"), test_chance, 0, 8);
    return run_suite(suite);
}
