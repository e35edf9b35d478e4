/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The filter table: VRRP, and what services with accept = yes have there. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/import_rules.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum { SYNC_PORT = 8848 };

#define TREE_PREFIX "lbgen-"

/* --- VRRP --- */

struct vrrp_rules {
    struct {
        struct product *at;
        size_t n, cap;
    } claims;
    struct {
        uint32_t *at; /* numbers in the chain */
        size_t n, cap;
    } rules;
};

static bool is_tag(const struct set_rule *rule, const char *tag)
{
    return rule->tag && strcmp(rule->tag, tag) == 0;
}

/* Interface and source of a rule that has nothing else but its protocol and ports. */
static bool claim_of(struct rules_import *import, const struct set_rule *rule, struct product *out)
{
    const struct seen_rule *r = rule->rule;
    struct prefix src = plain_prefix(&r->src.prefix);

    *out = (struct product){0};
    if (r->action != SEEN_ACCEPT || r->effect != EFFECT_NONE || import_rules_hitch(rule, false) ||
        r->dst.given || r->out.given)
        return false;
    if (r->src.given && src.len)
        out->axis[AXIS_SOURCES] = axis_enter(&import->lists, AXIS_SOURCES, &src, sizeof src);
    if (r->in.given && *r->in.interface.name)
        out->axis[AXIS_INTERFACES] =
            axis_enter(&import->lists, AXIS_INTERFACES, &r->in.interface, sizeof r->in.interface);
    return true;
}

enum vrrp_kind { KIND_VRRP, KIND_AH, KIND_SYNC, KINDS };

static enum vrrp_kind kind_of(const struct set_rule *rule)
{
    const struct seen_rule *r = rule->rule;

    if (!r->protocol_given || (rule->tag && !is_tag(rule, "vrrp")))
        return KINDS;
    if (r->protocol == IP_PROTO_VRRP && !r->n_ports)
        return KIND_VRRP;
    if (!rule->tag)
        return KINDS;
    if (r->protocol == proto_ops[PROTO_AH].number && !r->n_ports)
        return KIND_AH;
    if (r->protocol == proto_ops[PROTO_UDP].number && r->n_ports == 1 && r->ports[0].n == 1 &&
        r->ports[0].at[0].low == SYNC_PORT && r->ports[0].at[0].high == SYNC_PORT)
        return KIND_SYNC;
    return KINDS;
}

static void collect_vrrp(struct rules_import *import, uint32_t chain, struct vrrp_rules of[KINDS])
{
    const struct set_chain *input = &import->set.of[TABLE_FILTER].at[chain];

    for (uint32_t i = 0; i < input->n; i++) {
        enum vrrp_kind kind = kind_of(&input->at[i]);
        struct product claim;

        if (kind == KINDS || !claim_of(import, &input->at[i], &claim))
            continue;
        *VEC_ADD(&of[kind].claims) = claim;
        *VEC_ADD(&of[kind].rules) = i;
    }
}

static void put_vrrp_lists(struct rules_import *import, const struct product *p)
{
    struct buf b = {0};
    size_t n;
    const struct interface *in = axis_list(&import->lists, AXIS_INTERFACES, p->axis[AXIS_INTERFACES], &n);

    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s%s", i ? ", " : "", in[i].name);
    if (n)
        draft_vrrp(import->draft, "interface = %s", buf_text(&b));
    b.len = 0;
    const struct prefix *src = axis_list(&import->lists, AXIS_SOURCES, p->axis[AXIS_SOURCES], &n);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_str(&b, ", ");
        if (prefix_is_host(&src[i]))
            address_print(&b, (enum family)src[i].family, src[i].first);
        else
            prefix_print(&b, &src[i]);
    }
    if (n)
        draft_vrrp(import->draft, "source = %s", buf_text(&b));
    buf_free(&b);
}

static void carry_all(struct rules_import *import, uint32_t chain, const struct vrrp_rules *of)
{
    for (size_t i = 0; i < of->rules.n; i++)
        import_rules_carry(import, TABLE_FILTER, chain, of->rules.at[i]);
}

static bool same_claim(const struct vrrp_rules *a, const struct vrrp_rules *b)
{
    return b->claims.n == 1 && memcmp(a->claims.at, b->claims.at, sizeof *a->claims.at) == 0;
}

static void put_vrrp(struct rules_import *import, uint32_t chain, struct vrrp_rules of[KINDS])
{
    for (int k = 0; k < KINDS; k++)
        products_join(&import->lists, of[k].claims.at, &of[k].claims.n);
    if (of[KIND_VRRP].claims.n != 1) {
        draft_vrrp(import->draft, "accept = no");
        if (of[KIND_VRRP].claims.n)
            draft_remark(import->draft, &import->draft->vrrp_remarks,
                         "VRRP is accepted, but not on the same interfaces from all sources: those rules are "
                         "below.");
        return;
    }
    put_vrrp_lists(import, of[KIND_VRRP].claims.at);
    carry_all(import, chain, &of[KIND_VRRP]);
    if (same_claim(&of[KIND_VRRP], &of[KIND_AH])) {
        draft_vrrp(import->draft, "authentication = ah");
        carry_all(import, chain, &of[KIND_AH]);
    }
    if (same_claim(&of[KIND_VRRP], &of[KIND_SYNC])) {
        draft_vrrp(import->draft, "sync = yes");
        carry_all(import, chain, &of[KIND_SYNC]);
    }
}

