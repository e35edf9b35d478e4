/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Atoms become services. Those of one name and mark go into one group, which stands where its first atom
 * stood; an atom may join a group further up only when all that it must stay behind stands before that group.
 * Since a service's rules stand together, a group is a product of lists, or a few of them. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/import_rules.h"
#include "lbgen/vec.h"
#include "lbgen/import_virtual.h"
#include "lbgen/xalloc.h"

#define NO_GROUP UINT32_MAX

struct group {
    const struct mark_atom *first;
    uint32_t tag;
    bool override;
    struct {
        uint32_t *at; /* atoms */
        size_t n, cap;
    } members;
};

/* The last groups of a crowd: the atom that comes next must stay behind those of other marks. */
struct crowd_end {
    uint32_t group, other; /* the last one, and the last one with another mark than that; NO_GROUP: none */
    struct mark mark;      /* of `group` */
};

struct grouper {
    struct rules_import *import;
    struct atom_order order;
    struct key_table keys;
    struct {
        uint32_t *at; /* by key: its last group */
        size_t n, cap;
    } last;
    struct {
        struct group *at;
        size_t n, cap;
    } groups;
    uint32_t *group_of; /* by atom */
    struct crowd_end *crowds;
    bool *macs_put; /* by list: a service has it */
};

static uint32_t key_of(struct grouper *g, const struct mark_atom *a, uint32_t tag)
{
    const uint32_t key[] = {tag, a->mark.value, a->mark.mask, a->macs, a->any_protocol};

    uint32_t number = key_table_enter(&g->keys, key, sizeof key);
    if (number == g->last.n)
        *VEC_ADD(&g->last) = NO_GROUP;
    return number;
}

static uint32_t later_group(uint32_t a, uint32_t b)
{
    if (a == NO_GROUP || b == NO_GROUP)
        return a == NO_GROUP ? b : a;
    return a > b ? a : b;
}

/* The last group that the atom must stay behind; NO_GROUP: none. */
static uint32_t bound_of(const struct grouper *g, uint32_t atom)
{
    uint32_t bound = NO_GROUP, crowd = g->order.crowd[atom];

    for (uint32_t p = g->order.first[atom]; p; p = g->order.pairs.at[p - 1].next)
        bound = later_group(bound, g->group_of[g->order.pairs.at[p - 1].earlier]);
    if (crowd) {
        const struct crowd_end *end = &g->crowds[crowd - 1];
        bool same = end->group != NO_GROUP && mark_equal(end->mark, g->import->atoms.at[atom].mark);

        bound = later_group(bound, same ? end->other : end->group);
    }
    return bound;
}

static void note_crowd(struct grouper *g, uint32_t atom, uint32_t group)
{
    uint32_t crowd = g->order.crowd[atom];
    struct mark mark = g->import->atoms.at[atom].mark;

    if (!crowd)
        return;
    struct crowd_end *end = &g->crowds[crowd - 1];
    if (end->group == NO_GROUP || mark_equal(end->mark, mark)) {
        end->group = later_group(end->group, group);
        end->mark = mark;
    } else if (group > end->group) {
        end->other = end->group;
        end->group = group;
        end->mark = mark;
    } else {
        end->other = later_group(end->other, group);
    }
}

static void place(struct grouper *g, uint32_t atom)
{
    const struct mark_atom *a = &g->import->atoms.at[atom];
    uint32_t tag = key_table_enter(&g->import->tags, a->name, strlen(a->name));
    uint32_t key = key_of(g, a, tag), bound = bound_of(g, atom);
    uint32_t *last = &g->last.at[key];

    if (*last == NO_GROUP || (bound != NO_GROUP && bound >= *last)) {
        *last = (uint32_t)g->groups.n;
        *VEC_ADD(&g->groups) = (struct group){.first = a, .tag = tag};
    }
    struct group *group = &g->groups.at[*last];
    *VEC_ADD(&group->members) = atom;
    group->override |= bound != NO_GROUP;
    g->group_of[atom] = *last;
    note_crowd(g, atom, *last);
}

/* --- services --- */

static void set_prefixes(struct rules_import *import, struct draft_service *s, enum service_key key,
                         enum axis axis, uint32_t number)
{
    size_t n;
    const struct prefix *at = axis_list(&import->lists, axis, number, &n);
    struct buf b = {0};

    for (size_t i = 0; i < n; i++) {
        b.len = 0;
        if (prefix_is_host(&at[i]))
            address_print(&b, (enum family)at[i].family, at[i].first);
        else
            prefix_print(&b, &at[i]);
        draft_set(import->draft, s, key, "%s", buf_text(&b));
    }
    buf_free(&b);
}

static void set_protocols(struct rules_import *import, struct draft_service *s, const struct product *p,
                          uint32_t *protocols)
{
    static const uint8_t all4[] = {PROTO_TCP, PROTO_UDP, PROTO_SCTP, PROTO_ESP, PROTO_AH};
    size_t n;
    const uint8_t *at = axis_list(&import->lists, AXIS_PROTOCOLS, p->axis[AXIS_PROTOCOLS], &n);

    if (n == 0) {
        at = all4;
        n = import->family == IPV4 ? 5 : 4; /* AH is no protocol to ip6tables */
        draft_leave(import->draft, &s->remarks, SRC_NONE,
                    "other protocols than those that IPVS balances, such as icmp");
    }
    for (size_t i = 0; i < n; i++)
        *protocols |= 1U << at[i];
    for (size_t i = 0; i < n && !(n == 1 && at[0] == PROTO_TCP); i++)
        draft_set(import->draft, s, KEY_PROTOCOL, "%s", proto_ops[at[i]].name);
}

