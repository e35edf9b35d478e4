/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/compile.h"
#include "lbgen/own_chain.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum { SYNC_PORT = 8848 /* ip_vs_sync.c: IP_VS_SYNC_PORT */ };

/* A chain that is not built in, of the table at hand. */
struct user_chain {
    struct chain_name name;
    const struct service *exclusions; /* its exclude-mac; NULL: a chain of [rules] */
};

struct compiler {
    const struct config *config;
    const struct formed_rules *host;
    enum family family;
    const struct rule_sink *sink;
};

bool config_has_family(const struct config *config, enum family family)
{
    for (size_t i = 0; i < config->services.n; i++)
        if (prefix_list_has(config->services.at[i].vips, family))
            return true;
    return false;
}

static const struct host_policy *find_policy(const struct config *config, enum family family, enum table table,
                                             enum hook hook)
{
    for (size_t i = 0; i < config->policies.n; i++) {
        const struct host_policy *p = &config->policies.at[i];

        if (p->table == table && p->chain == hook && (p->families >> family & 1))
            return p;
    }
    return NULL;
}

bool config_policy_drops(const struct config *config, enum family family, enum table table, enum hook hook)
{
    const struct host_policy *p = find_policy(config, family, table, hook);

    return p && p->drop;
}

/* A list of prefixes or interfaces of which each makes a rule; `any`: one rule without such a match. */
struct prefix_axis {
    struct prefix_list list;
    bool any;
};
struct interface_axis {
    struct interface_list list;
    bool any;
};

/* Every combination makes a rule, in the order protocol, destination, source, interfaces. Ports go to protocols that have
 * some. Prefixes of the other family make none. */
struct product {
    struct rule base;
    const uint8_t *protocols; /* enum proto; NULL: base.protocol alone */
    uint8_t n_protocols;
    struct prefix_axis dst, src;
    struct interface_axis in, out;
    const struct port_range *ports;
    uint32_t n_ports;
};

static const struct prefix_axis any_prefix = {.any = true};
static const struct interface_axis any_interface = {.any = true};

static struct prefix_axis given_prefixes(struct prefix_list list)
{
    return (struct prefix_axis){.list = list, .any = false};
}

static void emit_interfaces(const struct compiler *c, const struct product *p, struct rule rule)
{
    for (uint32_t i = 0; i < (p->in.any ? 1 : p->in.list.n); i++)
        for (uint32_t o = 0; o < (p->out.any ? 1 : p->out.list.n); o++) {
            rule.in = p->in.any ? NULL : &p->in.list.at[i];
            rule.out = p->out.any ? NULL : &p->out.list.at[o];
            c->sink->rule(c->sink->ctx, &rule);
        }
}

static void emit_addresses(const struct compiler *c, const struct product *p, struct rule rule)
{
    for (uint32_t d = 0; d < (p->dst.any ? 1 : p->dst.list.n); d++) {
        rule.dst = p->dst.any ? NULL : &p->dst.list.at[d];
        if (rule.dst && rule.dst->family != c->family)
            continue;
        for (uint32_t s = 0; s < (p->src.any ? 1 : p->src.list.n); s++) {
            rule.src = p->src.any ? NULL : &p->src.list.at[s];
            if (!rule.src || rule.src->family == c->family)
                emit_interfaces(c, p, rule);
        }
    }
}

static void emit_product(const struct compiler *c, const struct product *p)
{
    struct rule rule = p->base;

    if (!p->protocols) {
        emit_addresses(c, p, rule);
        return;
    }
    for (int i = 0; i < p->n_protocols; i++) {
        const struct proto_ops *proto = &proto_ops[p->protocols[i]];

        if (c->family == IPV6 && !proto->ipv6_matches)
            continue;
        rule.protocol = proto->name;
        rule.port_match = proto->port_match;
        rule.ports = proto->has_ports ? p->ports : NULL;
        rule.n_ports = proto->has_ports ? p->n_ports : 0;
        emit_addresses(c, p, rule);
    }
}

/* --- one service ---------------------------------------------------------------------------------------------------- */

static struct rule service_rule(const struct service *s, const char *chain, enum target target)
{
    return (struct rule){
        .chain = chain, .target = target, .icmp_type = -1, .mark = s->mark, .tag = s->name, .tag_len = s->name_len};
}

/* What the service claims: the shape of its mark rules and of its accept rules. */
static struct product service_claim(const struct service *s, struct rule base)
{
    const struct service_more *m = service_more(s);

    return (struct product){
        .base = base,
        .protocols = s->protocols,
        .n_protocols = s->n_protocols,
        .dst = given_prefixes(s->vips),
        .src = {.list = m->sources, .any = !service_has(s, KEY_SOURCE)},
        .in = {.list = m->interfaces, .any = !service_has(s, KEY_INTERFACE)},
        .out = any_interface,
        .ports = s->ports.at,
        .n_ports = s->ports.n,
    };
}

