/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random services in a small world, every packet of it looked up in the cells and walked through the
 * services. */
#include "lbgen/claim_cells.h"

#include "check_input.h"

enum { SERVICES_MOST = 12, PORTS = 12, ADDRESSES = 16, NO_PORT = 0 };

/* What a walk makes of the mark when those conditional services hold whose bit is set. */
static uint32_t walk_list(const struct config *config, const struct service_list *list, unsigned hold)
{
    uint32_t mark = 0xabcd0000;

    for (uint32_t i = 0; i < list->n; i++) {
        const struct service *s = &config->services.at[list->at[i]];

        if (service_is_unconditional(s) || (hold >> list->at[i] & 1))
            mark = mark_apply(s->mark, mark);
    }
    return mark;
}

static bool ports_have(const struct service *s, enum proto proto, uint16_t port)
{
    if (!proto_ops[proto].has_ports || ports_is_any(s->ports.at[0]))
        return true;
    for (uint32_t i = 0; i < s->ports.n; i++)
        if (port != NO_PORT && s->ports.at[i].low <= port && port <= s->ports.at[i].high)
            return true;
    return false;
}

static uint32_t walk_services(const struct config *config, const struct prefix *to, enum proto proto,
                              uint16_t port, unsigned hold)
{
    uint32_t mark = 0xabcd0000;

    for (size_t i = 0; i < config->services.n; i++) {
        const struct service *s = &config->services.at[i];
        bool there = false;

        for (uint32_t v = 0; v < s->vips.n; v++)
            there = there || prefix_contains(&s->vips.at[v], to);
        if (there && service_has_protocol(s, proto) && ports_have(s, proto, port) &&
            (service_is_unconditional(s) || (hold >> i & 1)))
            mark = mark_apply(s->mark, mark);
    }
    return mark;
}

/* The cell of the layer that has the packet; no two have it. */
static const struct claim_cell *look_up(const struct claim_cells *cells, enum cell_layer layer,
                                        struct address to, enum proto proto, uint16_t port)
{
    const struct claim_cell *found = NULL;

    for (size_t i = 0; i < cells->of[layer].n; i++) {
        const struct claim_cell *c = &cells->of[layer].at[i];

        if (c->proto != proto || address_compare(c->from, to) > 0 || address_compare(to, c->to) > 0 ||
            (cells_have_ports(layer) && (port == NO_PORT || port < c->low || c->high < port)))
            continue;
        MUST(!found);
        found = c;
    }
    return found;
}

static const struct claim_cell *answer(const struct claim_cells *cells, struct address to, enum proto proto,
                                       uint16_t port)
{
    const struct claim_cell *found = NULL;

    for (int layer = 0; layer < CELL_LAYERS; layer++) {
        const struct claim_cell *c = look_up(cells, (enum cell_layer)layer, to, proto, port);

        if (!found)
            found = c;
    }
    return found;
}

static void check_form(const struct claim_cells *cells)
{
    for (int layer = 0; layer < CELL_LAYERS; layer++)
        for (size_t i = 0; i < cells->of[layer].n; i++) {
            const struct claim_cell *c = &cells->of[layer].at[i];

            MUST(address_compare(c->from, c->to) <= 0);
            MUST(c->low <= c->high);
            MUST(c->services->n > 0);
            if (!cells_are_ranges((enum cell_layer)layer))
                MUST(address_compare(c->from, c->to) == 0 && c->low == c->high);
            if (!cells_have_ports((enum cell_layer)layer))
                MUST(c->low == 0 && c->high == 0);
        }
}

static void add_ports(struct chance *c, struct buf *text)
{
    if (chance_one_in(c, 6)) {
        buf_str(text, "ports = any\n");
        return;
    }
    buf_str(text, "ports =");
    for (uint32_t i = 0, n = 1 + chance_below(c, 3); i < n; i++) {
        uint32_t low = 1 + chance_below(c, PORTS), high = low + chance_below(c, 2) * chance_below(c, 6);

        buf_printf(text, " %u", low);
        if (high > low)
            buf_printf(text, ":%u", high);
    }
    buf_char(text, '\n');
}

