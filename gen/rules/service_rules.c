/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/own_chain.h"
#include "lbgen/product.h"
#include "lbgen/protocol_number.h"
#include "lbgen/service_rules.h"
#include "lbgen/xalloc.h"

enum { SYNC_PORT = 8848 /* ip_vs_sync.c: IP_VS_SYNC_PORT */ };

static struct rule service_rule(const struct service *s, const char *chain, enum target target)
{
    return (struct rule){.chain = chain,
                         .target = target,
                         .icmp_type = -1,
                         .mark = s->mark,
                         .tag = s->name,
                         .tag_len = s->name_len};
}

/* What the service claims: the shape of its mark rules and of its accept rules. */
static struct product service_claim(const struct service *s, struct rule base)
{
    const struct service_more *m = service_more(s);

    return (struct product){
        .base = base,
        .protocols = s->protocols,
        .n_protocols = s->n_protocols,
        .dst = each_prefix(s->vips),
        .src = {.list = m->sources, .any = !service_has(s, KEY_SOURCE)},
        .in = {.list = m->interfaces, .any = !service_has(s, KEY_INTERFACE)},
        .out = any_interface,
        .ports = s->ports.at,
        .n_ports = s->ports.n,
    };
}

/* Marks what p claims, or sends it to the chain that does. */
static void emit_marked(const struct rule_target *t, const struct service *s, struct product *p)
{
    struct chain_name chain;

    if (service_more(s)->exclude_macs.n) {
        chain = exclusion_chain(s);
        p->base.target = TARGET_JUMP;
        p->base.jump = chain.text;
    }
    emit_product(t->sink, t->family, p);
}

void emit_marks(const struct rule_target *t, const struct service *s)
{
    struct product p = service_claim(s, service_rule(s, "PREROUTING", TARGET_MARK));

    emit_marked(t, s, &p);
}

static struct product vip_claim(const struct service *s, const struct prefix *vip, struct rule base)
{
    struct product p = service_claim(s, base);

    p.base.in_own_chain = true;
    p.dst = each_prefix((struct prefix_list){.at = vip, .n = 1});
    return p;
}

void emit_vip_marks(const struct rule_target *t, const struct service *s, const struct prefix *vip,
                    const char *chain)
{
    struct product p = vip_claim(s, vip, service_rule(s, chain, TARGET_MARK));

    emit_marked(t, s, &p);
}

void emit_exclusions(const struct rule_target *t, const struct service *s)
{
    const struct chain_name chain = exclusion_chain(s);
    struct rule rule = service_rule(s, chain.text, TARGET_RETURN);
    struct mac_list macs = s->more->exclude_macs;

    rule.in_own_chain = true;
    for (uint32_t i = 0; i < macs.n; i++) {
        rule.mac = &macs.at[i];
        t->sink->rule(t->sink->ctx, &rule);
    }
    rule.mac = NULL;
    rule.target = TARGET_MARK;
    t->sink->rule(t->sink->ctx, &rule);
}

static struct prefix only_vip(const struct service *s, enum family family)
{
    for (uint32_t i = 0; i < s->vips.n; i++)
        if (s->vips.at[i].family == family)
            return s->vips.at[i];
    return (struct prefix){.family = (uint8_t)family};
}

void emit_masquerade(const struct rule_target *t, const struct service *s)
{
    const struct service_more *m = service_more(s);
    struct product p = {
        .base = service_rule(s, "POSTROUTING", m->snat ? TARGET_SNAT : TARGET_MASQUERADE),
        .dst = any_prefix,
        .src = each_prefix(m->masquerade),
        .in = any_interface,
        .out = {.list = m->masquerade_out, .any = !service_has(s, KEY_MASQUERADE_OUT)},
        .ports = m->masquerade_ports.at,
        .n_ports = m->masquerade_ports.n,
    };
    uint8_t with_ports[PROTOS];

    if (m->snat)
        p.base.to = only_vip(s, t->family);
    if (service_has(s, KEY_MASQUERADE_PORTS)) {
        for (int i = 0; i < s->n_protocols; i++)
            if (proto_ops[s->protocols[i]].has_ports)
                with_ports[p.n_protocols++] = s->protocols[i];
        p.protocols = with_ports;
        p.base.side = PORTS_SOURCE;
    }
    emit_product(t->sink, t->family, &p);
}

static void emit_icmp(const struct rule_target *t, struct rule rule, struct prefix_axis src,
                      struct prefix_axis dst, const uint8_t *types)
{
    rule.protocol = family_ops[t->family].icmp;
    for (const uint8_t *type = types; *type; type++) {
        struct product p = {.base = rule, .src = src, .dst = dst, .in = any_interface, .out = any_interface};

        p.base.icmp_type = *type;
        emit_product(t->sink, t->family, &p);
    }
}

static void emit_accepted(const struct rule_target *t, const struct product *p)
{
    emit_product(t->sink, t->family, p);
    emit_icmp(t, p->base, any_prefix, p->dst, family_ops[t->family].path_mtu_types);
}

void emit_accepts(const struct rule_target *t, const struct service *s)
{
    const struct product p = service_claim(s, service_rule(s, "INPUT", TARGET_ACCEPT));

    emit_accepted(t, &p);
}