static void emit_marks(const struct compiler *c, const struct service *s)
{
    struct product p = service_claim(s, service_rule(s, "PREROUTING", TARGET_MARK));
    struct chain_name chain;

    if (service_more(s)->exclude_macs.n) {
        chain = exclusion_chain(s);
        p.base.target = TARGET_JUMP;
        p.base.jump = chain.text;
    }
    emit_product(c, &p);
}

/* The body of the chain that leaves out some MAC addresses and marks the rest. */
static void emit_exclusions(const struct compiler *c, const struct user_chain *chain)
{
    const struct service *s = chain->exclusions;
    struct rule rule = service_rule(s, chain->name.text, TARGET_RETURN);
    struct mac_list macs = s->more->exclude_macs;

    rule.in_own_chain = true;
    for (uint32_t i = 0; i < macs.n; i++) {
        rule.mac = &macs.at[i];
        c->sink->rule(c->sink->ctx, &rule);
    }
    rule.mac = NULL;
    rule.target = TARGET_MARK;
    c->sink->rule(c->sink->ctx, &rule);
}

static struct prefix only_vip(const struct service *s, enum family family)
{
    for (uint32_t i = 0; i < s->vips.n; i++)
        if (s->vips.at[i].family == family)
            return s->vips.at[i];
    return (struct prefix){.family = (uint8_t)family};
}

static void emit_masquerade(const struct compiler *c, const struct service *s)
{
    const struct service_more *m = service_more(s);
    struct product p = {
        .base = service_rule(s, "POSTROUTING", m->snat ? TARGET_SNAT : TARGET_MASQUERADE),
        .dst = any_prefix,
        .src = given_prefixes(m->masquerade),
        .in = any_interface,
        .out = {.list = m->masquerade_out, .any = !service_has(s, KEY_MASQUERADE_OUT)},
        .ports = m->masquerade_ports.at,
        .n_ports = m->masquerade_ports.n,
    };
    uint8_t with_ports[PROTOS];

    if (m->snat)
        p.base.to = only_vip(s, c->family);
    if (service_has(s, KEY_MASQUERADE_PORTS)) {
        for (int i = 0; i < s->n_protocols; i++)
            if (proto_ops[s->protocols[i]].has_ports)
                with_ports[p.n_protocols++] = s->protocols[i];
        p.protocols = with_ports;
        p.base.side = PORTS_SOURCE;
    }
    emit_product(c, &p);
}

static void emit_icmp(const struct compiler *c, struct rule rule, struct prefix_axis vips, const uint8_t *types)
{
    rule.protocol = family_ops[c->family].icmp;
    for (const uint8_t *type = types; *type; type++) {
        struct product p = {.base = rule, .dst = vips, .src = any_prefix, .in = any_interface, .out = any_interface};

        p.base.icmp_type = *type;
        emit_product(c, &p);
    }
}

static void emit_accepts(const struct compiler *c, const struct service *s)
{
    struct product p = service_claim(s, service_rule(s, "INPUT", TARGET_ACCEPT));

    emit_product(c, &p);
    emit_icmp(c, p.base, p.dst, family_ops[c->family].path_mtu_types);
}

/* The addresses of the real servers that are reached in one way; the caller frees them. */
static struct prefix_list servers_by(const struct service *s, enum forwarding forwarding)
{
    const struct service_more *m = service_more(s);
    struct prefix *at = xmalloc(m->n_real_servers * sizeof *at);
    uint32_t n = 0;

    for (uint32_t i = 0; i < m->n_real_servers; i++) {
        const struct real_server *r = &m->real_servers[i];

        if ((r->forwarding_given ? r->forwarding : m->forwarding) == forwarding)
            at[n++] = r->address;
    }
    return (struct prefix_list){.at = at, .n = n};
}

static void emit_replies(const struct compiler *c, const struct service *s)
{
    struct prefix_list servers = servers_by(s, FORWARDING_NAT);
    struct product p = service_claim(s, service_rule(s, "FORWARD", TARGET_ACCEPT));

    p.base.side = PORTS_SOURCE;
    p.dst = any_prefix;
    p.src = given_prefixes(servers);
    p.in = any_interface;
    emit_product(c, &p);
    free((void *)(uintptr_t)servers.at);
}

/* iptables-save names protocol 4 as /etc/protocols does ("ipencap", "ipv4"), and prints the number where it has no name. */
static const char *tunnel_protocol(enum family family)
{
    int number = family == IPV4 ? 4 : 41;
    const struct protoent *entry = getprotobynumber(number);

    return entry ? entry->p_name : family == IPV4 ? "4" : "41";
}

