/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lbgen/service_keys.h"
#include "lbgen/template.h"
#include "lbgen/vec.h"

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

enum loaded { NOT_THERE, LOADED, UNREADABLE /* reported */ };

static enum loaded load_file(const struct lookup *l, const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct complaint why;

    if (!folder || (snprintf(path, sizeof path, "%s/%s.ini", folder, name) < (int)sizeof path &&
                    access(path, F_OK) != 0 && errno == ENOENT))
        return NOT_THERE;
    int source = sources_read(l->sources, path, &why);
    if (source >= 0) {
        config_read(l->config, l->sources, source, name, l->diag);
        return LOADED;
    }
    diag_file(l->diag, SEVERITY_ERROR, path, "%s", why.text);
    return UNREADABLE;
}

static enum loaded load_shipped(const struct lookup *l, const char *name)
{
    char title[NAME_MAX_LEN + 16];

    for (const struct shipped_template *t = shipped_templates; t->name; t++)
        if (strcmp(t->name, name) == 0) {
            snprintf(title, sizeof title, "<template %s>", name);
            int source = sources_add_text(l->sources, title, t->text, strlen(t->text));
            config_read(l->config, l->sources, source, name, l->diag);
            return LOADED;
        }
    return NOT_THERE;
}

/* Reports something about the template that `user` names. */
__attribute__((format(printf, 3, 4))) static void report(const struct lookup *l, const struct service *user,
                                                         const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    diag_at(l->diag, SEVERITY_ERROR, user->more->template_at, strlen(user->more->template_name), "%s",
            buf_text(&text));
    buf_free(&text);
}

static void report_unknown(const struct lookup *l, const struct service *user)
{
    struct buf text = {0};

    buf_printf(&text, "there is no template '%s'; shipped are:", user->more->template_name);
    for (const struct shipped_template *t = shipped_templates; t->name; t++)
        buf_printf(&text, " %s", t->name);
    report(l, user, "%s", buf_text(&text));
    buf_free(&text);
}

/* Enters a template of this name that is known to be broken, so that its file is not read again for the next
 * user. */
static uint32_t add_broken(const struct lookup *l, const char *name)
{
    struct services *list = &l->config->templates;

    name_index_enter(&list->names, list->at, name, strlen(name), (uint32_t)list->n);
    *VEC_ADD(list) =
        (struct service){.name = name, .name_len = (uint8_t)strlen(name), .broken = true, .settled = true};
    return (uint32_t)(list->n - 1);
}

/* The index of the template that `user` (a service or a template) names, loaded if need be; NAME_NOT_FOUND,
 * reported, when there is none. May move config->templates.at. */
static uint32_t find_template(const struct lookup *l, const struct service *user)
{
    const char *name = user->more->template_name;
    uint32_t i = find_loaded(l->config, name);
    enum loaded loaded;

    if (i != NAME_NOT_FOUND)
        return i;
    loaded = load_file(l, l->places->folder, name);
    if (loaded == NOT_THERE)
        loaded = load_file(l, l->places->system, name);
    if (loaded == NOT_THERE)
        loaded = load_shipped(l, name);
    i = find_loaded(l->config, name);
    if (i != NAME_NOT_FOUND)
        return i;
    if (loaded == NOT_THERE) {
        report_unknown(l, user);
        return NAME_NOT_FOUND;
    }
    if (loaded == LOADED)
        report(l, user, "the file of template '%s' has no [template %s]", name, name);
    return add_broken(l, name);
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
    case KEY_PERSISTENCE_MASK:
        to->persistence_mask = from->persistence_mask;
        to->persistence_mask_dotted = from->persistence_mask_dotted;
        break;
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
        to->keepalived_at = from->keepalived_at;
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
        to->fwmark_len = from->fwmark_len;
    }
    if (from->more)
        for (int key = 0; key < SERVICE_KEYS; key++)
            if (taken >> key & 1)
                inherit_rare(service_more_new(to, mem), from->more, (enum service_key)key);
    to->given |= taken;
}

/* The name of the template that s takes from; NULL when it takes from none, or its value was refused. */
static const char *takes_from(const struct service *s)
{
    return service_has(s, KEY_TEMPLATE) ? service_more(s)->template_name : NULL;
}

struct path {
    uint32_t *at;
    size_t n, cap;
};

/* Follows a template to those it takes from, up to one that is settled already, and notes the way. Returns
 * false, reported, when the way leads nowhere or in a circle. */
static bool follow(const struct lookup *l, uint32_t i, struct path *path)
{
    struct service *t = &l->config->templates.at[i];
    const uint32_t start = i;

    while (!t->settled) {
        struct service user = *t; /* the array may move */

        if (t->on_path) {
            t = &l->config->templates.at[start];
            report(l, t,
                   "template '%s' leads back to itself: one of those on the way has to go without 'template'",
                   t->more->template_name);
            return false;
        }
        t->on_path = true;
        *VEC_ADD(path) = i;
        if (!takes_from(t))
            return !service_has(t, KEY_TEMPLATE);
        i = find_template(l, &user);
        if (i == NAME_NOT_FOUND)
            return false;
        t = &l->config->templates.at[i];
    }
    return !t->broken;
}

/* Gives a template what it takes from others, once; all on the way to them are settled with it. */
static void settle(const struct lookup *l, uint32_t i)
{
    struct path path = {0};
    bool good = follow(l, i, &path);

    while (path.n) {
        struct service *t = &l->config->templates.at[path.at[--path.n]];
        const char *name = takes_from(t);

        t->settled = true;
        t->broken = !good;
        if (good && name)
            inherit(t, &l->config->templates.at[find_loaded(l->config, name)], &l->config->mem);
    }
    free(path.at);
}

static void apply(const struct lookup *l, struct service *s)
{
    uint32_t i = takes_from(s) ? find_template(l, s) : NAME_NOT_FOUND;

    s->broken = true;
    if (i == NAME_NOT_FOUND)
        return;
    settle(l, i);
    if (l->config->templates.at[i].broken)
        return;
    inherit(s, &l->config->templates.at[i], &l->config->mem);
    s->broken = false;
}

void templates_apply(struct config *config, const struct template_places *places, struct sources *sources,
                     struct diag *diag)
{
    const struct lookup l = {.config = config, .places = places, .sources = sources, .diag = diag};

    /* Templates that nobody uses too: an unknown template or a circle in them is an error all the same. */
    for (uint32_t i = 0; i < config->templates.n; i++)
        settle(&l, i);
    for (size_t i = 0; i < config->services.n; i++) {
        struct service *s = &config->services.at[i];

        if (service_has(s, KEY_TEMPLATE))
            apply(&l, s);
        if (s->n_protocols == 0 && !service_has(s, KEY_PROTOCOL))
            s->protocols[s->n_protocols++] = PROTO_TCP;
    }
    config_index(config);
}
