/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One fwmark is one virtual server of IPVS for each family: what services say of it must agree. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/lint.h"
#include "lbgen/mark_groups.h"
#include "lbgen/service_keys.h"
#include "lbgen/xalloc.h"

static int by_server(const void *a, const void *b)
{
    const struct real_server *x = a, *y = b;

    return address_compare(x->address.first, y->address.first);
}

/* The real servers of one family, sorted by address, each with the forwarding that it has in the end. */
struct servers {
    struct real_server *at;
    size_t n;
};

static struct servers servers_of(const struct service *s, enum family family)
{
    const struct service_more *m = service_more(s);
    struct servers list = {.at = xmalloc(m->n_real_servers * sizeof *list.at)};

    for (uint32_t i = 0; i < m->n_real_servers; i++)
        if (m->real_servers[i].address.family == family) {
            list.at[list.n] = m->real_servers[i];
            list.at[list.n++].forwarding = real_server_forwarding(s, &m->real_servers[i]);
        }
    qsort(list.at, list.n, sizeof *list.at, by_server);
    return list;
}

static bool servers_named(const struct service *s, enum family family)
{
    const struct service_more *m = service_more(s);

    for (uint32_t i = 0; i < m->n_real_servers; i++)
        if (m->real_servers[i].address.family == family)
            return true;
    return false;
}

static bool servers_differ(const struct service *a, const struct service *b, enum family family)
{
    struct servers x = servers_of(a, family), y = servers_of(b, family);
    bool differ = x.n && y.n && x.n != y.n;

    for (size_t i = 0; !differ && x.n && y.n && i < x.n; i++)
        differ = address_compare(x.at[i].address.first, y.at[i].address.first) != 0 ||
                 x.at[i].weight != y.at[i].weight || x.at[i].forwarding != y.at[i].forwarding;
    free(x.at);
    free(y.at);
    return differ;
}

/* Whether two services that both give the key give it different values. */
static bool disagree(const struct service *a, const struct service *b, enum service_key key)
{
    const struct service_more *x = service_more(a), *y = service_more(b);

    switch (key) {
    case KEY_SCHEDULER: return x->scheduler != y->scheduler;
    case KEY_FORWARDING: return x->forwarding != y->forwarding;
    case KEY_PERSISTENCE: return x->persistence != y->persistence;
    default: return servers_differ(a, b, IPV4) || servers_differ(a, b, IPV6);
    }
}

static void report_disagreement(const struct service *s, const struct service *first, enum service_key key,
                                struct diag *d)
{
    size_t len;
    srcpos other = service_key_place(first, key, &len);
    srcpos at = service_key_place(s, key, &len);

    diag_at(d, SEVERITY_ERROR, at, len,
            "services '%.*s' and '%.*s' share fwmark %u, but give it different values of '%s': say it once, "
            "or take two marks",
            first->name_len, first->name, s->name_len, s->name, s->mark.value, service_key_name(key));
    diag_note(d, other, "'%.*s' gives it here", first->name_len, first->name);
}

/* Whoever gave a key first speaks for the mark; the others are held against him, so a group costs one pass.
 */
static void lint_agreement(const struct services *services, const uint32_t *group, size_t n, struct diag *d)
{
    static const enum service_key keys[] = {KEY_SCHEDULER, KEY_FORWARDING, KEY_PERSISTENCE, KEY_REAL_SERVER};
    const struct service *speaker[SERVICE_KEYS][FAMILIES] = {0};

    for (size_t i = 0; i < n; i++) {
        const struct service *s = &services->at[group[i]];

        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            const struct service *told = NULL; /* a service of both families is told of once */

            for (int f = 0; f < FAMILIES && service_has(s, keys[k]); f++) {
                const struct service **first = &speaker[keys[k]][f];

                if (!prefix_list_has(s->vips, (enum family)f))
                    continue;
                if (!*first)
                    *first = s;
                else if (*first != s && told != *first && disagree(*first, s, keys[k]))
                    report_disagreement(s, told = *first, keys[k], d);
            }
        }
    }
}

/* What a group of one mark is, for the question of persistence. */
struct group_facts {
    const struct service *with_servers; /* the first that has real servers */
    struct port_range ports;            /* the first one seen */
    bool several_ports, persistent, hashed;
};

static void look_at(struct group_facts *facts, const struct service *s)
{
    const struct service_more *m = service_more(s);

    if (m->n_real_servers && !facts->with_servers)
        facts->with_servers = s;
    facts->persistent |= m->persistence > 0;
    /* sh and mh choose by the client's address alone, unless told to look at the port too. */
    if (m->scheduler)
        facts->hashed |= (strcmp(m->scheduler, "sh") == 0 && !(m->scheduler_flags & SCHED_SH_PORT)) ||
                         (strcmp(m->scheduler, "mh") == 0 && !(m->scheduler_flags & SCHED_MH_PORT));
    if (!service_has_ports(s))
        return;
    for (uint32_t i = 0; i < s->ports.n; i++) {
        struct port_range r = s->ports.at[i];

        if (facts->ports.high == 0)
            facts->ports = r;
        facts->several_ports |= r.low != r.high || r.low != facts->ports.low || r.high != facts->ports.high;
    }
}