static void add_vips(struct chance *c, enum family family, struct buf *text)
{
    buf_str(text, "vip =");
    for (uint32_t i = 0, n = 1 + chance_below(c, 3); i < n; i++) {
        uint32_t host_bits = chance_below(c, 4) ? chance_below(c, 4) : 0,
                 len = family_ops[family].bits - host_bits;
        uint32_t at = chance_below(c, ADDRESSES) >> host_bits << host_bits;

        /* The highest addresses that there are, since it is there that a sweep can run over the end. */
        if (chance_one_in(c, 40))
            buf_str(text, family == IPV4 ? " 0.0.0.0/0" : " ::/0");
        else if (family == IPV4)
            buf_printf(text, " 255.255.255.%u/%u", 240 + at, len);
        else
            buf_printf(text, " ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff%x/%u", at, len);
    }
    buf_char(text, '\n');
}

static void make_services(struct chance *c, enum family family, struct buf *text)
{
    static const char *const protocols[] = {"tcp", "tcp", "tcp udp", "udp", "tcp esp", "esp"};

    for (uint32_t i = 0, n = 1 + chance_below(c, SERVICES_MOST); i < n; i++) {
        const char *protocol = protocols[chance_below(c, (uint32_t)N_OF(protocols))];

        buf_printf(text, "[service s%u]\noverride = yes\nprotocol = %s\nfwmark = ", i, protocol);
        switch (chance_below(c, 4)) {
        case 0: buf_printf(text, "0x%x/0xff\n", i + 1); break;
        case 1: buf_printf(text, "0x%x00/0xff00\n", i + 1); break;
        default: buf_printf(text, "%u\n", i + 1);
        }
        add_vips(c, family, text);
        if (strcmp(protocol, "esp") != 0)
            add_ports(c, text);
        if (chance_one_in(c, 4))
            buf_str(text, "interface = eth1\n");
    }
}

static void hold_against_walk(const struct made *m, const struct claim_cells *cells, enum family family,
                              unsigned hold)
{
    static const enum proto protos[] = {PROTO_TCP, PROTO_UDP, PROTO_ESP};
    struct prefix to = {.family = (uint8_t)family, .len = family_ops[family].bits};

    for (uint32_t a = 0; a < 2 * ADDRESSES; a++) {
        to.first = (struct address){.high = UINT64_MAX, .low = UINT64_MAX - a};
        if (family == IPV4)
            to.first = (struct address){.high = (uint64_t)(UINT32_MAX - a) << 32};
        for (int p = 0; p < N_OF(protos); p++)
            for (uint32_t n = NO_PORT; n < PORTS + 8; n++) {
                const uint16_t port = (uint16_t)n;
                const struct claim_cell *cell = answer(cells, to.first, protos[p], port);

                MUST(walk_services(&m->config, &to, protos[p], port, hold) ==
                     (cell ? walk_list(&m->config, cell->services, hold) : 0xabcd0000));
            }
    }
}

START_TEST(test_chance)
{
    struct chance chance = {(uint64_t)_i + 5};

    for (int round = 0; round < 60; round++) {
        enum family family = round % 2 ? IPV6 : IPV4;
        struct buf text = {0};
        struct made m;
        struct claim_cells cells;

        make_services(&chance, family, &text);
        make(&m, buf_text(&text), 0);
        ck_assert_uint_eq(diag_errors(&m.diag), 0);
        claim_cells_make(&cells, &m.config.services, family);
        check_form(&cells);
        hold_against_walk(&m, &cells, family, 0);
        hold_against_walk(&m, &cells, family, UINT32_MAX);
        hold_against_walk(&m, &cells, family, chance_bits(&chance));
        claim_cells_free(&cells);
        made_free(&m);
        buf_free(&text);
    }
}
END_TEST