void import_rules_vrrp(struct rules_import *import)
{
    uint32_t input = rule_set_find(&import->set, TABLE_FILTER, "INPUT"),
             output = rule_set_find(&import->set, TABLE_FILTER, "OUTPUT");
    struct vrrp_rules of[KINDS] = {0};

    if (input != NO_CHAIN)
        collect_vrrp(import, input, of);
    put_vrrp(import, input, of);
    for (int k = 0; k < KINDS; k++) {
        free(of[k].claims.at);
        free(of[k].rules.at);
    }
    /* Where OUTPUT drops, lbgen makes them of the same section. */
    for (uint32_t i = 0; output != NO_CHAIN && i < import->set.of[TABLE_FILTER].at[output].n; i++)
        if (is_tag(&import->set.of[TABLE_FILTER].at[output].at[i], "vrrp"))
            import_rules_carry(import, TABLE_FILTER, output, i);
}

/* --- services --- */

struct accepts {
    struct rules_import *import;
    struct key_table done;    /* tags that have accept = yes */
    struct key_table servers; /* tag, address */
    struct key_table served;  /* tags that have real servers */
};

static void set_all(struct rules_import *import, uint32_t first, enum service_key key, const char *value)
{
    for (uint32_t t = first; t; t = import->tagged.at[t - 1].next)
        draft_set(import->draft, import->tagged.at[t - 1].service, key, "%s", value);
}

/* A real server of the tag's services; `add`: where it is not known yet. Returns whether it is one,
 * and all of them have it. */
static bool take_server(struct accepts *a, uint32_t first, const struct seen_prefix *seen, const char *how,
                        bool add)
{
    struct {
        struct address address;
        uint64_t tag, how;
    } key = {.address = seen->prefix.first, .tag = first, .how = (uint64_t)how[0]};
    struct buf b = {0};

    if (!seen->given || !prefix_is_host(&seen->prefix))
        return false;
    if (!add)
        return key_table_has(&a->servers, &key, sizeof key);
    if (key_table_has(&a->servers, &key, sizeof key))
        return true;
    if (!draft_may_repeat(a->import->draft, a->import->tagged.at[first - 1].count - 1))
        return false;
    key_table_enter(&a->servers, &key, sizeof key);
    key_table_enter(&a->served, &first, sizeof first);
    address_print(&b, (enum family)seen->prefix.family, seen->prefix.first);
    buf_str(&b, how);
    set_all(a->import, first, KEY_REAL_SERVER, buf_text(&b));
    buf_free(&b);
    return true;
}

/* Whether the rule is one that accept = yes makes again, with what is set for it here. */
static bool take_accept(struct accepts *a, enum hook hook, const struct set_rule *rule, uint32_t first)
{
    const struct seen_rule *r = rule->rule;
    const uint8_t tunnel = a->import->family == IPV4 ? IP_PROTO_IPIP : IP_PROTO_IPV6;
    bool icmp = r->protocol_given && (r->protocol == IP_PROTO_ICMP || r->protocol == IP_PROTO_ICMPV6);

    if (r->action != SEEN_ACCEPT || r->effect != EFFECT_NONE)
        return false;
    if (hook == HOOK_INPUT) {
        if (key_table_add(&a->done, rule->tag, strlen(rule->tag)))
            set_all(a->import, first, KEY_ACCEPT, "yes");
        return true;
    }
    if (hook == HOOK_FORWARD)
        return take_server(a, first, &r->src, "", true);
    /* Neighbours; and what the director says as the VIP, for the sake of its real servers. */
    if (icmp && !r->dst.given)
        return !r->src.given || key_table_has(&a->served, &first, sizeof first);
    if (r->protocol_given && r->protocol == tunnel)
        return take_server(a, first, &r->dst, " forwarding tun", true);
    return take_server(a, first, &r->dst, "", false);
}

/* Where the walk goes on in a chain. */
struct place {
    uint32_t chain, rule;
};

struct path {
    struct place *at;
    size_t n, cap;
    bool *entered; /* by chain: each is walked once */
};

static void enter_chain(struct path *path, uint32_t chain)
{
    if (chain == NO_CHAIN || path->entered[chain])
        return;
    path->entered[chain] = true;
    *VEC_ADD(path) = (struct place){.chain = chain};
}

static void take_rule(struct accepts *a, enum hook hook, struct path *path, struct place at)
{
    const struct set_rule *rule = &a->import->set.of[TABLE_FILTER].at[at.chain].at[at.rule];
    uint32_t first = rule->tag ? import_rules_tagged(a->import, rule->tag) : 0;
    bool leads =
        rule->leads_to != NO_CHAIN && strncmp(rule->rule->jump, TREE_PREFIX, strlen(TREE_PREFIX)) == 0;

    if (leads)
        enter_chain(path, rule->leads_to);
    if (leads || (first && take_accept(a, hook, rule, first)))
        import_rules_carry(a->import, TABLE_FILTER, at.chain, at.rule);
}

/* The rules of a hook's chain, and of those of the dispatch tree that it leads to, in a packet's order. */
static void take_hook(struct accepts *a, enum hook hook)
{
    const struct rule_set *set = &a->import->set;
    const struct set_table *filter = &set->of[TABLE_FILTER];
    struct path path = {.entered = xcalloc(filter->n, sizeof *path.entered)};

    enter_chain(&path, rule_set_find(set, TABLE_FILTER, hook_names[hook]));
    while (path.n) {
        struct place *last = &path.at[path.n - 1];

        if (last->rule < filter->at[last->chain].n)
            take_rule(a, hook, &path, (struct place){last->chain, last->rule++});
        else
            path.n--;
    }
    free(path.at);
    free(path.entered);
}

void import_rules_accepts(struct rules_import *import)
{
    struct accepts a = {.import = import};

    take_hook(&a, HOOK_INPUT);
    take_hook(&a, HOOK_FORWARD);
    take_hook(&a, HOOK_OUTPUT);
    key_table_free(&a.done);
    key_table_free(&a.servers);
    key_table_free(&a.served);
}
