/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat's POSTROUTING: what services have there that masquerade. The first rule that matches a packet takes it,
 * so the services must make these rules in the order in which they are here; from where that ends, the rules
 * are left for [rules], whose stand behind those of services. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/import_rules.h"
#include "lbgen/save_lex.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

/* A rule of a tag; the sources stand on the axis of VIPs, the interfaces where it leaves on that of
 * interfaces. */
struct nat_rule {
    uint32_t first; /* of the tag's services */
    uint32_t rule;  /* its number in the chain */
    const char *to; /* of SNAT; "": MASQUERADE */
    struct product claim;
};

struct nat_rules {
    struct nat_rule *at;
    size_t n, cap;
};

static const char *snat_address(struct rules_import *import, const struct set_rule *rule)
{
    struct save_lexer lexer = {.text = rule->text, .len = rule->text_len};
    const char *word;

    while ((word = save_next_word(&lexer, &import->draft->mem)))
        if (strcmp(word, "--to-source") == 0)
            return save_next_word(&lexer, &import->draft->mem);
    return NULL;
}

static bool find_protocol(uint8_t number, uint8_t *out)
{
    for (int p = 0; p < PROTOS; p++)
        if (proto_ops[p].number == number) {
            *out = (uint8_t)p;
            return true;
        }
    return false;
}

/* False where services.ini can't say these ports: it has no port 0. */
static bool enter_ports(struct axis_lists *lists, const struct seen_ports *ports, struct product *claim)
{
    if (import_rules_any_port(ports))
        return true;
    for (uint32_t i = 0; i < ports->n; i++)
        if (ports->at[i].low == 0)
            return false;
    claim->axis[AXIS_PORTS] = axis_enter(lists, AXIS_PORTS, ports->at, ports->n * sizeof *ports->at);
    return true;
}

static bool read_rule(struct rules_import *import, const struct set_rule *rule, struct nat_rule *out)
{
    const struct seen_rule *r = rule->rule;
    struct axis_lists *lists = &import->lists;
    struct prefix src = plain_prefix(&r->src.prefix);
    uint8_t protocol;

    if (r->effect != EFFECT_NEW_SOURCE || import_rules_hitch(rule, true) || r->dst.given || r->in.given ||
        !r->src.given)
        return false;
    out->to = "";
    if (strcmp(r->jump, "SNAT") == 0)
        out->to = snat_address(import, rule);
    else if (strcmp(r->jump, "MASQUERADE") != 0)
        return false;
    out->claim = (struct product){0};
    out->claim.axis[AXIS_VIPS] = axis_enter(lists, AXIS_VIPS, &src, sizeof src);
    if (r->out.given && *r->out.interface.name)
        out->claim.axis[AXIS_INTERFACES] =
            axis_enter(lists, AXIS_INTERFACES, &r->out.interface, sizeof r->out.interface);
    if (r->n_ports && !enter_ports(lists, &r->ports[0], &out->claim))
        return false;
    if (r->protocol_given && !find_protocol(r->protocol, &protocol))
        return false;
    if (r->protocol_given)
        out->claim.axis[AXIS_PROTOCOLS] = axis_enter(lists, AXIS_PROTOCOLS, &protocol, 1);
    return out->to != NULL;
}

static void collect(struct rules_import *import, uint32_t chain, struct nat_rules *rules)
{
    const struct set_chain *c = &import->set.of[TABLE_NAT].at[chain];

    for (uint32_t i = 0; i < c->n; i++) {
        const struct set_rule *rule = &c->at[i];
        struct nat_rule out = {.rule = i};

        if (!rule->rule->tag)
            continue;
        out.first = import_rules_tagged(import, rule->rule->tag);
        if (!out.first || !read_rule(import, rule, &out))
            break;
        *VEC_ADD(rules) = out;
    }
}

/* Whether the service has this one VIP and no other: SNAT writes it. */
static bool has_only_vip(const struct draft_service *s, const char *vip)
{
    size_t n = 0;
    bool same = false;

    for (uint32_t i = 0; i < s->n_values; i++)
        if (s->values[i].key == KEY_VIP) {
            n++;
            same = strcmp(s->values[i].text, vip) == 0;
        }
    return n == 1 && same;
}