/* How many cells of each layer a text has. */
static const struct {
    const char *text;
    size_t n[CELL_LAYERS];
} counts[] = {
    /* What does not overlap is as it was written. */
    {"[service a]\nvip = 192.0.2.1, 192.0.2.2\nports = 80, 443\nfwmark = 1\n", {4, 0, 0, 0}},
    {"[service a]\nvip = 192.0.2.0/24\nports = 80, 90:99\nfwmark = 1\n", {0, 2, 0, 0}},
    {"[service a]\nvip = 192.0.2.1\nports = any\nfwmark = 1\n", {0, 0, 1, 0}},
    {"[service a]\nvip = 192.0.2.1, 192.0.4.0/24\nprotocol = esp\nfwmark = 1\n", {0, 0, 1, 1}},
    /* Single ports of an address cut nothing out of what lies around. */
    {"[service a]\nvip = 0.0.0.0/0\nports = 80\nfwmark = 1\n"
     "[service b]\nvip = 192.0.2.1\nports = 80, 443\nfwmark = 2\noverride = yes\n",
     {2, 1, 0, 0}},
    /* Other ports of a prefix inside neither. */
    {"[service a]\nvip = 0.0.0.0/0\nports = 80\nfwmark = 1\n"
     "[service b]\nvip = 192.0.2.0/24\nports = 443\nfwmark = 2\noverride = yes\n",
     {0, 2, 0, 0}},
    /* A hole has two sides. */
    {"[service a]\nvip = 0.0.0.0/0\nports = 80\nfwmark = 1\n"
     "[service b]\nvip = 192.0.2.0/24\nports = 80\nfwmark = 2\noverride = yes\n",
     {0, 3, 0, 0}},
    /* Who is overwritten by a later one makes none. */
    {"[service b]\nvip = 192.0.2.0/24\nports = 80\nfwmark = 2\n"
     "[service a]\nvip = 0.0.0.0/0\nports = 80\nfwmark = 1\noverride = yes\n",
     {0, 1, 0, 0}},
    {"[service b]\nvip = 192.0.2.1\nports = 80\nfwmark = 2\n"
     "[service a]\nvip = 192.0.2.1\nports = any\nfwmark = 1\noverride = yes\n",
     {0, 0, 1, 0}},
};

START_TEST(test_counts)
{
    struct made m;
    struct claim_cells cells;

    make(&m, counts[_i].text, 0);
    claim_cells_make(&cells, &m.config.services, IPV4);
    for (int layer = 0; layer < CELL_LAYERS; layer++)
        ck_assert_uint_eq(cells.of[layer].n, counts[_i].n[layer]);
    claim_cells_free(&cells);
    made_free(&m);
}
END_TEST

/* AH is no protocol of IPv6, and a family without a source of the service's has no claim. */
START_TEST(test_families)
{
    struct made m;
    struct claim_cells cells;

    make(&m,
         "[service a]\nvip = 192.0.2.1, 2001:db8::1\nprotocol = ah\nfwmark = 1\n"
         "[service b]\nvip = 192.0.2.2, 2001:db8::2\nports = 80\nfwmark = 2\nsource = 10.0.0.0/8\n",
         0);
    claim_cells_make(&cells, &m.config.services, IPV6);
    for (int layer = 0; layer < CELL_LAYERS; layer++)
        ck_assert_uint_eq(cells.of[layer].n, 0);
    claim_cells_free(&cells);
    claim_cells_make(&cells, &m.config.services, IPV4);
    ck_assert_uint_eq(cells.of[CELLS_EXACT].n, 1);
    ck_assert_uint_eq(cells.of[CELLS_ANY_PORT].n, 1);
    claim_cells_free(&cells);
    made_free(&m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("claim_cells");
    TCase *tcase = new_case(suite, "cells");

    tcase_add_loop_test(tcase, test_chance, 0, 10);
    tcase_add_loop_test(tcase, test_counts, 0, N_OF(counts));
    tcase_add_test(tcase, test_families);
    return run_suite(suite);
}
