/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lbgen/service_keys.h"
#include "lbgen/template.h"
#include "lbgen/vec.h"

enum { DEPTH_MAX = 16 /* templates that take from templates */ };

struct lookup {
    struct config *config;
    const struct template_places *places;
    struct sources *sources;
    struct diag *diag;
};

static uint32_t find_loaded(const struct config *config, const char *name)
{
    return name_index_find(&config->templates.names, config->templates.at, name, strlen(name));
}

/* Reads FOLDER/NAME.ini. False when there is no such file; one that can't be read is reported. */
static bool load_file(const struct lookup *l, const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct complaint why;

    if (!folder || snprintf(path, sizeof path, "%s/%s.ini", folder, name) >= (int)sizeof path ||
        access(path, F_OK) != 0)
        return false;
    int source = sources_read(l->sources, path, &why);
    if (source < 0)
        diag_file(l->diag, SEVERITY_ERROR, path, "%s", why.text);
    else
        config_read(l->config, l->sources, source, name, l->diag);
    return true;
}

static bool load_shipped(const struct lookup *l, const char *name)
{
    char title[NAME_MAX_LEN + 16];

    for (const struct shipped_template *t = shipped_templates; t->name; t++)
        if (strcmp(t->name, name) == 0) {
            snprintf(title, sizeof title, "<template %s>", name);
            int source = sources_add_text(l->sources, title, t->text, strlen(t->text));
            config_read(l->config, l->sources, source, name, l->diag);
            return true;
        }
    return false;
}

static void report_unknown(const struct lookup *l, const struct service *user)
{
    struct buf shipped = {0};

    for (const struct shipped_template *t = shipped_templates; t->name; t++)
        buf_printf(&shipped, " %s", t->name);
    diag_at(l->diag, SEVERITY_ERROR, user->more->template_at, strlen(user->more->template_name),
            "there is no template '%s'; shipped are:%s", user->more->template_name, buf_text(&shipped));
    buf_free(&shipped);
}

/* The index of the template that `user` (a service or a template) names, loaded if need be; NAME_NOT_FOUND,
 * reported, when there is none. May move config->templates.at. */
static uint32_t find_template(const struct lookup *l, const struct service *user)
{
    const char *name = user->more->template_name;
    uint32_t i = find_loaded(l->config, name);

    if (i != NAME_NOT_FOUND)
        return i;
    bool there = load_file(l, l->places->folder, name) || load_file(l, l->places->system, name) ||
                 load_shipped(l, name);
    i = find_loaded(l->config, name);
    if (i == NAME_NOT_FOUND && !there)
        report_unknown(l, user);
    else if (i == NAME_NOT_FOUND)
        diag_at(l->diag, SEVERITY_ERROR, user->more->template_at, strlen(name),
                "the file of template '%s' has no [template %s]", name, name);
    return i;
}

/* Copies one rare key's value. A switch, so that a key without a line here does not compile. */
static void inherit_rare(struct service_more *to, const struct service_more *from, enum service_key key)
{
    switch (key) {
    case KEY_INTERFACE: to->interfaces = from->interfaces; break;
    case KEY_SOURCE: to->sources = from->sources; break;
    case KEY_EXCLUDE_MAC: to->exclude_macs = from->exclude_macs; break;
    case KEY_ACCEPT: to->accept = from->accept; break;
    case KEY_MASQUERADE: to->masquerade = from->masquerade; break;
    case KEY_MASQUERADE_PORTS: to->masquerade_ports = from->masquerade_ports; break;
    case KEY_MASQUERADE_OUT: to->masquerade_out = from->masquerade_out; break;
    case KEY_SNAT: to->snat = from->snat; break;
    case KEY_OVERRIDE: to->override = from->override; break;
    case KEY_SCHEDULER: to->scheduler = from->scheduler; break;
    case KEY_SCHEDULER_FLAGS: to->scheduler_flags = from->scheduler_flags; break;
    case KEY_FORWARDING: to->forwarding = from->forwarding; break;
    case KEY_PERSISTENCE: to->persistence = from->persistence; break;
    case KEY_PERSISTENCE_MASK: to->persistence_mask = from->persistence_mask; break;
    case KEY_ONE_PACKET: to->one_packet = from->one_packet; break;
    case KEY_REAL_SERVER:
        to->real_servers = from->real_servers;
        to->n_real_servers = from->n_real_servers;
        break;
    case KEY_SORRY_SERVER: to->sorry_server = from->sorry_server; break;
    case KEY_CHECK:
        to->check = from->check;
        to->check_port = from->check_port;
        to->check_path = from->check_path;
        break;
    case KEY_KEEPALIVED:
        to->keepalived = from->keepalived;
        to->n_keepalived = from->n_keepalived;
        break;
    case KEY_TEMPLATE:
    case KEY_VIP:
    case KEY_PROTOCOL:
    case KEY_PORTS:
    case KEY_FWMARK:
    case SERVICE_KEYS: break;
    }
}