static void lint_persistence(const struct services *services, const uint32_t *group, size_t n, struct diag *d)
{
    struct group_facts facts = {0};

    for (size_t i = 0; i < n; i++)
        look_at(&facts, &services->at[group[i]]);
    if (!facts.with_servers || !facts.several_ports || facts.persistent || facts.hashed)
        return;
    const struct service *s = facts.with_servers;
    diag_at(d, SEVERITY_WARNING, s->at, s->header_len,
            "fwmark %u has several ports but no persistence: a client's connections may go to different real "
            "servers; persistence = 300 keeps them together",
            s->mark.value);
}

/* Whether or not a service names the mark's real servers itself, its packets go to them. */
static void lint_masks(const struct services *services, const uint32_t *group, size_t n, struct diag *d)
{
    bool balanced = false;

    for (size_t i = 0; i < n && !balanced; i++)
        balanced = service_more(&services->at[group[i]])->n_real_servers;
    for (size_t i = 0; i < n && balanced; i++) {
        const struct service *s = &services->at[group[i]];

        if (s->mark.mask != MARK_MASK_ALL)
            diag_at(d, SEVERITY_WARNING, s->fwmark_at, s->fwmark_len,
                    "IPVS compares all 32 bits of a mark: with mask 0x%x it finds %u only if nobody sets "
                    "another bit",
                    s->mark.mask, s->mark.value);
    }
}

/* Forwarding belongs to the mark: services of the group that name real servers but not how they are reached
 * take what another one says. */
static void share_forwarding(struct config *config, const uint32_t *group, size_t n)
{
    struct service *services = config->services.at;
    const struct service *speaker = NULL;

    for (size_t i = 0; i < n && !speaker; i++)
        if (service_has(&services[group[i]], KEY_FORWARDING))
            speaker = &services[group[i]];
    for (size_t i = 0; speaker && i < n; i++) {
        struct service *s = &services[group[i]];

        if (service_has(s, KEY_REAL_SERVER) && !service_has(s, KEY_FORWARDING))
            service_more_new(s, &config->mem)->forwarding = service_more(speaker)->forwarding;
    }
}

/* Real servers belong to the mark: services of the group that name none get those that others name, so that
 * what is accepted for them reaches the same servers. */
static void share_servers(struct config *config, const uint32_t *group, size_t n)
{
    struct service *services = config->services.at;
    const struct service *speaker[FAMILIES] = {NULL, NULL};
    struct real_server *shared = NULL;
    uint32_t n_shared = 0, cap = 0;

    for (size_t i = 0; i < n; i++)
        for (int f = 0; f < FAMILIES; f++)
            if (!speaker[f] && servers_named(&services[group[i]], (enum family)f))
                speaker[f] = &services[group[i]];
    for (int f = 0; f < FAMILIES; f++)
        for (uint32_t i = 0; speaker[f] && i < speaker[f]->more->n_real_servers; i++) {
            struct real_server server = speaker[f]->more->real_servers[i];

            if (server.address.family != f)
                continue;
            server.forwarding = real_server_forwarding(speaker[f], &server);
            server.forwarding_given = true;
            shared = arena_append(&config->mem, shared, n_shared++, &cap, &server, 1, sizeof server);
        }
    for (size_t i = 0; n_shared && i < n; i++) {
        struct service *s = &services[group[i]];

        if (service_more(s)->n_real_servers)
            continue;
        service_more_new(s, &config->mem)->real_servers = shared;
        s->more->n_real_servers = n_shared;
    }
}

/* Where a mark has packets of one family alone, tunnels carry these to real servers of the other. */
static void find_tunnels_across(struct config *config, const uint32_t *group, size_t n)
{
    struct service *services = config->services.at;
    bool claims[FAMILIES] = {false, false};

    for (size_t i = 0; i < n; i++)
        for (int f = 0; f < FAMILIES; f++)
            claims[f] |= service_claims(&services[group[i]], (enum family)f);
    for (size_t i = 0; i < n && claims[IPV4] != claims[IPV6]; i++)
        if (service_more(&services[group[i]])->n_real_servers)
            services[group[i]].more->across = true;
}

static void lint_server_families(const struct services *services, const uint32_t *group, size_t n,
                                 struct diag *d)
{
    for (size_t i = 0; i < n; i++) {
        const struct service *s = &services->at[group[i]];
        bool reached[FAMILIES];

        for (int f = 0; f < FAMILIES; f++)
            reached[f] = servers_named(s, (enum family)f) ||
                         service_tunnels_across(s, (enum family)f == IPV4 ? IPV6 : IPV4);
        if (service_has(s, KEY_REAL_SERVER))
            lint_family_list(s, KEY_REAL_SERVER, reached, d);
    }
}

void lint_marks(struct config *config, struct diag *diag)
{
    const struct services *services = &config->services;

    if (config->special.n == 0) /* nothing can disagree, and nobody has real servers */
        return;
    struct mark_groups groups;
    mark_groups_make(&groups, config);
    for (size_t i = 0; i < groups.n; i++) {
        const struct mark_group *g = &groups.at[i];

        share_forwarding(config, g->services, g->n);
        lint_agreement(services, g->services, g->n, diag);
        lint_persistence(services, g->services, g->n, diag);
        lint_masks(services, g->services, g->n, diag);
        share_servers(config, g->services, g->n);
        find_tunnels_across(config, g->services, g->n);
        lint_server_families(services, g->services, g->n, diag);
    }
    mark_groups_free(&groups);
    config_index(config);
}