void emit_vip_accepts(const struct rule_target *t, const struct service *s, const struct prefix *vip,
                      const char *chain)
{
    const struct product p = vip_claim(s, vip, service_rule(s, chain, TARGET_ACCEPT));

    emit_accepted(t, &p);
}

/* The addresses of the real servers that are reached in one way; the caller frees them. */
static struct prefix_list servers_by(const struct service *s, enum forwarding forwarding)
{
    const struct service_more *m = service_more(s);
    struct prefix *at = xmalloc(m->n_real_servers * sizeof *at);
    uint32_t n = 0;

    for (uint32_t i = 0; i < m->n_real_servers; i++) {
        const struct real_server *r = &m->real_servers[i];

        if (real_server_forwarding(s, r) == forwarding)
            at[n++] = r->address;
    }
    return (struct prefix_list){.at = at, .n = n};
}

void emit_replies(const struct rule_target *t, const struct service *s)
{
    struct prefix_list servers = servers_by(s, FORWARDING_NAT);
    struct product p = service_claim(s, service_rule(s, "FORWARD", TARGET_ACCEPT));

    p.base.side = PORTS_SOURCE;
    p.dst = any_prefix;
    p.src = each_prefix(servers);
    p.in = any_interface;
    emit_product(t->sink, t->family, &p);
    free((void *)(uintptr_t)servers.at);
}

/* iptables-save names protocol 4 as /etc/protocols does ("ipencap", "ipv4"), and prints the number where it
 * has no name. */
static const char *tunnel_protocol(enum family carried)
{
    const char *name = protocol_file_name(carried == IPV4 ? 4 : 41);

    return name ? name : carried == IPV4 ? "4" : "41";
}

/* What IPVS sends to real servers, which passes OUTPUT: there go the ICMP messages to the VIPs, too, which it
 * hands on to the server that they are about; and as a VIP it tells clients itself what is too long for the
 * way to a real server. */
void emit_forwarded(const struct rule_target *t, const struct service *s)
{
    const enum family other = t->family == IPV4 ? IPV6 : IPV4;
    bool claims = service_claims(s, t->family); /* if not, there are only tunnels for the other family's */
    struct prefix_list nat = servers_by(s, FORWARDING_NAT), dr = servers_by(s, FORWARDING_DR),
                       tun = servers_by(s, FORWARDING_TUN);
    struct product p = service_claim(s, service_rule(s, "OUTPUT", TARGET_ACCEPT));

    p.src = any_prefix;
    p.in = any_interface;
    if (claims && prefix_list_has(dr, t->family))
        emit_accepted(t, &p);
    p.dst = each_prefix(nat);
    if (claims)
        emit_accepted(t, &p);
    if (prefix_list_has(tun, t->family)) {
        p.dst = each_prefix(tun);
        p.protocols = NULL;
        p.base.protocol = tunnel_protocol(claims ? t->family : other);
        emit_product(t->sink, t->family, &p);
    }
    if (claims && (prefix_list_has(nat, t->family) || prefix_list_has(dr, t->family) ||
                   prefix_list_has(tun, t->family) || service_tunnels_across(s, other)))
        emit_icmp(t, service_rule(s, "OUTPUT", TARGET_ACCEPT), each_prefix(s->vips), any_prefix,
                  family_ops[t->family].path_mtu_types);
    free((void *)(uintptr_t)nat.at);
    free((void *)(uintptr_t)dr.at);
    free((void *)(uintptr_t)tun.at);
}

bool vrrp_is_accepted(const struct vrrp *v, enum family family)
{
    return v->accept && (v->sources.n == 0 || prefix_list_has(v->sources, family));
}

void emit_vrrp(const struct rule_target *t, const struct vrrp *v, bool output)
{
    static const struct port_range sync_port = {SYNC_PORT, SYNC_PORT};
    struct interface_axis interfaces = {.list = v->interfaces, .any = v->interfaces.n == 0};
    struct product p = {
        .base = {.chain = output ? "OUTPUT" : "INPUT",
                 .protocol = "vrrp",
                 .target = TARGET_ACCEPT,
                 .icmp_type = -1,
                 .tag = "vrrp",
                 .tag_len = 4},
        .dst = any_prefix,
        .src = {.list = v->sources, .any = output || v->sources.n == 0},
        .in = output ? any_interface : interfaces,
        .out = output ? interfaces : any_interface,
    };

    if (!vrrp_is_accepted(v, t->family))
        return;
    emit_product(t->sink, t->family, &p);
    p.base.protocol = "ah";
    if (v->ah && t->family == IPV4)
        emit_product(t->sink, t->family, &p);
    p.protocols = (const uint8_t[]){PROTO_UDP};
    p.n_protocols = 1;
    p.ports = &sync_port;
    p.n_ports = 1;
    if (v->sync)
        emit_product(t->sink, t->family, &p);
}

void emit_neighbours(const struct rule_target *t, const struct service *s, const char *chain)
{
    emit_icmp(t, service_rule(s, chain, TARGET_ACCEPT), any_prefix, any_prefix,
              family_ops[t->family].neighbour_types);
}
