/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/lint_keepalived.h"
#include "lbgen/mark_groups.h"
#include "lbgen/xalloc.h"

/* The first two of the group's ports that differ, for the families of a virtual server. */
struct port_facts {
    const struct service *where; /* the service that has the second one */
    struct port_range first;
};

static bool look_at_ports(struct port_facts *facts, const struct service *s)
{
    for (uint32_t i = 0; service_has_ports(s) && i < s->ports.n; i++) {
        struct port_range r = s->ports.at[i];

        if (facts->first.high == 0)
            facts->first = r;
        if (r.low != r.high || r.low != facts->first.low || r.high != facts->first.high) {
            facts->where = s;
            return true;
        }
    }
    return false;
}

static const struct service *service_with_ports(const struct mark_groups *groups,
                                                const struct mark_group *group, unsigned families)
{
    struct port_facts facts = {0};

    for (size_t i = 0; i < group->n; i++) {
        const struct service *s = mark_group_service(groups, group, i);

        for (int f = 0; f < FAMILIES; f++)
            if ((families >> f & 1) && service_claims(s, (enum family)f)) {
                if (look_at_ports(&facts, s))
                    return s;
                break;
            }
    }
    return NULL;
}

void lint_keepalived_ports(const struct mark_groups *groups, const struct keepalived *k, struct diag *diag)
{
    for (size_t i = 0; i < k->n_marks; i++) {
        const struct ka_mark *m = &k->marks[i];
        const struct mark_group *group = mark_groups_find(groups, m->mark);
        const struct service *s;

        if (!group || m->families == FAMILY_BITS_BOTH || m->server->persistent != KA_NO ||
            m->server->hashed != KA_NO || !(s = service_with_ports(groups, group, m->families)))
            continue;
        diag_at(diag, SEVERITY_WARNING, m->place.at, m->place.len,
                "fwmark %u has several ports, but no persistence_timeout: a client's connections may go to "
                "different real servers",
                m->mark);
        diag_note(diag, s->at, "the ports of '%.*s' are here", s->name_len, s->name);
    }
}

void lint_keepalived_groups(const struct keepalived *k, struct diag *diag)
{
    for (size_t i = 0; i < k->n_ignored; i++) {
        const struct ka_virtual *server = k->ignored[i].server;
        bool empty = k->ignored[i].empty.at != SRC_NONE;

        diag_at(diag, SEVERITY_ERROR, server->place.at, server->place.len,
                "%s virtual_server_group '%s', so Keepalived ignores this virtual server",
                empty ? "nothing is in" : "there is no", server->group);
        if (empty)
            diag_note(diag, k->ignored[i].empty.at, "the group is here");
    }
}

static int by_address(const void *a, const void *b)
{
    const struct prefix *x = a, *y = b;

    if (x->family != y->family)
        return x->family < y->family ? -1 : 1;
    return address_compare(x->first, y->first);
}

static int by_prefix(const void *a, const void *b)
{
    const struct prefix *x = a, *y = b;
    int order = by_address(a, b);

    if (order)
        return order;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

struct prefixes {
    struct prefix *at;
    size_t n;
};

static struct prefixes vips_of(const struct services *services)
{
    struct prefixes all = {0};
    size_t n = 0;

    for (size_t i = 0; i < services->n; i++)
        n += services->at[i].vips.n;
    all.at = xmalloc(n * sizeof *all.at);
    for (size_t i = 0; i < services->n; i++)
        for (uint32_t v = 0; v < services->at[i].vips.n; v++)
            all.at[all.n++] = services->at[i].vips.at[v];
    qsort(all.at, all.n, sizeof *all.at, by_prefix);
    return all;
}

static struct prefixes addresses_of(const struct keepalived *k)
{
    struct prefixes all = {.at = xmalloc(k->n_addresses * sizeof *all.at), .n = k->n_addresses};

    for (size_t i = 0; i < all.n; i++)
        all.at[i] = k->addresses[i].address;
    qsort(all.at, all.n, sizeof *all.at, by_address);
    return all;
}

/* Whether an address lies inside the VIP: the first one that is not below it does, if any. */
static bool has_address(const struct prefixes *addresses, const struct prefix *vip)
{
    size_t low = 0, high = addresses->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (by_address(&addresses->at[middle], vip) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < addresses->n && addresses->at[low].family == vip->family &&
           prefix_contains(vip, &addresses->at[low]);
}

/* Without any vrrp_instance somebody else brings the addresses up. */
void lint_keepalived_vips(const struct config *config, const struct keepalived *k, struct diag *diag)
{
    if (k->n_instances == 0 || k->addresses_open)
        return;
    struct prefixes vips = vips_of(&config->services), addresses = addresses_of(k);
    for (size_t i = 0; i < vips.n; i++) {
        const struct prefix *vip = &vips.at[i];
        struct buf text = {0};

        if ((i && prefix_equal(vip, &vips.at[i - 1])) || has_address(&addresses, vip))
            continue;
        if (prefix_is_host(vip))
            address_print(&text, vip->family, vip->first);
        else
            prefix_print(&text, vip);
        diag_at(diag, SEVERITY_WARNING, vip->at, vip->text_len, "%s%s is in no virtual_ipaddress",
                prefix_is_host(vip) ? "" : "no address of ", buf_text(&text));
        diag_note(diag, k->instances[0].place.at, "the vrrp_instances begin here");
        buf_free(&text);
    }
    free(vips.at);
    free(addresses.at);
}

void lint_keepalived(const struct config *config, const struct keepalived *k,
                     const struct other_marks *others, struct diag *diag)
{
    struct mark_groups groups;

    mark_groups_make(&groups, config);
    lint_keepalived_marks(&groups, k, others, diag);
    lint_keepalived_ports(&groups, k, diag);
    lint_keepalived_groups(k, diag);
    mark_groups_free(&groups);
    lint_keepalived_vips(config, k, diag);
}
