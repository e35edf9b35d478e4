/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/vec.h"
#include "lbgen/virtual_server.h"

static const char default_scheduler[] = "wlc";

void virtual_servers_begin(struct virtual_servers *all, const struct config *config,
                           const bool wants[FAMILIES])
{
    *all = (struct virtual_servers){0};
    memcpy(all->wants, wants, sizeof all->wants);
    mark_groups_make(&all->groups, config);
}

void virtual_servers_end(struct virtual_servers *all)
{
    mark_groups_free(&all->groups);
    free(all->services.at);
    free(all->servers.at);
}

void virtual_mask_print(struct buf *out, const struct virtual_server *v)
{
    if (v->family == IPV4)
        address_print(out, IPV4, (struct address){.high = (uint64_t)(UINT32_MAX << (32 - v->mask)) << 32});
    else
        buf_dec(out, v->mask);
}

const char *scheduler_flag_name(const char *scheduler, int flag)
{
    static const char *const names[][VIRTUAL_FLAGS] = {{"flag-1", "flag-2", "flag-3"},
                                                       {"sh-fallback", "sh-port", "flag-3"},
                                                       {"mh-fallback", "mh-port", "flag-3"}};

    return names[strcmp(scheduler, "sh") == 0 ? 1 : strcmp(scheduler, "mh") == 0 ? 2 : 0][flag];
}

static unsigned kernel_flags(const char *scheduler, unsigned flags)
{
    const bool sh = strcmp(scheduler, "sh") == 0, mh = strcmp(scheduler, "mh") == 0;
    unsigned fallback = SCHED_FLAG_1, port = SCHED_FLAG_2;

    if (sh) {
        fallback |= SCHED_SH_FALLBACK;
        port |= SCHED_SH_PORT;
    } else if (mh) {
        fallback |= SCHED_MH_FALLBACK;
        port |= SCHED_MH_PORT;
    }
    return (flags & fallback ? 1U : 0U) | (flags & port ? 2U : 0U) | (flags & SCHED_FLAG_3 ? 4U : 0U);
}

int virtual_family(const struct virtual_servers *all, const struct prefix *address,
                   enum forwarding forwarding)
{
    enum family own = (enum family)address->family, other = own == IPV4 ? IPV6 : IPV4;

    if (all->claims[own])
        return (int)own;
    return forwarding == FORWARDING_TUN && all->claims[other] ? (int)other : -1;
}

const struct service *virtual_speaker(const struct virtual_server *v, enum service_key key)
{
    for (size_t i = 0; i < v->n_services; i++)
        if (service_has(v->services[i], key))
            return v->services[i];
    return NULL;
}

static void take_settings(struct virtual_server *v)
{
    const struct service *s = virtual_speaker(v, KEY_SCHEDULER);
    const uint8_t bits = family_ops[v->family].bits;

    v->scheduler = s ? service_more(s)->scheduler : default_scheduler;
    s = virtual_speaker(v, KEY_SCHEDULER_FLAGS);
    v->flags = s ? kernel_flags(v->scheduler, service_more(s)->scheduler_flags) : 0;
    s = virtual_speaker(v, KEY_FORWARDING);
    v->forwarding = s ? service_more(s)->forwarding : FORWARDING_NAT;
    s = virtual_speaker(v, KEY_PERSISTENCE);
    v->persistence = s ? service_more(s)->persistence : 0;
    s = virtual_speaker(v, KEY_ONE_PACKET);
    v->one_packet = s && service_more(s)->one_packet;
    s = virtual_speaker(v, KEY_PERSISTENCE_MASK);
    v->mask = bits;
    if (s && v->persistence && service_more(s)->persistence_mask <= bits &&
        (v->family == IPV4 || !service_more(s)->persistence_mask_dotted))
        v->mask = service_more(s)->persistence_mask;
}

enum forwarding virtual_forwarding(const struct virtual_server *v, const struct service *s,
                                   const struct real_server *r)
{
    if (r->forwarding_given)
        return r->forwarding;
    return service_has(s, KEY_FORWARDING) ? service_more(s)->forwarding : v->forwarding;
}

/* The real servers that the service itself lists, as far as they are of this virtual server. */
static void take_servers(struct virtual_servers *all, const struct virtual_server *v, const struct service *s)
{
    const struct service_more *m = service_more(s);

    for (uint32_t i = 0; service_has(s, KEY_REAL_SERVER) && i < m->n_real_servers; i++) {
        const struct real_server *r = &m->real_servers[i];
        enum forwarding forwarding = virtual_forwarding(v, s, r);

        if (virtual_family(all, &r->address, forwarding) == (int)v->family)
            *VEC_ADD(&all->servers) =
                (struct virtual_real){.address = r->address, .weight = r->weight, .forwarding = forwarding};
    }
}

/* Services of the mark that have no packets of the family may list its real servers, too. */
static void collect_servers(struct virtual_servers *all, const struct mark_group *group,
                            struct virtual_server *v)
{
    all->servers.n = 0;
    for (size_t i = 0; i < v->n_services && all->servers.n == 0; i++)
        take_servers(all, v, v->services[i]);
    for (size_t i = 0; i < group->n && all->servers.n == 0; i++)
        take_servers(all, v, mark_group_service(&all->groups, group, i));
    v->servers = all->servers.at;
    v->n_servers = all->servers.n;
}

static void take_sorry_server(struct virtual_servers *all, struct virtual_server *v)
{
    for (size_t i = 0; i < v->n_services; i++) {
        const struct prefix *address = &service_more(v->services[i])->sorry_server;

        if (!service_has(v->services[i], KEY_SORRY_SERVER) ||
            virtual_family(all, address, v->forwarding) != (int)v->family)
            continue;
        all->sorry = (struct virtual_real){.address = *address, .weight = 1, .forwarding = v->forwarding};
        v->sorry = &all->sorry;
        return;
    }
}

static void look_at_group(struct virtual_servers *all, const struct mark_group *group)
{
    all->claims[IPV4] = all->claims[IPV6] = false;
    for (size_t i = 0; i < group->n; i++)
        for (int f = 0; f < FAMILIES; f++)
            all->claims[f] |= service_claims(mark_group_service(&all->groups, group, i), (enum family)f);
}

static void collect_services(struct virtual_servers *all, const struct mark_group *group,
                             struct virtual_server *v)
{
    all->services.n = 0;
    for (size_t i = 0; i < group->n; i++) {
        const struct service *s = mark_group_service(&all->groups, group, i);

        if (service_claims(s, v->family))
            *VEC_ADD(&all->services) = s;
    }
    v->services = all->services.at;
    v->n_services = all->services.n;
}

bool virtual_servers_next(struct virtual_servers *all, struct virtual_server *out)
{
    while (all->next < all->groups.n * FAMILIES) {
        const struct mark_group *group = &all->groups.at[all->next / FAMILIES];

        if (all->next % FAMILIES == 0)
            look_at_group(all, group);
        *out = (struct virtual_server){
            .group = group, .mark = group->mark, .family = (enum family)(all->next++ % FAMILIES)};
        if (!all->wants[out->family] || !all->claims[out->family])
            continue;
        collect_services(all, group, out);
        take_settings(out);
        collect_servers(all, group, out);
        take_sorry_server(all, out);
        return true;
    }
    return false;
}
