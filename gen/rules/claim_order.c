/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/claim_order.h"

/* --- overlap: false only where no packet can be meant by both --- */

static bool ports_meet(const struct port_list *a, const struct port_list *b)
{
    for (uint32_t i = 0; i < a->n; i++)
        for (uint32_t j = 0; j < b->n; j++)
            if (a->at[i].low <= b->at[j].high && b->at[j].low <= a->at[i].high)
                return true;
    return false;
}

static bool protocols_meet(const struct service *a, const struct service *b)
{
    for (int i = 0; i < a->n_protocols; i++)
        if (service_has_protocol(b, (enum proto)a->protocols[i]) &&
            (!proto_ops[a->protocols[i]].has_ports || ports_meet(&a->ports, &b->ports)))
            return true;
    return false;
}

static bool sources_meet(const struct service *a, const struct service *b, enum family family)
{
    const struct prefix_list x = service_more(a)->sources, y = service_more(b)->sources;

    if (!service_has(a, KEY_SOURCE) || !service_has(b, KEY_SOURCE))
        return true;
    for (uint32_t i = 0; i < x.n; i++)
        for (uint32_t j = 0; j < y.n; j++)
            if (x.at[i].family == family && prefix_overlaps(&x.at[i], &y.at[j]))
                return true;
    return false;
}

bool claims_commute(const struct service *a, const struct service *b, enum family family)
{
    const uint32_t shared = a->mark.mask & b->mark.mask;

    return !((a->mark.value ^ b->mark.value) & shared) || !protocols_meet(a, b) ||
           !sources_meet(a, b, family);
}

/* --- cover: true only where every packet of one is one of the other's --- */

static bool port_is_covered(struct port_range port, const struct port_list *by)
{
    for (uint32_t i = 0; i < by->n; i++)
        if (ports_is_any(by->at[i]) || (by->at[i].low <= port.low && port.high <= by->at[i].high))
            return true;
    return false;
}

static bool ports_are_covered(const struct port_list *ports, const struct port_list *by)
{
    for (uint32_t i = 0; i < ports->n; i++)
        if (!port_is_covered(ports->at[i], by))
            return false;
    return true;
}

static bool protocols_are_covered(const struct service *s, const struct service *by)
{
    for (int i = 0; i < s->n_protocols; i++)
        if (!service_has_protocol(by, (enum proto)s->protocols[i]) ||
            (proto_ops[s->protocols[i]].has_ports && !ports_are_covered(&s->ports, &by->ports)))
            return false;
    return true;
}

static bool has_source(const struct prefix_list *list, const struct prefix *source)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (prefix_contains(&list->at[i], source))
            return true;
    return false;
}

static bool sources_are_covered(const struct service *s, const struct service *by, enum family family)
{
    const struct prefix_list sources = service_more(s)->sources, outer = service_more(by)->sources;

    if (!service_has(by, KEY_SOURCE))
        return true;
    for (uint32_t i = 0; i < sources.n; i++)
        if (sources.at[i].family == family && !has_source(&outer, &sources.at[i]))
            return false;
    return service_has(s, KEY_SOURCE);
}

static bool has_interface(const struct interface_list *list, const struct interface *name)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (strcmp(list->at[i].name, name->name) == 0)
            return true;
    return false;
}

static bool interfaces_are_covered(const struct service *s, const struct service *by)
{
    const struct interface_list interfaces = service_more(s)->interfaces,
                                outer = service_more(by)->interfaces;

    if (!service_has(by, KEY_INTERFACE))
        return true;
    for (uint32_t i = 0; i < interfaces.n; i++)
        if (!has_interface(&outer, &interfaces.at[i]))
            return false;
    return service_has(s, KEY_INTERFACE);
}

bool claim_hides(const struct service *later, const struct service *earlier, enum family family)
{
    return !(earlier->mark.mask & ~later->mark.mask) && !service_more(later)->exclude_macs.n &&
           protocols_are_covered(earlier, later) && sources_are_covered(earlier, later, family) &&
           interfaces_are_covered(earlier, later);
}
