/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/service_keys.h"
#include "lbgen/service_values.h"

enum { PERSISTENCE_MAX = 31 * 24 * 3600 /* ipvsadm(8) */ };

/* ONCE: a second one in the same section is an error. */
enum arity { ONCE, MANY };

#define WORD(text) text, sizeof text - 1

static const struct {
    const char *word;
    size_t len;
    enum arity arity;
} keys[SERVICE_KEYS] = {
    [KEY_VIP] = {WORD("vip"), MANY},
    [KEY_PROTOCOL] = {WORD("protocol"), MANY},
    [KEY_PORTS] = {WORD("ports"), MANY},
    [KEY_FWMARK] = {WORD("fwmark"), ONCE},
    [KEY_INTERFACE] = {WORD("interface"), MANY},
    [KEY_SOURCE] = {WORD("source"), MANY},
    [KEY_EXCLUDE_MAC] = {WORD("exclude-mac"), MANY},
    [KEY_ACCEPT] = {WORD("accept"), ONCE},
    [KEY_MASQUERADE] = {WORD("masquerade"), MANY},
    [KEY_MASQUERADE_PORTS] = {WORD("masquerade-ports"), MANY},
    [KEY_MASQUERADE_OUT] = {WORD("masquerade-out"), MANY},
    [KEY_SNAT] = {WORD("snat"), ONCE},
    [KEY_OVERRIDE] = {WORD("override"), ONCE},
    [KEY_TEMPLATE] = {WORD("template"), ONCE},
    [KEY_SCHEDULER] = {WORD("scheduler"), ONCE},
    [KEY_SCHEDULER_FLAGS] = {WORD("scheduler-flags"), MANY},
    [KEY_FORWARDING] = {WORD("forwarding"), ONCE},
    [KEY_PERSISTENCE] = {WORD("persistence"), ONCE},
    [KEY_PERSISTENCE_MASK] = {WORD("persistence-mask"), ONCE},
    [KEY_ONE_PACKET] = {WORD("one-packet"), ONCE},
    [KEY_REAL_SERVER] = {WORD("real-server"), MANY},
    [KEY_SORRY_SERVER] = {WORD("sorry-server"), ONCE},
    [KEY_CHECK] = {WORD("check"), ONCE},
    [KEY_KEEPALIVED] = {WORD("keepalived"), MANY},
};

const char *service_key_name(enum service_key key)
{
    return keys[key].word;
}

bool service_key_find(const char *word, size_t len, enum service_key *key)
{
    for (int i = 0; i < SERVICE_KEYS; i++)
        if (keys[i].len == len && memcmp(keys[i].word, word, len) == 0) {
            *key = (enum service_key)i;
            return true;
        }
    return false;
}

struct service_more *service_more_new(struct service *s, struct arena *mem)
{
    if (!s->more) {
        s->more = arena_copy(mem, service_more(s), sizeof *s->more);
        for (int i = 0; i < SERVICE_KEYS; i++)
            s->more->key_at[i] = SRC_NONE;
    }
    return s->more;
}

static bool parse_mac(const char *text, size_t n, void *out, struct complaint *why)
{
    return mac_parse(text, n, out, why);
}

static void set_sorry_server(struct service_more *m, const struct value *v)
{
    struct complaint why;

    if (!prefix_parse(v->ini->text, v->ini->len, ADDRESS_ONLY, &m->sorry_server, &why))
        value_refuse(v, 0, &why);
    m->sorry_server.at = ini_value_place(v->ini, 0);
    m->sorry_server.text_len = (uint8_t)v->ini->len;
}

static void set_persistence_mask(struct service_more *m, const struct value *v)
{
    struct complaint why;

    if (!netmask_parse(v->ini->text, v->ini->len, &m->persistence_mask, &why))
        value_refuse(v, 0, &why);
    m->persistence_mask_dotted = memchr(v->ini->text, '.', v->ini->len) != NULL;
}

