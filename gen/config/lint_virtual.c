/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/lint_virtual.h"
#include "lbgen/virtual_server.h"

static void warn_at_key(struct diag *diag, const struct service *s, enum service_key key, const char *text)
{
    size_t len;
    srcpos at = service_key_place(s, key, &len);

    diag_at(diag, SEVERITY_WARNING, at, len, "%s", text);
}

/* A server in a family of which nothing carries the mark. */
static void report_left_out(struct diag *diag, const struct service *s, const struct prefix *address)
{
    diag_at(diag, SEVERITY_WARNING, address->at, address->text_len,
            "this server is left out: no service sets fwmark %u in %s", s->mark.value,
            family_ops[address->family].name);
}

static void look_for_left_out(const struct virtual_servers *all, const struct virtual_server *v,
                              struct diag *diag)
{
    for (size_t i = 0; i < v->n_services; i++) {
        const struct service *s = v->services[i];
        const struct service_more *m = service_more(s);

        for (uint32_t r = 0; service_has(s, KEY_REAL_SERVER) && r < m->n_real_servers; r++)
            if (virtual_family(all, &m->real_servers[r].address,
                               virtual_forwarding(v, s, &m->real_servers[r])) < 0)
                report_left_out(diag, s, &m->real_servers[r].address);
        if (service_has(s, KEY_SORRY_SERVER) && virtual_family(all, &m->sorry_server, v->forwarding) < 0)
            report_left_out(diag, s, &m->sorry_server);
    }
}

static void look_at_flags(const struct virtual_server *v, struct diag *diag)
{
    static const struct {
        uint8_t flags;
        const char *scheduler;
    } only[] = {{SCHED_SH_FALLBACK | SCHED_SH_PORT, "sh"}, {SCHED_MH_FALLBACK | SCHED_MH_PORT, "mh"}};
    const struct service *s = virtual_speaker(v, KEY_SCHEDULER_FLAGS);
    struct buf text = {0};

    for (int i = 0; s && i < 2; i++) {
        if (!(service_more(s)->scheduler_flags & only[i].flags) ||
            strcmp(v->scheduler, only[i].scheduler) == 0)
            continue;
        text.len = 0;
        buf_printf(&text, "the flags of scheduler %s are left out: fwmark %u has scheduler %s",
                   only[i].scheduler, v->mark, v->scheduler);
        warn_at_key(diag, s, KEY_SCHEDULER_FLAGS, buf_text(&text));
    }
    buf_free(&text);
}

static void look_at_mask(const struct virtual_servers *all, const struct virtual_server *v, struct diag *diag)
{
    const struct service *s = virtual_speaker(v, KEY_PERSISTENCE_MASK);
    struct buf text = {0};

    if (!s)
        return;
    if (!v->persistence)
        buf_str(&text, "'persistence-mask' does nothing without 'persistence'");
    else if (v->mask != service_more(s)->persistence_mask)
        buf_printf(&text, "this mask is none of %s, where each client of fwmark %u counts alone",
                   family_ops[v->family].name, v->mark);
    else if (v->family == IPV6 && all->claims[IPV4] && v->mask <= family_ops[IPV4].bits)
        buf_printf(&text,
                   "all IPv6 clients of a /%u count as one here; a section for the IPv6 VIPs alone "
                   "can have a mask of its own",
                   v->mask);
    if (text.len)
        warn_at_key(diag, s, KEY_PERSISTENCE_MASK, buf_text(&text));
    buf_free(&text);
}

static void look_at_sorry_server(const struct virtual_servers *all, const struct virtual_server *v,
                                 struct diag *diag)
{
    const struct service *s = virtual_speaker(v, KEY_SORRY_SERVER);
    struct buf text = {0};

    if (!s || v->sorry || virtual_family(all, &service_more(s)->sorry_server, v->forwarding) < 0)
        return;
    buf_printf(&text, "the sorry server is of the other family: fwmark %u has none in %s", v->mark,
               family_ops[v->family].name);
    warn_at_key(diag, s, KEY_SORRY_SERVER, buf_text(&text));
    buf_free(&text);
}

static bool differs(const struct service *a, const struct service *b, enum service_key key)
{
    const struct service_more *x = service_more(a), *y = service_more(b);

    switch (key) {
    case KEY_SCHEDULER_FLAGS: return x->scheduler_flags != y->scheduler_flags;
    case KEY_PERSISTENCE_MASK: return x->persistence_mask != y->persistence_mask;
    case KEY_ONE_PACKET: return x->one_packet != y->one_packet;
    default:
        return x->sorry_server.family == y->sorry_server.family &&
               !prefix_equal(&x->sorry_server, &y->sorry_server);
    }
}

static void look_at_weights(const struct virtual_server *v, struct diag *diag)
{
    const struct service *s = v->services[0];

    for (size_t i = 0; i < v->n_servers; i++)
        if (v->servers[i].weight)
            return;
    diag_at(diag, SEVERITY_WARNING, s->at, s->header_len,
            "all real servers of fwmark %u in %s have weight 0: none gets a new connection", v->mark,
            family_ops[v->family].name);
}

/* Keys that services of one mark may give different values; the first one counts. */
static void look_for_differences(const struct virtual_server *v, struct diag *diag)
{
    static const enum service_key keys[] = {KEY_SCHEDULER_FLAGS, KEY_PERSISTENCE_MASK, KEY_ONE_PACKET,
                                            KEY_SORRY_SERVER};

    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const struct service *first = virtual_speaker(v, keys[k]);
        size_t len;

        for (size_t i = 0; first && i < v->n_services; i++) {
            const struct service *s = v->services[i];

            if (!service_has(s, keys[k]) || !differs(first, s, keys[k]))
                continue;
            srcpos at = service_key_place(s, keys[k], &len);
            diag_at(diag, SEVERITY_WARNING, at, len,
                    "fwmark %u has one '%s' for all its services: that of '%.*s' counts, this one does not",
                    v->mark, service_key_name(keys[k]), first->name_len, first->name);
            diag_note(diag, service_key_place(first, keys[k], &len), "'%.*s' gives it here", first->name_len,
                      first->name);
        }
    }
}

void lint_virtual(const struct config *config, const bool wants[FAMILIES], struct diag *diag)
{
    struct virtual_servers all;
    struct virtual_server v;

    if (config->special.n == 0)
        return;
    virtual_servers_begin(&all, config, wants);
    while (virtual_servers_next(&all, &v)) {
        look_for_left_out(&all, &v, diag);
        if (v.n_servers == 0)
            continue;
        look_at_weights(&v, diag);
        look_at_flags(&v, diag);
        look_at_mask(&all, &v, diag);
        look_at_sorry_server(&all, &v, diag);
        look_for_differences(&v, diag);
    }
    virtual_servers_end(&all);
}
