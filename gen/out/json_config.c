/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/json_config.h"
#include "lbgen/json_values.h"

static void put_settings(struct json_stream *s, const struct settings *settings)
{
    static const char *const layouts[] = {
        [LAYOUT_AUTO] = "auto", [LAYOUT_FLAT] = "flat", [LAYOUT_TREE] = "tree"};
    json_t *value = json_object();

    json_set(value, "layout", json_words(layouts[settings->layout]));
    json_set(value, "fwmark-mask", json_bits(settings->fwmark_mask));
    json_put(s, "settings", value);
}

static void put_vrrp(struct json_stream *s, const struct vrrp *vrrp)
{
    json_t *value = json_object();

    json_set(value, "accept", json_boolean(vrrp->accept));
    json_set(value, "interface", json_interfaces(vrrp->interfaces));
    json_set(value, "source", json_prefixes(vrrp->sources));
    json_set(value, "authentication", json_words(vrrp->ah ? "ah" : "none"));
    json_set(value, "sync", json_boolean(vrrp->sync));
    json_put(s, "vrrp", value);
}

static json_t *policy_of(const struct host_policy *p)
{
    json_t *value = json_object();

    json_set(value, "table", json_words(table_names[p->table]));
    json_set(value, "chain", json_words(hook_names[p->chain]));
    json_set(value, "families", json_families(p->families));
    json_set(value, "policy", json_words(p->drop ? "DROP" : "ACCEPT"));
    return value;
}

static json_t *rule_of(const struct host_rule *r)
{
    json_t *value = json_object();

    json_set(value, "table", json_words(table_names[r->table]));
    json_set(value, "families", json_families(r->families));
    json_set(value, "rule", json_words(r->text));
    return value;
}

static json_t *expectation_of(const struct expect *e)
{
    struct buf packet = {0};
    json_t *value = json_object();

    packet_print(&packet, &e->packet);
    json_set(value, "name", json_words(e->name));
    json_set(value, "packet", json_taken(&packet));
    if (e->mark_given)
        json_set(value, "fwmark", json_bits(e->mark));
    if (e->verdict_given)
        json_set(value, "verdict", json_words(e->accepted ? "ACCEPT" : "DROP"));
    if (e->service_given)
        json_set(value, "service", json_words(e->service));
    return value;
}

void json_config(struct json_stream *s, const struct config *config)
{
    put_settings(s, &config->settings);
    put_vrrp(s, &config->vrrp);
    json_open_array(s, "services");
    for (size_t i = 0; i < config->services.n; i++)
        json_put(s, NULL, json_service(&config->services.at[i]));
    json_close(s);
    json_open_array(s, "policies");
    for (size_t i = 0; i < config->policies.n; i++)
        json_put(s, NULL, policy_of(&config->policies.at[i]));
    json_close(s);
    json_open_array(s, "host-rules");
    for (size_t i = 0; i < config->rules.n; i++)
        json_put(s, NULL, rule_of(&config->rules.at[i]));
    json_close(s);
    json_open_array(s, "expectations");
    for (size_t i = 0; i < config->expects.n; i++)
        json_put(s, NULL, expectation_of(&config->expects.at[i]));
    json_close(s);
}