/* The service that makes these rules, one whose protocols with ports they have: its number in tagged + 1; 0:
 * none. */
static uint32_t service_for(const struct rules_import *import, uint32_t first, const struct product *p,
                            const char *to)
{
    uint32_t with_ports = 0, wanted = 0;
    size_t n;
    const uint8_t *protocols = axis_list(&import->lists, AXIS_PROTOCOLS, p->axis[AXIS_PROTOCOLS], &n);

    for (int i = 0; i < PROTOS; i++)
        with_ports |= (uint32_t)proto_ops[i].has_ports << i;
    for (size_t i = 0; i < n; i++)
        wanted |= 1U << protocols[i];
    for (uint32_t t = first; t; t = import->tagged.at[t - 1].next) {
        const struct tagged *tagged = &import->tagged.at[t - 1];

        if ((n == 0 || (tagged->protocols & with_ports) == wanted) &&
            (!*to || has_only_vip(tagged->service, to)))
            return t;
    }
    return 0;
}

static void put(struct rules_import *import, struct draft_service *s, const struct product *p, const char *to)
{
    size_t n;
    struct draft *d = import->draft;
    const struct prefix *src = axis_list(&import->lists, AXIS_VIPS, p->axis[AXIS_VIPS], &n);
    struct buf b = {0};

    for (size_t i = 0; i < n; i++) {
        b.len = 0;
        prefix_print(&b, &src[i]);
        draft_set(d, s, KEY_MASQUERADE, "%s", buf_text(&b));
    }
    buf_free(&b);
    const struct port_range *ports = axis_list(&import->lists, AXIS_PORTS, p->axis[AXIS_PORTS], &n);
    if (n == 0 && p->axis[AXIS_PROTOCOLS])
        draft_set(d, s, KEY_MASQUERADE_PORTS, "any");
    for (size_t i = 0; i < n; i++)
        if (ports[i].low == ports[i].high)
            draft_set(d, s, KEY_MASQUERADE_PORTS, "%u", ports[i].low);
        else
            draft_set(d, s, KEY_MASQUERADE_PORTS, "%u:%u", ports[i].low, ports[i].high);
    const struct interface *out = axis_list(&import->lists, AXIS_INTERFACES, p->axis[AXIS_INTERFACES], &n);
    for (size_t i = 0; i < n; i++)
        draft_set(d, s, KEY_MASQUERADE_OUT, "%s", out[i].name);
    if (*to)
        draft_set(d, s, KEY_SNAT, "yes");
}

/* The rules of one tag, which are a service's where they are one product. Returns its number in tagged + 1;
 * 0: there is none behind number `behind`, and nothing was done. */
static uint32_t take_tag(struct rules_import *import, uint32_t chain, const struct nat_rule *rules, size_t n,
                         uint32_t behind)
{
    struct product *claims = xmalloc(n * sizeof *claims);
    uint32_t service = 0;
    size_t left = n;
    bool same = true;

    for (size_t i = 0; i < n; i++) {
        claims[i] = rules[i].claim;
        same = same && strcmp(rules[i].to, rules[0].to) == 0;
    }
    products_join(&import->lists, claims, &left);
    if (same && left == 1)
        service = service_for(import, rules[0].first, claims, rules[0].to);
    if (service <= behind)
        service = 0;
    if (service)
        put(import, import->tagged.at[service - 1].service, claims, rules[0].to);
    for (size_t i = 0; service && i < n; i++)
        import_rules_carry(import, TABLE_NAT, chain, rules[i].rule);
    free(claims);
    return service;
}

void import_rules_masquerade(struct rules_import *import)
{
    uint32_t chain = rule_set_find(&import->set, TABLE_NAT, "POSTROUTING"), last = 0;
    struct nat_rules rules = {0};

    if (chain != NO_CHAIN)
        collect(import, chain, &rules);
    for (size_t i = 0, end; i < rules.n; i = end) {
        for (end = i + 1; end < rules.n && rules.at[end].first == rules.at[i].first; end++)
            ;
        last = take_tag(import, chain, rules.at + i, end - i, last);
        if (!last)
            break;
    }
    free(rules.at);
}
