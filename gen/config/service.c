/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/service.h"

const struct service_more service_more_default = {.forwarding = FORWARDING_NAT, .check = CHECK_NONE};

srcpos service_key_place(const struct service *s, enum service_key key, size_t *len)
{
    if (s->more && s->more->key_at[key] != SRC_NONE) {
        *len = strlen(service_key_name(key));
        return s->more->key_at[key];
    }
    *len = s->header_len;
    return s->at;
}

bool service_has_ports(const struct service *s)
{
    for (int i = 0; i < s->n_protocols; i++)
        if (proto_ops[s->protocols[i]].has_ports)
            return true;
    return false;
}

bool service_has_protocol(const struct service *s, enum proto p)
{
    for (int i = 0; i < s->n_protocols; i++)
        if (s->protocols[i] == p)
            return true;
    return false;
}

bool prefix_list_has(struct prefix_list list, enum family family)
{
    for (uint32_t i = 0; i < list.n; i++)
        if (list.at[i].family == family)
            return true;
    return false;
}

bool service_claims(const struct service *s, enum family family)
{
    bool protocol = false;

    for (int i = 0; i < s->n_protocols; i++)
        protocol |= family != IPV6 || proto_ops[s->protocols[i]].ipv6_matches;
    return protocol && prefix_list_has(s->vips, family) &&
           (!service_has(s, KEY_SOURCE) || prefix_list_has(service_more(s)->sources, family));
}

int service_tunneled(const struct service *s, enum family family)
{
    enum family other = family == IPV4 ? IPV6 : IPV4;

    if (service_claims(s, family))
        return (int)family;
    return service_more(s)->across && service_claims(s, other) ? (int)other : -1;
}

bool service_tunnels_across(const struct service *s, enum family family)
{
    const struct service_more *m = service_more(s);

    if (!m->across || service_tunneled(s, family) < 0 || service_claims(s, family))
        return false;
    for (uint32_t i = 0; i < m->n_real_servers; i++)
        if (m->real_servers[i].address.family == family &&
            real_server_forwarding(s, &m->real_servers[i]) == FORWARDING_TUN)
            return true;
    return false;
}
