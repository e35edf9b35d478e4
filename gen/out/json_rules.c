/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/json_rules.h"
#include "lbgen/json_values.h"
#include "lbgen/lower.h"
#include "lbgen/save_write.h"

static void set_prefix(json_t *match, const char *key, const struct prefix *prefix)
{
    if (prefix && prefix->len)
        json_set(match, key, json_prefix(prefix));
}

static void set_interface(json_t *match, const char *key, const struct interface *interface)
{
    if (interface && interface->name[0])
        json_set(match, key, json_words(interface->name));
}

static json_t *match_of(const struct rule *r)
{
    json_t *match = json_object();

    set_prefix(match, "source", r->src);
    set_prefix(match, "destination", r->dst);
    set_interface(match, "in-interface", r->in);
    set_interface(match, "out-interface", r->out);
    if (r->protocol)
        json_set(match, "protocol", json_words(r->protocol));
    if (r->n_ports)
        json_set(match, r->side == PORTS_SOURCE ? "source-ports" : "destination-ports",
                 json_ports(r->ports, r->n_ports));
    if (r->icmp_type >= 0)
        json_set(match, "icmp-type", json_number((uint64_t)r->icmp_type));
    if (r->mac)
        json_set(match, "mac-source", json_mac(r->mac));
    return match;
}

static json_t *target_of(const struct rule *r)
{
    static const char *const words[] = {
        [TARGET_ACCEPT] = "ACCEPT", [TARGET_RETURN] = "RETURN",
        [TARGET_MARK] = "MARK",     [TARGET_MASQUERADE] = "MASQUERADE",
        [TARGET_SNAT] = "SNAT",     [TARGET_JUMP] = "jump",
        [TARGET_GOTO] = "goto",
    };
    json_t *target = json_object();

    json_set(target, "type", json_words(words[r->target]));
    if (r->target == TARGET_MARK)
        json_set(target, "fwmark", json_mark(r->mark));
    if (r->target == TARGET_SNAT)
        json_set(target, "to-source", json_prefix(&r->to));
    if (r->target == TARGET_JUMP || r->target == TARGET_GOTO)
        json_set(target, "chain", json_words(r->jump));
    return target;
}

/* What leads on in the dispatch tree has no tag. */
static json_t *owner_of(const struct rule *r)
{
    return r->tag ? json_text(r->tag, r->tag_len) : json_words("tree");
}

/* Of a rule of [rules] nothing is known here but its text. */
static void put_rule(void *ctx, const struct rule *r)
{
    struct json_rules *w = ctx;
    json_t *value = json_object();

    json_set(value, "chain", json_words(r->chain));
    json_set(value, "owner", owner_of(r));
    if (!r->text) {
        json_set(value, "match", match_of(r));
        json_set(value, "target", target_of(r));
    }
    w->line.len = 0;
    save_write_rule(&w->line, r, w->family);
    json_set(value, "line", json_text(w->line.at, w->line.len));
    json_put(w->stream, NULL, value);
}

static void end_chains(struct json_rules *w)
{
    if (!w->in_chains)
        return;
    w->in_chains = false;
    json_close(w->stream);
    json_open_array(w->stream, "rules");
}

static void begin_table(void *ctx, enum table table)
{
    struct json_rules *w = ctx;

    json_open_object(w->stream, NULL);
    json_put(w->stream, "name", json_words(table_names[table]));
    json_open_array(w->stream, "chains");
    w->in_chains = true;
}

static void put_chain(void *ctx, const char *name, const char *policy)
{
    struct json_rules *w = ctx;
    bool builtin = policy[0] != '-';
    json_t *value = json_object();

    json_set(value, "name", json_words(name));
    if (builtin)
        json_set(value, "policy", json_words(policy));
    json_put(w->stream, NULL, value);
}

static void put_lowered(void *ctx, const struct rule *r)
{
    const struct rule_sink pieces = {.ctx = ctx, .rule = put_rule};

    end_chains(ctx);
    lower_rule(&pieces, r);
}

static void end_table(void *ctx)
{
    struct json_rules *w = ctx;

    end_chains(w);
    json_close(w->stream);
    json_close(w->stream);
}

struct rule_sink json_rules_sink(struct json_rules *w, struct json_stream *stream, enum family family)
{
    *w = (struct json_rules){.stream = stream, .family = family};
    return (struct rule_sink){
        .ctx = w, .table = begin_table, .chain = put_chain, .rule = put_lowered, .end = end_table};
}

void json_rules_free(struct json_rules *w)
{
    buf_free(&w->line);
}