/* What IPVS sends to real servers, which passes OUTPUT. */
static void emit_forwarded(const struct compiler *c, const struct service *s)
{
    struct prefix_list nat = servers_by(s, FORWARDING_NAT), dr = servers_by(s, FORWARDING_DR),
                       tun = servers_by(s, FORWARDING_TUN);
    struct product p = service_claim(s, service_rule(s, "OUTPUT", TARGET_ACCEPT));

    p.src = any_prefix;
    p.in = any_interface;
    if (dr.n)
        emit_product(c, &p);
    p.dst = given_prefixes(nat);
    emit_product(c, &p);
    p.dst = given_prefixes(tun);
    p.protocols = NULL;
    p.base.protocol = tunnel_protocol(c->family);
    emit_product(c, &p);
    free((void *)(uintptr_t)nat.at);
    free((void *)(uintptr_t)dr.at);
    free((void *)(uintptr_t)tun.at);
}

/* --- one chain ------------------------------------------------------------------------------------------------------ */

static void emit_vrrp(const struct compiler *c, bool output)
{
    static const struct port_range sync_port = {SYNC_PORT, SYNC_PORT};
    const struct vrrp *v = &c->config->vrrp;
    struct interface_axis interfaces = {.list = v->interfaces, .any = v->interfaces.n == 0};
    struct product p = {
        .base = {.chain = output ? "OUTPUT" : "INPUT", .protocol = "vrrp", .target = TARGET_ACCEPT, .icmp_type = -1,
                 .tag = "vrrp", .tag_len = 4},
        .dst = any_prefix,
        .src = {.list = v->sources, .any = output || v->sources.n == 0},
        .in = output ? any_interface : interfaces,
        .out = output ? interfaces : any_interface,
    };

    if (!v->accept)
        return;
    emit_product(c, &p);
    p.base.protocol = "ah";
    if (v->ah && c->family == IPV4)
        emit_product(c, &p);
    p.protocols = (const uint8_t[]){PROTO_UDP};
    p.n_protocols = 1;
    p.ports = &sync_port;
    p.n_ports = 1;
    if (v->sync)
        emit_product(c, &p);
}

/* The host's rules of one chain, as they are. */
static void emit_host_rules(const struct compiler *c, enum table table, const char *chain, bool own)
{
    for (size_t i = 0; i < c->host->n; i++) {
        const struct formed_rule *f = &c->host->at[i];
        struct rule rule = {.chain = chain, .icmp_type = -1, .tag = "rules", .tag_len = 5, .in_own_chain = own};

        if (f->table != table || strcmp(f->chain, chain) != 0)
            continue;
        rule.text = f->text;
        rule.text_len = strlen(f->text);
        rule.head_len = f->head_len;
        c->sink->rule(c->sink->ctx, &rule);
    }
}

static void emit_services(const struct compiler *c, void (*emit)(const struct compiler *, const struct service *),
                          bool (*wanted)(const struct compiler *, const struct service *))
{
    for (size_t i = 0; i < c->config->services.n; i++)
        if (wanted(c, &c->config->services.at[i]))
            emit(c, &c->config->services.at[i]);
}

static bool has_vips(const struct compiler *c, const struct service *s)
{
    return prefix_list_has(s->vips, c->family);
}

static bool masquerades(const struct compiler *c, const struct service *s)
{
    return prefix_list_has(service_more(s)->masquerade, c->family);
}

static bool accepts(const struct compiler *c, const struct service *s)
{
    return service_more(s)->accept && prefix_list_has(s->vips, c->family);
}

/* Neighbour discovery, without which no IPv6 packet finds its way; once, in the name of the first service that accepts. */
static void emit_neighbours(const struct compiler *c, const char *chain)
{
    for (size_t i = 0; i < c->config->services.n; i++) {
        const struct service *s = &c->config->services.at[i];

        if (!accepts(c, s))
            continue;
        emit_icmp(c, service_rule(s, chain, TARGET_ACCEPT), any_prefix, family_ops[c->family].neighbour_types);
        return;
    }
}

static void emit_chain(const struct compiler *c, enum table table, enum hook hook)
{
    if (table == TABLE_MANGLE && hook == HOOK_PREROUTING)
        emit_services(c, emit_marks, has_vips);
    if (table == TABLE_NAT && hook == HOOK_POSTROUTING)
        emit_services(c, emit_masquerade, masquerades);
    if (table == TABLE_FILTER && hook == HOOK_INPUT) {
        emit_vrrp(c, false);
        emit_neighbours(c, "INPUT");
        emit_services(c, emit_accepts, accepts);
    }
    if (table == TABLE_FILTER && hook == HOOK_FORWARD)
        emit_services(c, emit_replies, accepts);
    if (table == TABLE_FILTER && hook == HOOK_OUTPUT &&
        config_policy_drops(c->config, c->family, TABLE_FILTER, HOOK_OUTPUT)) {
        emit_vrrp(c, true);
        emit_neighbours(c, "OUTPUT");
        emit_services(c, emit_forwarded, accepts);
    }
    emit_host_rules(c, table, hook_names[hook], false);
}