static void set_template(struct service_more *m, const struct value *v)
{
    struct complaint why;

    m->template_at = ini_value_place(v->ini, 0);
    if (name_good(v->ini->text, v->ini->len, &why))
        m->template_name = arena_text(v->mem, v->ini->text, v->ini->len);
    else
        value_refuse(v, 0, &why);
}

static void add_keepalived(struct service_more *m, const struct value *v)
{
    const char *line = arena_text(v->mem, v->ini->text, v->ini->len);
    srcpos at = ini_value_place(v->ini, 0);

    m->keepalived = arena_append(v->mem, (const void *)m->keepalived, m->n_keepalived, &m->cap_keepalived,
                                 (const void *)&line, 1, sizeof line);
    m->keepalived_at =
        arena_append(v->mem, m->keepalived_at, m->n_keepalived, &m->cap_keepalived_at, &at, 1, sizeof at);
    m->n_keepalived++;
}

static void set_rare(struct service_more *m, enum service_key key, const struct value *v)
{
    switch (key) {
    case KEY_INTERFACE: value_interfaces(v, &m->interfaces); break;
    case KEY_SOURCE: value_prefixes(v, &m->sources); break;
    case KEY_EXCLUDE_MAC:
        m->exclude_macs.at = value_list(v, parse_mac, NULL, sizeof *m->exclude_macs.at, m->exclude_macs.at,
                                        &m->exclude_macs.n, &m->exclude_macs.cap);
        break;
    case KEY_ACCEPT: value_yes_no(v, &m->accept); break;
    case KEY_MASQUERADE: value_prefixes(v, &m->masquerade); break;
    case KEY_MASQUERADE_PORTS: set_ports(&m->masquerade_ports, v); break;
    case KEY_MASQUERADE_OUT: value_interfaces(v, &m->masquerade_out); break;
    case KEY_SNAT: value_yes_no(v, &m->snat); break;
    case KEY_OVERRIDE: value_yes_no(v, &m->override); break;
    case KEY_TEMPLATE: set_template(m, v); break;
    case KEY_SCHEDULER: set_scheduler(m, v); break;
    case KEY_SCHEDULER_FLAGS: set_scheduler_flags(m, v); break;
    case KEY_FORWARDING: set_forwarding(m, v); break;
    case KEY_PERSISTENCE: value_number(v, PERSISTENCE_MAX, &m->persistence); break;
    case KEY_PERSISTENCE_MASK: set_persistence_mask(m, v); break;
    case KEY_ONE_PACKET: value_yes_no(v, &m->one_packet); break;
    case KEY_REAL_SERVER: add_real_server(m, v); break;
    case KEY_SORRY_SERVER: set_sorry_server(m, v); break;
    case KEY_CHECK: set_check(m, v); break;
    case KEY_KEEPALIVED: add_keepalived(m, v); break;
    case KEY_VIP:
    case KEY_PROTOCOL:
    case KEY_PORTS:
    case KEY_FWMARK:
    case SERVICE_KEYS: break;
    }
}

void service_key_set(struct service *s, enum service_key key, const struct value *v)
{
    if (service_has(s, key) && keys[key].arity == ONCE) {
        diag_at(v->diag, SEVERITY_ERROR, v->key_at, strlen(v->key),
                "'%s' is given twice in this section; it takes one value", v->key);
        return;
    }
    s->given |= 1U << key;
    if (value_empty(v))
        return;
    switch (key) {
    case KEY_VIP: value_prefixes(v, &s->vips); break;
    case KEY_PROTOCOL: set_protocols(s, v); break;
    case KEY_PORTS:
        s->ports_at = v->key_at;
        set_ports(&s->ports, v);
        break;
    case KEY_FWMARK: set_fwmark(s, v); break;
    default: set_rare(service_more_new(s, v->mem), key, v); s->more->key_at[key] = v->key_at;
    }
}
