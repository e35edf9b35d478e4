/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/lint.h"
#include "lbgen/lint_repeats.h"

#define AT_HEADER(s) (s)->at, (s)->header_len

static int shown(const struct service *s)
{
    return s->name_len;
}

static void lint_missing(const struct service *s, struct diag *d)
{
    static const struct {
        enum service_key key;
        const char *example;
    } needed[] = {{KEY_VIP, "192.0.2.10"}, {KEY_PORTS, "80, 443"}, {KEY_FWMARK, "80"}};

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!service_has(s, needed[i].key) && (needed[i].key != KEY_PORTS || service_has_ports(s)))
            diag_at(d, SEVERITY_ERROR, AT_HEADER(s), "service '%.*s' has no '%s': add a line such as %s = %s",
                    shown(s), s->name, service_key_name(needed[i].key), service_key_name(needed[i].key),
                    needed[i].example);
    if (service_has(s, KEY_PORTS) && s->n_protocols && !service_has_ports(s))
        diag_at(d, SEVERITY_ERROR, s->ports_at ? s->ports_at : s->at,
                s->ports_at ? strlen("ports") : s->header_len,
                "service '%.*s' has ports, but esp and ah have none: leave 'ports' out, or add a protocol",
                shown(s), s->name);
}

/* A mark written without a mask gets the one of [lbgen]. */
static void settle_mark(struct service *s, uint32_t default_mask, struct diag *d)
{
    if (s->mark.value == 0 || s->mark_has_mask)
        return;
    s->mark.mask = default_mask;
    if (s->mark.value & ~default_mask)
        diag_at(
            d, SEVERITY_ERROR, s->fwmark_at, s->fwmark_len,
            "fwmark 0x%x has bits outside fwmark-mask 0x%x: give it a mask of its own, as in 0x%x/0xffffffff",
            s->mark.value, default_mask, s->mark.value);
}

void lint_family_list(const struct service *s, enum service_key key, const bool in_list[FAMILIES],
                      struct diag *d)
{
    size_t len;

    if (!in_list[IPV4] && !in_list[IPV6])
        return;
    for (int f = 0; f < FAMILIES; f++)
        if (!in_list[f] && prefix_list_has(s->vips, (enum family)f)) {
            srcpos at = service_key_place(s, key, &len);

            diag_at(d, SEVERITY_WARNING, at, len,
                    "'%s' of service '%.*s' has nothing of %s, so its %s VIPs get no rule from it",
                    service_key_name(key), shown(s), s->name, family_ops[f].name, family_ops[f].name);
        }
}

static void lint_prefix_list(const struct service *s, enum service_key key, struct prefix_list list,
                             struct diag *d)
{
    const bool in_list[FAMILIES] = {prefix_list_has(list, IPV4), prefix_list_has(list, IPV6)};

    lint_family_list(s, key, in_list, d);
}

static void lint_families(const struct service *s, const struct service_more *m, struct diag *d)
{
    lint_prefix_list(s, KEY_SOURCE, m->sources, d);
    lint_prefix_list(s, KEY_MASQUERADE, m->masquerade, d);
}

/* SNAT needs the one address that it writes. */
static void lint_snat(const struct service *s, const struct service_more *m, struct diag *d)
{
    size_t len;
    srcpos at = service_key_place(s, KEY_SNAT, &len);

    for (int f = 0; m->snat && f < FAMILIES; f++) {
        int hosts = 0, all = 0;

        if (!prefix_list_has(m->masquerade, (enum family)f))
            continue;
        for (uint32_t i = 0; i < s->vips.n; i++)
            if (s->vips.at[i].family == f) {
                all++;
                hosts += prefix_is_host(&s->vips.at[i]);
            }
        if (all != 1 || hosts != 1)
            diag_at(d, SEVERITY_ERROR, at, len,
                    "snat = yes needs exactly one %s VIP, a single address; service '%.*s' has %d%s",
                    family_ops[f].name, shown(s), s->name, all,
                    all == hosts ? "" : ", not all of them single addresses");
    }
}

/* Keys that do nothing without masquerade, where the section itself gives them (a template may give them in
 * advance). */
static void lint_masquerade(const struct service *s, const struct service_more *m, struct diag *d)
{
    static const enum service_key helpers[] = {KEY_MASQUERADE_PORTS, KEY_MASQUERADE_OUT, KEY_SNAT};

    if (service_has(s, KEY_MASQUERADE)) {
        if (service_has(s, KEY_MASQUERADE_PORTS) && !service_has_ports(s))
            diag_at(d, SEVERITY_WARNING, AT_HEADER(s),
                    "nothing of service '%.*s' is masqueraded: it has masquerade-ports, but esp and ah have "
                    "no ports",
                    shown(s), s->name);
        return;
    }
    for (size_t i = 0; i < sizeof helpers / sizeof *helpers; i++)
        if (m->key_at[helpers[i]] != SRC_NONE && (helpers[i] != KEY_SNAT || m->snat))
            diag_at(d, SEVERITY_WARNING, m->key_at[helpers[i]], strlen(service_key_name(helpers[i])),
                    "'%s' does nothing without 'masquerade'", service_key_name(helpers[i]));
}