/* --- one table ------------------------------------------------------------------------------------------------------ */

struct user_chains {
    struct user_chain *at;
    size_t n, cap;
};

static int by_chain_name(const void *a, const void *b)
{
    return strcmp(((const struct user_chain *)a)->name.text, ((const struct user_chain *)b)->name.text);
}

static void add_host_chain(struct user_chains *chains, const char *name, size_t len)
{
    struct user_chain *chain = VEC_ADD(chains);

    *chain = (struct user_chain){0};
    memcpy(chain->name.text, name, len <= CHAIN_NAME_MAX ? len : CHAIN_NAME_MAX);
}

/* The table's user chains, sorted as iptables-save does, each once. */
static struct user_chains collect_user_chains(const struct compiler *c, enum table table)
{
    struct user_chains chains = {0};
    size_t kept = 0;

    for (size_t i = 0; table == TABLE_MANGLE && i < c->config->services.n; i++) {
        const struct service *s = &c->config->services.at[i];

        if (service_more(s)->exclude_macs.n && has_vips(c, s))
            *VEC_ADD(&chains) = (struct user_chain){.name = exclusion_chain(s), .exclusions = s};
    }
    for (size_t i = 0; i < c->host->n; i++) {
        const struct formed_rule *f = &c->host->at[i];

        if (f->table != table)
            continue;
        if (chain_is_own(f->chain, strlen(f->chain)))
            add_host_chain(&chains, f->chain, strlen(f->chain));
        if (chain_is_own(f->jump, strlen(f->jump)))
            add_host_chain(&chains, f->jump, strlen(f->jump));
    }
    if (chains.n)
        qsort(chains.at, chains.n, sizeof *chains.at, by_chain_name);
    for (size_t i = 0; i < chains.n; i++)
        if (kept == 0 || by_chain_name(&chains.at[kept - 1], &chains.at[i]) != 0)
            chains.at[kept++] = chains.at[i];
    chains.n = kept;
    return chains;
}

static bool any_service(const struct compiler *c, bool (*wanted)(const struct compiler *, const struct service *))
{
    for (size_t i = 0; i < c->config->services.n; i++)
        if (wanted(c, &c->config->services.at[i]))
            return true;
    return false;
}

/* Whether something goes into the table. */
static bool table_is_used(const struct compiler *c, enum table table)
{
    for (size_t i = 0; i < c->host->n; i++)
        if (c->host->at[i].table == table)
            return true;
    for (int hook = 0; hook < HOOKS; hook++)
        if (find_policy(c->config, c->family, table, (enum hook)hook))
            return true;
    switch (table) {
    case TABLE_MANGLE: return any_service(c, has_vips);
    case TABLE_NAT: return any_service(c, masquerades);
    case TABLE_FILTER: return c->config->vrrp.accept || any_service(c, accepts);
    default: return false;
    }
}

static void emit_table(const struct compiler *c, enum table table)
{
    struct user_chains chains = collect_user_chains(c, table);

    c->sink->table(c->sink->ctx, table);
    for (int hook = 0; hook < HOOKS; hook++)
        if (table_has_hook(table, (enum hook)hook)) {
            bool drops = config_policy_drops(c->config, c->family, table, (enum hook)hook);

            c->sink->chain(c->sink->ctx, hook_names[hook], drops ? "DROP" : "ACCEPT");
        }
    for (size_t i = 0; i < chains.n; i++)
        c->sink->chain(c->sink->ctx, chains.at[i].name.text, "-");
    for (int hook = 0; hook < HOOKS; hook++)
        if (table_has_hook(table, (enum hook)hook))
            emit_chain(c, table, (enum hook)hook);
    for (size_t i = 0; i < chains.n; i++)
        if (chains.at[i].exclusions)
            emit_exclusions(c, &chains.at[i]);
        else
            emit_host_rules(c, table, chains.at[i].name.text, true);
    c->sink->end(c->sink->ctx);
    free(chains.at);
}

void compile(const struct config *config, const struct formed_rules *host, enum family family,
             const struct rule_sink *sink)
{
    const struct compiler c = {.config = config, .host = host, .family = family, .sink = sink};

    for (int table = 0; table < TABLES; table++)
        if (table_is_used(&c, (enum table)table))
            emit_table(&c, (enum table)table);
}
