/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/audit_keepalived.h"
#include "lbgen/compile.h"

struct audit {
    const struct config *config;
    struct walk_table *filter; /* of the family */
    enum family family;
    const struct ka_instance *instance;
    bool ah;
    bool interface_known;
    struct interface interface;
    struct diag *diag;
};

/* Why [vrrp] does not let a packet in; REASON_NONE: it does. */
enum reason { REASON_NONE, REASON_CLOSED, REASON_AH, REASON_FAMILY, REASON_INTERFACE, REASON_SOURCE };

static bool interface_listed(const struct audit *a)
{
    const struct interface_list *list = &a->config->vrrp.interfaces;

    if (list->n == 0 || !a->interface_known)
        return true;
    for (uint32_t i = 0; i < list->n; i++)
        if (interface_overlaps(&list->at[i], &a->interface))
            return true;
    return false;
}

/* peer NULL: one of the family, who knows which. */
static bool source_listed(const struct audit *a, const struct ka_peer *peer)
{
    const struct prefix_list *list = &a->config->vrrp.sources;

    if (list->n == 0 || !peer)
        return list->n == 0 || prefix_list_has(*list, a->family);
    for (uint32_t i = 0; i < list->n; i++)
        if (prefix_contains(&list->at[i], &peer->address))
            return true;
    return false;
}

static enum reason refused_by_vrrp(const struct audit *a, const struct ka_peer *peer)
{
    const struct vrrp *v = &a->config->vrrp;

    if (!v->accept)
        return REASON_CLOSED;
    if (a->ah && !v->ah)
        return REASON_AH;
    if (!source_listed(a, NULL))
        return REASON_FAMILY;
    if (!interface_listed(a))
        return REASON_INTERFACE;
    return source_listed(a, peer) ? REASON_NONE : REASON_SOURCE;
}

/* Whether [rules] may let the packet in. */
static bool rules_may_accept(const struct audit *a, const struct ka_peer *peer)
{
    struct flow flow = {.src = {.family = (uint8_t)a->family},
                        .dst = a->instance->to,
                        .no_out = true,
                        .outside = true,
                        .protocol = a->ah ? proto_ops[PROTO_AH].number : IP_PROTO_VRRP,
                        .sport = PORTS_ANY,
                        .dport = PORTS_ANY,
                        .states = 1U << STATE_NEW | 1U << STATE_ESTABLISHED};
    bool open = config_gives_policy(a->config, a->family, TABLE_FILTER, HOOK_INPUT) &&
                !config_policy_drops(a->config, a->family, TABLE_FILTER, HOOK_INPUT);

    if (peer)
        flow.src = peer->address;
    if (a->interface_known)
        flow.in = a->interface;
    unsigned outcome = walk(a->filter, hook_names[HOOK_INPUT], &flow);
    return outcome & (OUTCOME_ACCEPT | (open ? OUTCOME_END : 0U));
}

static void print_what(struct buf *out, const struct audit *a, const struct ka_peer *peer)
{
    buf_printf(out, "%s of vrrp_instance '%s'", a->ah ? "the authentication header (AH)" : "VRRP",
               a->instance->name);
    if (peer) {
        buf_str(out, " from ");
        address_print(out, a->family, peer->address.first);
    }
    if (a->interface_known)
        buf_printf(out, " on %s", a->interface.name);
}

static const char *note_text(enum reason reason)
{
    switch (reason) {
    case REASON_CLOSED: return "[vrrp] has accept = no";
    case REASON_AH: return "[vrrp] has no authentication = ah";
    case REASON_FAMILY: return "'source' of [vrrp] has nothing of the family";
    case REASON_INTERFACE: return "'interface' of [vrrp] does not list it";
    default: return "'source' of [vrrp] does not list it";
    }
}

static struct ka_place culprit(const struct audit *a, enum reason reason, const struct ka_peer *peer)
{
    if (reason == REASON_AH)
        return a->instance->ah_place;
    if (reason == REASON_INTERFACE)
        return a->instance->interface_place;
    return peer ? peer->place : a->instance->place;
}

/* Without [vrrp] its defaults hold: the note is at the input's beginning. */
static srcpos note_place(const struct vrrp *v, enum reason reason)
{
    if (reason == REASON_SOURCE && v->sources.n)
        return v->sources.at[0].at;
    return v->at == SRC_NONE ? 0 : v->at;
}

/* Returns false when the packets are refused for a reason that holds for every peer. */
static bool look_at_peer(const struct audit *a, const struct ka_peer *peer)
{
    enum reason reason = refused_by_vrrp(a, peer);
    struct ka_place at = culprit(a, reason, peer);
    struct buf what = {0};

    if (reason == REASON_NONE || rules_may_accept(a, peer))
        return true;
    print_what(&what, a, peer);
    diag_at(a->diag, SEVERITY_ERROR, at.at, at.len, "no rule lets in %s", buf_text(&what));
    diag_note(a->diag, note_place(&a->config->vrrp, reason), "%s", note_text(reason));
    buf_free(&what);
    return reason == REASON_SOURCE;
}

static void look_at_instance(struct audit *a)
{
    const struct ka_instance *i = a->instance;
    size_t len = i->interface ? strlen(i->interface) : 0;

    a->ah = i->ah == KA_YES;
    /* VRRP of a virtual MAC comes in on an interface of its own, or on both. */
    a->interface_known = len && len <= INTERFACE_MAX && !i->own_interface;
    memset(&a->interface, 0, sizeof a->interface);
    if (a->interface_known)
        memcpy(a->interface.name, i->interface, len);
    if (!i->unicast)
        look_at_peer(a, NULL);
    for (uint32_t p = 0; p < i->n_peers; p++)
        if (i->peers[p].address.family == a->family && !look_at_peer(a, &i->peers[p]))
            return;
}

void audit_keepalived(const struct config *config, const struct keepalived *k,
                      struct walk_table filter[FAMILIES], struct diag *diag)
{
    for (uint32_t i = 0; i < k->n_instances; i++) {
        const struct ka_instance *instance = &k->instances[i];
        enum family family = instance->families == FAMILY_BIT_6 ? IPV6 : IPV4;
        struct audit a = {.config = config,
                          .filter = &filter[family],
                          .family = family,
                          .instance = instance,
                          .diag = diag};

        if (instance->families && instance->ah != KA_OPEN)
            look_at_instance(&a);
    }
}
