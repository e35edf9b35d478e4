/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/json_config.h"
#include "lbgen/json_values.h"

static json_t *protocols_of(const struct service *s)
{
    json_t *value = json_array();

    for (int i = 0; i < s->n_protocols; i++)
        json_add(value, json_words(proto_ops[s->protocols[i]].name));
    return value;
}

static json_t *scheduler_flags_of(const struct service_more *m)
{
    json_t *value = json_array();

    for (int i = 0; i < SCHEDULER_FLAGS; i++)
        if (m->scheduler_flags >> i & 1)
            json_add(value, json_words(scheduler_flag_words[i]));
    return value;
}

static json_t *real_servers_of(const struct service *s, const struct service_more *m)
{
    json_t *value = json_array();

    for (uint32_t i = 0; i < m->n_real_servers; i++) {
        const struct real_server *r = &m->real_servers[i];
        json_t *server = json_object();

        json_set(server, "address", json_prefix(&r->address));
        json_set(server, "weight", json_number(r->weight));
        json_set(server, "forwarding", json_words(forwarding_words[real_server_forwarding(s, r)]));
        json_add(value, server);
    }
    return value;
}

static json_t *check_of(const struct service_more *m)
{
    json_t *value = json_object();

    json_set(value, "type", json_words(health_check_words[m->check]));
    if (m->check != CHECK_NONE)
        json_set(value, "port", json_number(m->check_port));
    if (m->check_path)
        json_set(value, "path", json_words(m->check_path));
    return value;
}

static json_t *lines_of(const struct service_more *m)
{
    json_t *value = json_array();

    for (uint32_t i = 0; i < m->n_keepalived; i++)
        json_add(value, json_words(m->keepalived[i]));
    return value;
}

static json_t *value_of(const struct service *s, enum service_key key)
{
    const struct service_more *m = service_more(s);

    switch (key) {
    case KEY_VIP: return json_prefixes(s->vips);
    case KEY_PROTOCOL: return protocols_of(s);
    case KEY_PORTS: return json_ports(s->ports.at, s->ports.n);
    case KEY_FWMARK: return json_mark(s->mark);
    case KEY_INTERFACE: return json_interfaces(m->interfaces);
    case KEY_SOURCE: return json_prefixes(m->sources);
    case KEY_EXCLUDE_MAC: return json_macs(m->exclude_macs);
    case KEY_ACCEPT: return json_boolean(m->accept);
    case KEY_MASQUERADE: return json_prefixes(m->masquerade);
    case KEY_MASQUERADE_PORTS: return json_ports(m->masquerade_ports.at, m->masquerade_ports.n);
    case KEY_MASQUERADE_OUT: return json_interfaces(m->masquerade_out);
    case KEY_SNAT: return json_boolean(m->snat);
    case KEY_OVERRIDE: return json_boolean(m->override);
    case KEY_TEMPLATE: return json_words(m->template_name);
    case KEY_SCHEDULER: return json_words(m->scheduler);
    case KEY_SCHEDULER_FLAGS: return scheduler_flags_of(m);
    case KEY_FORWARDING: return json_words(forwarding_words[m->forwarding]);
    case KEY_PERSISTENCE: return json_number(m->persistence);
    case KEY_PERSISTENCE_MASK: return json_number(m->persistence_mask);
    case KEY_ONE_PACKET: return json_boolean(m->one_packet);
    case KEY_REAL_SERVER: return real_servers_of(s, m);
    case KEY_SORRY_SERVER: return json_prefix(&m->sorry_server);
    case KEY_CHECK: return check_of(m);
    case KEY_KEEPALIVED: return lines_of(m);
    case SERVICE_KEYS: break;
    }
    return json_null();
}

enum {
    WITH_DEFAULTS = 1 << KEY_PROTOCOL | 1 << KEY_ACCEPT | 1 << KEY_SNAT | 1 << KEY_OVERRIDE |
                    1 << KEY_FORWARDING | 1 << KEY_PERSISTENCE | 1 << KEY_ONE_PACKET | 1 << KEY_CHECK
};

json_t *json_service(const struct service *s)
{
    json_t *value = json_object();

    json_set(value, "name", json_text(s->name, s->name_len));
    for (int key = 0; key < SERVICE_KEYS; key++)
        if ((s->given | WITH_DEFAULTS) >> key & 1)
            json_set(value, service_key_name((enum service_key)key), value_of(s, (enum service_key)key));
    return value;
}
