/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/service.h"

static const struct service_more all_default = {
    .forwarding = FORWARDING_NAT, .persistence_mask = 0, .check = CHECK_NONE};

const struct service_more *service_more(const struct service *s)
{
    return s->more ? s->more : &all_default;
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