static void inherit(struct service *to, const struct service *from, struct arena *mem)
{
    uint32_t taken = from->given & ~to->given & ~(1U << KEY_TEMPLATE);

    if (taken >> KEY_PROTOCOL & 1) {
        to->n_protocols = from->n_protocols;
        memcpy(to->protocols, from->protocols, sizeof to->protocols);
    }
    if (taken >> KEY_PORTS & 1)
        to->ports = from->ports;
    if (taken >> KEY_FWMARK & 1) {
        to->mark = from->mark;
        to->mark_has_mask = from->mark_has_mask;
        to->fwmark_at = from->fwmark_at;
    }
    if (from->more)
        for (int key = 0; key < SERVICE_KEYS; key++)
            if (taken >> key & 1)
                inherit_rare(service_more_new(to, mem), from->more, (enum service_key)key);
    to->given |= taken;
}

/* Takes from the chain of templates that begins with the service's own. */
static bool apply(const struct lookup *l, struct service *s)
{
    const struct service *user = s;

    for (int depth = 0; service_has(user, KEY_TEMPLATE) && user->more->template_name; depth++) {
        if (depth == DEPTH_MAX) {
            diag_at(l->diag, SEVERITY_ERROR, s->more->template_at, strlen(s->more->template_name),
                    "template '%s' leads to itself, or to more than %d others", s->more->template_name,
                    DEPTH_MAX);
            return false;
        }
        uint32_t i = find_template(l, user);
        if (i == NAME_NOT_FOUND)
            return false;
        user = &l->config->templates.at[i];
        inherit(s, user, &l->config->mem);
    }
    return !service_has(user, KEY_TEMPLATE);
}

/* Templates that nobody uses are looked at too: an unknown template or a cycle in them is an error all the
 * same. */
static void check_unused(const struct lookup *l)
{
    for (size_t i = 0; i < l->config->templates.n; i++) {
        struct service probe = l->config->templates.at[i];

        if (service_has(&probe, KEY_TEMPLATE)) {
            struct service_more more = *probe.more;

            probe.more = &more;
            apply(l, &probe);
        }
    }
}

void templates_apply(struct config *config, const struct template_places *places, struct sources *sources,
                     struct diag *diag)
{
    const struct lookup l = {.config = config, .places = places, .sources = sources, .diag = diag};

    check_unused(&l);
    for (size_t i = 0; i < config->services.n; i++) {
        struct service *s = &config->services.at[i];

        if (service_has(s, KEY_TEMPLATE) && !apply(&l, s))
            s->broken = true;
        if (s->n_protocols == 0 && !service_has(s, KEY_PROTOCOL))
            s->protocols[s->n_protocols++] = PROTO_TCP;
        if (s->more)
            *VEC_ADD(&config->special) = (uint32_t)i;
        for (int f = 0; f < FAMILIES; f++)
            config->has_vips[f] |= prefix_list_has(s->vips, (enum family)f);
    }
}