static void lint_protocols(const struct service *s, struct diag *d)
{
    if (service_has_protocol(s, PROTO_AH) && prefix_list_has(s->vips, IPV6))
        diag_at(
            d, SEVERITY_WARNING, AT_HEADER(s),
            "the IPv6 VIPs of service '%.*s' get no rule for ah, which ip6tables can't match as a protocol",
            shown(s), s->name);
}

void lint_services(struct config *config, struct diag *diag)
{
    lint_repeats(config, diag);
    for (size_t i = 0; i < config->services.n; i++) {
        struct service *s = &config->services.at[i];

        settle_mark(s, config->settings.fwmark_mask, diag);
        if (!s->broken)
            lint_missing(s, diag);
        lint_protocols(s, diag);
        if (!s->more)
            continue;
        lint_families(s, s->more, diag);
        lint_snat(s, s->more, diag);
        lint_masquerade(s, s->more, diag);
    }
}

/* accept = no leaves the other keys without a rule. */
static void lint_vrrp_keys(const struct vrrp *v, struct diag *d)
{
    const struct {
        const char *key;
        size_t len;
        srcpos at;
        bool given;
    } idle[] = {{"interface", strlen("interface"), v->interface_at, v->interfaces.n},
                {"source", v->sources.n ? v->sources.at[0].text_len : 0,
                 v->sources.n ? v->sources.at[0].at : SRC_NONE, v->sources.n},
                {"sync", strlen("[vrrp]"), v->at, v->sync},
                {"authentication", strlen("[vrrp]"), v->at, v->ah}};

    for (size_t i = 0; !v->accept && i < sizeof idle / sizeof *idle; i++)
        if (idle[i].given)
            diag_at(d, SEVERITY_WARNING, idle[i].at, idle[i].len,
                    "'%s' of [vrrp] makes no rule beside accept = no", idle[i].key);
}

static void lint_vrrp(const struct config *config, struct diag *d)
{
    const struct vrrp *vrrp = &config->vrrp;
    static const struct prefix link_local = {.first = {.high = 0xfe80ULL << 48}, .family = IPV6, .len = 10};

    lint_vrrp_keys(vrrp, d);
    for (uint32_t i = 0; i < vrrp->sources.n; i++) {
        const struct prefix *p = &vrrp->sources.at[i];

        if (p->family == IPV6 && !prefix_overlaps(&link_local, p))
            diag_at(d, SEVERITY_WARNING, p->at, p->text_len,
                    "IPv6 VRRP comes from link-local addresses, inside fe80::/10; none will come from here");
    }
    for (int f = 0; vrrp->accept && vrrp->sources.n && f < FAMILIES; f++)
        if (!prefix_list_has(vrrp->sources, (enum family)f) && config->has_vips[f])
            diag_at(
                d, SEVERITY_WARNING, vrrp->sources.at[0].at, vrrp->sources.at[0].text_len,
                "'source' of [vrrp] has nothing of %s, so no VRRP is accepted there, but there are %s VIPs",
                family_ops[f].name, family_ops[f].name);
}

static void lint_expects(const struct config *config, struct diag *d)
{
    for (size_t i = 0; i < config->expects.n; i++) {
        const struct expect *e = &config->expects.at[i];

        if (!e->packet_given)
            diag_at(d, SEVERITY_ERROR, e->at, e->header_len,
                    "expectation '%s' has no 'packet': add a line such as packet = tcp 203.0.113.9:40000 "
                    "192.0.2.10:443",
                    e->name);
        else if (!e->mark_given && !e->verdict_given && !e->service_given)
            diag_at(d, SEVERITY_ERROR, e->at, e->header_len,
                    "expectation '%s' expects nothing: give fwmark, verdict or service", e->name);
        if (e->service && name_index_find(&config->services.names, config->services.at, e->service,
                                          strlen(e->service)) == NAME_NOT_FOUND)
            diag_at(d, SEVERITY_ERROR, e->service_at, strlen(e->service),
                    "there is no service '%s' in this input", e->service);
    }
}

void lint_sections(const struct config *config, const char *input_name, struct diag *diag)
{
    lint_vrrp(config, diag);
    lint_expects(config, diag);
    if (config->services.n == 0 && config->rules.n == 0 && config->policies.n == 0 &&
        config->vrrp.at == SRC_NONE && diag_errors(diag) == 0)
        diag_file(
            diag, SEVERITY_WARNING, input_name,
            "the input is empty: it has no service and no [rules]; lbgen --init prints one to begin with");
}
