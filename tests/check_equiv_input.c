/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inputs by chance: services in another order mean the same as long as none claims what another one does, and
 * one changed key is found where it was changed. */
#include "lbgen/equiv.h"

#include <stdio.h>

#include "lbgen/trace.h"
#include "lbgen/traced_set.h"

#include "check_rule_set.h"

enum { SERVICES = 12, ROUNDS = 40 };

struct part_service {
    unsigned number, fwmark, mask, port, range, protocol, source, in, accept;
};

struct read_input {
    struct input input;
    struct traced_set set;
    char *text;
};

static void print_service(struct buf *out, const struct part_service *s)
{
    static const char *const protocols[] = {"tcp", "udp", "tcp, udp", "tcp, esp"};
    static const char *const ins[] = {"eth0", "eth+", "eth1, lo"};

    buf_printf(out, "[service s%u]\nvip = 192.0.%u.%u/%u, 2001:db8:%x::%x\n", s->number, s->number,
               16 * (s->number % 4), s->number % 3 ? 32 : 28, s->number, s->number);
    buf_printf(out, "ports = %u, %u:%u\nprotocol = %s\n", s->port, s->range, s->range + 10,
               protocols[s->protocol]);
    if (s->mask)
        buf_printf(out, "fwmark = %u/0x%x\n", s->fwmark, s->mask);
    else
        buf_printf(out, "fwmark = %u\n", s->fwmark);
    if (s->source)
        buf_printf(out, "source = 198.51.%u.0/24, 2001:db8:ffff::/48\n", s->source);
    if (s->in)
        buf_printf(out, "interface = %s\n", ins[s->in - 1]);
    if (s->accept)
        buf_str(out, "accept = yes\n");
}

static struct part_service chance_service(struct chance *c, unsigned number)
{
    return (struct part_service){.number = number,
                                 .fwmark = 1 + chance_below(c, 200),
                                 .mask = chance_one_in(c, 4) ? 0xff : 0,
                                 .port = 1 + chance_below(c, 1000),
                                 .range = 2000 + chance_below(c, 1000),
                                 .protocol = chance_below(c, 4),
                                 .source = chance_one_in(c, 3) ? 1 + chance_below(c, 9) : 0,
                                 .in = chance_one_in(c, 3) ? 1 + chance_below(c, 3) : 0,
                                 .accept = chance_one_in(c, 3)};
}

static void read_services(struct read_input *r, const struct part_service *services, enum family family)
{
    const struct options options = {.no_system_templates = true};
    struct buf out = {0};

    *r = (struct read_input){0};
    for (int i = 0; i < SERVICES; i++)
        print_service(&out, &services[i]);
    r->text = xmemdup0(buf_text(&out), out.len);
    buf_free(&out);
    input_read_source(&r->input, &options,
                      sources_add_text(&r->input.sources, "input", r->text, strlen(r->text)));
    if (diag_errors(&r->input.diag))
        ck_abort_msg("not good:\n%.1500s", r->text);
    traced_set_of_input(&r->set, &r->input, family, NULL);
}

static void free_input(struct read_input *r)
{
    traced_set_free(&r->set);
    input_free(&r->input);
    free(r->text);
}

static void shuffle(struct chance *c, struct part_service *services)
{
    for (unsigned i = SERVICES; i > 1; i--) {
        unsigned k = chance_below(c, i);
        struct part_service s = services[k];

        services[k] = services[i - 1];
        services[i - 1] = s;
    }
}

static void judge(const struct part_service *old, const struct part_service *new, enum family family,
                  enum equiv_verdict wanted)
{
    struct read_input a, b;
    struct equiv out;

    read_services(&a, old, family);
    read_services(&b, new, family);
    equiv(&a.set.rules, &b.set.rules, family, PATH_INPUT, &out);
    if (out.verdict != wanted)
        ck_abort_msg("%d instead of %d: %s\n%.1200s\nand\n%.1200s", (int)out.verdict, (int)wanted, out.why,
                     a.text, b.text);
    if (wanted == EQUIV_DIFFERENT) {
        struct trace x, y;

        trace_packet(&a.set.rules, &out.example.packet, &x);
        trace_packet(&b.set.rules, &out.example.packet, &y);
        ck_assert(x.mark_known && y.mark_known && x.verdict_known && y.verdict_known);
        ck_assert(x.mark != y.mark || x.accepted != y.accepted);
        ck_assert(x.mark == out.old.mark && y.mark == out.new.mark);
        trace_free(&x);
        trace_free(&y);
    }
    free_input(&a);
    free_input(&b);
}

START_TEST(test_inputs)
{
    struct chance c = {.state = 4711U + (uint64_t)_i};
    struct part_service old[SERVICES], new[SERVICES];

    for (int round = 0; round < ROUNDS; round++) {
        enum family family = round % 2 ? IPV6 : IPV4;

        for (unsigned i = 0; i < SERVICES; i++)
            old[i] = chance_service(&c, i);
        memcpy(new, old, sizeof new);
        shuffle(&c, new);
        judge(old, new, family, EQUIV_EQUAL);
        struct part_service *s = &new[chance_below(&c, SERVICES)];
        switch (chance_below(&c, 4)) {
        case 0: s->port++; break;
        case 1: s->range++; break;
        case 2: s->fwmark++; break;
        default: s->mask = s->mask ? 0 : 0x1ff; break;
        }
        judge(old, new, family, EQUIV_DIFFERENT);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("equiv_input");

    tcase_add_loop_test(new_case(suite, "inputs"), test_inputs, 0, 4);
    return run_suite(suite);
}