/* Sets `ports`, where some protocol has such. Returns the first one; 0: none in particular. */
static uint16_t set_ports(struct rules_import *import, struct draft_service *s, const struct product *p,
                          uint32_t protocols)
{
    size_t n;
    const struct port_range *at = axis_list(&import->lists, AXIS_PORTS, p->axis[AXIS_PORTS], &n);

    if (!(protocols & ~(1U << PROTO_ESP | 1U << PROTO_AH)))
        return 0;
    if (n == 0)
        draft_set(import->draft, s, KEY_PORTS, "any");
    for (size_t i = 0; i < n; i++)
        if (at[i].low == at[i].high)
            draft_set(import->draft, s, KEY_PORTS, "%u", at[i].low);
        else
            draft_set(import->draft, s, KEY_PORTS, "%u:%u", at[i].low, at[i].high);
    return n && at[0].low == at[0].high ? at[0].low : 0;
}

static void set_macs(struct grouper *g, struct draft_service *s, uint32_t number)
{
    struct rules_import *import = g->import;
    const struct key_entry *e = &import->macs.at[number];
    const struct mac *at = e->bytes;
    struct buf b = {0};
    size_t n = e->len / sizeof *at;

    if (g->macs_put[number] && !draft_may_repeat(import->draft, n)) {
        draft_leave(import->draft, &s->remarks, SRC_NONE,
                    "exclude-mac with the %zu addresses of another service: too many lines of too few", n);
        return;
    }
    g->macs_put[number] = true;
    for (size_t i = 0; i < n; i++) {
        b.len = 0;
        mac_print(&b, &at[i]);
        draft_set(import->draft, s, KEY_EXCLUDE_MAC, "%s", buf_text(&b));
    }
    buf_free(&b);
}

static void note_tag(struct rules_import *import, uint32_t tag, struct draft_service *s, uint32_t protocols)
{
    while (import->first.n <= tag) {
        *VEC_ADD(&import->first) = 0;
        *VEC_ADD(&import->last) = 0;
    }
    *VEC_ADD(&import->tagged) = (struct tagged){.service = s, .protocols = protocols};
    uint32_t number = (uint32_t)import->tagged.n;
    if (import->last.at[tag])
        import->tagged.at[import->last.at[tag] - 1].next = number;
    else
        import->first.at[tag] = number;
    import->last.at[tag] = number;
    import->tagged.at[import->first.at[tag] - 1].count++;
}

uint32_t import_rules_tagged(const struct rules_import *import, const char *tag)
{
    uint32_t number = key_table_find(&import->tags, tag, strlen(tag));

    return number < import->first.n ? import->first.at[number] : 0;
}

static void put_service(struct grouper *g, const struct group *group, const struct product *p)
{
    struct rules_import *import = g->import;
    const struct mark_atom *first = group->first;
    struct draft_service *s = draft_service(import->draft, first->name);
    const struct interface *in;
    uint32_t protocols = 0;
    size_t n;

    s->mark = first->mark;
    set_prefixes(import, s, KEY_VIP, AXIS_VIPS, p->axis[AXIS_VIPS]);
    set_protocols(import, s, p, &protocols);
    uint16_t port = set_ports(import, s, p, protocols);
    if (!*first->name && port)
        s->name = import_port_known(port);
    in = axis_list(&import->lists, AXIS_INTERFACES, p->axis[AXIS_INTERFACES], &n);
    for (size_t i = 0; i < n; i++)
        draft_set(import->draft, s, KEY_INTERFACE, "%s", in[i].name);
    set_prefixes(import, s, KEY_SOURCE, AXIS_SOURCES, p->axis[AXIS_SOURCES]);
    set_macs(g, s, first->macs);
    if (group->override)
        draft_set(import->draft, s, KEY_OVERRIDE, "yes");
    if (*first->name)
        note_tag(import, group->tag, s, protocols);
}

static void put_group(struct grouper *g, const struct group *group)
{
    struct rules_import *import = g->import;
    size_t n = group->members.n;
    struct product *products = xmalloc(n * sizeof *products);

    for (size_t i = 0; i < n; i++)
        products[i] = import->atoms.at[group->members.at[i]].claim;
    products_join(&import->lists, products, &n);
    for (size_t i = 0; i < n; i++)
        put_service(g, group, &products[i]);
    free(products);
}

void import_rules_group(struct rules_import *import)
{
    struct grouper g = {.import = import, .group_of = xcalloc(import->atoms.n, sizeof *g.group_of)};

    atom_order_make(import, &g.order);
    g.macs_put = xcalloc(import->macs.n, sizeof *g.macs_put);
    g.crowds = xcalloc(g.order.n_crowds, sizeof *g.crowds);
    for (uint32_t i = 0; i < g.order.n_crowds; i++)
        g.crowds[i].group = g.crowds[i].other = NO_GROUP;
    for (uint32_t i = 0; i < import->atoms.n; i++)
        place(&g, i);
    for (size_t i = 0; i < g.groups.n; i++) {
        put_group(&g, &g.groups.at[i]);
        free(g.groups.at[i].members.at);
    }
    free(g.groups.at);
    free(g.group_of);
    free(g.crowds);
    free(g.macs_put);
    free(g.last.at);
    key_table_free(&g.keys);
    atom_order_free(&g.order);
}
