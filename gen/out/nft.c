/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/nft.h"
#include "lbgen/nft_hooks.h"
#include "lbgen/nft_text.h"
#include "lbgen/service_rules.h"

static void write_elements(struct buf *out, const struct nft_model *m, enum family family,
                           enum cell_layer layer, enum nft_value value)
{
    const struct nft_map *map = &m->maps[family][layer][value];

    buf_str(out, "\t\telements = {\n");
    for (size_t i = 0; i < map->n; i++) {
        buf_str(out, "\t\t\t");
        nft_element_print(out, m, family, layer, value, &map->at[i]);
        buf_str(out, i + 1 < map->n ? ",\n" : "\n");
    }
    buf_str(out, "\t\t}\n");
}

static void write_map(struct buf *out, const struct nft_model *m, enum family family, enum cell_layer layer,
                      enum nft_value value, bool elements, bool *any)
{
    static const char *const types[NFT_VALUES] = {
        [NFT_MARK] = " : mark", [NFT_CHAIN] = " : verdict", [NFT_ACCEPT] = ""};
    const struct nft_map *map = &m->maps[family][layer][value];

    if (map->n == 0)
        return;
    nft_begin_block(out, any);
    buf_str(out, value == NFT_ACCEPT ? "\tset " : "\tmap ");
    nft_map_name(out, family, layer, value);
    buf_printf(out, " {\n\t\ttype ipv%d_addr . inet_proto%s%s\n", family_ops[family].number,
               cells_have_ports(layer) ? " . inet_service" : "", types[value]);
    if (cells_are_ranges(layer))
        buf_str(out, "\t\tflags interval\n");
    if (elements)
        write_elements(out, m, family, layer, value);
    buf_str(out, "\t}\n");
}

/* What asks for interfaces and sources, one rule for each combination; who comes from a listed MAC address is
 * sent away first. An address is a match of ether alone, so never one of what comes from lo or a tun device.
 */
static void write_conditions(struct buf *out, const struct nft_model *m, const struct service *s)
{
    const struct service_more *more = service_more(s);
    uint32_t interfaces = service_has(s, KEY_INTERFACE) ? more->interfaces.n : 1;
    uint32_t sources = service_has(s, KEY_SOURCE) ? more->sources.n : 1;

    for (uint32_t i = 0; i < more->exclude_macs.n; i++) {
        buf_str(out, "\t\tether saddr ");
        mac_print(out, &more->exclude_macs.at[i]);
        buf_str(out, " return\n");
    }
    for (uint32_t a = 0; a < sources; a++) {
        const struct prefix *source = service_has(s, KEY_SOURCE) ? &more->sources.at[a] : NULL;

        if (source && !m->wants[source->family])
            continue;
        for (uint32_t i = 0; i < interfaces; i++) {
            buf_str(out, "\t\t");
            if (source && source->len == 0)
                buf_printf(out, "meta nfproto ipv%d ", family_ops[source->family].number);
            nft_interface_print(out, "iifname",
                                service_has(s, KEY_INTERFACE) ? &more->interfaces.at[i] : NULL);
            nft_address_match_print(out, "saddr", source);
            nft_mark_print(out, s->mark);
            buf_char(out, '\n');
        }
    }
}

static void write_steps(struct buf *out, const struct nft_own_chain *chain)
{
    for (uint32_t i = 0; i < chain->n_steps; i++) {
        const struct nft_step *step = &chain->steps[i];

        buf_str(out, "\t\t");
        if (step->asked)
            buf_printf(out, "jump service-%.*s", step->asked->name_len, step->asked->name);
        else
            nft_mark_print(out, step->mark);
        buf_char(out, '\n');
    }
}

static void write_chains(struct buf *out, const struct nft_model *m, bool *any)
{
    for (size_t i = 0; i < m->chains.n; i++) {
        const struct nft_own_chain *chain = &m->chains.at[i];

        nft_begin_block(out, any);
        buf_printf(out, "\tchain %s {\n", chain->name);
        if (chain->service)
            write_conditions(out, m, chain->service);
        else
            write_steps(out, chain);
        buf_str(out, "\t}\n");
    }
}

static void write_key(struct buf *out, enum family family, enum cell_layer layer)
{
    buf_printf(out, "%s daddr . meta l4proto%s ", family == IPV4 ? "ip" : "ip6",
               cells_have_ports(layer) ? " . th dport" : "");
}

static void write_lookup(struct buf *out, enum family family, enum cell_layer layer, enum nft_value value)
{
    buf_str(out, value == NFT_MARK ? "\t\tmeta mark set " : "\t\t");
    write_key(out, family, layer);
    buf_str(out, value == NFT_MARK ? "map @" : "vmap @");
    nft_map_name(out, family, layer, value);
    buf_str(out, value == NFT_MARK ? " return\n" : "\n");
}

static void write_accept(struct buf *out, enum family family, enum cell_layer layer, const char *more)
{
    buf_str(out, "\t\t");
    write_key(out, family, layer);
    buf_char(out, '@');
    nft_map_name(out, family, layer, NFT_ACCEPT);
    buf_printf(out, "%s accept\n", more);
}

/* Of ICMP, only what path MTU discovery and errors need. */
static void write_accepts(struct buf *out, const struct nft_model *m)
{
    static const char *const icmp[FAMILIES] = {" icmp type { 3, 11, 12 }", " icmpv6 type { 1, 2, 3, 4 }"};
    static const char *const others[FAMILIES] = {" meta l4proto != icmp", " meta l4proto != icmpv6"};

    for (int family = 0; family < FAMILIES; family++)
        for (int layer = 0; layer < CELL_LAYERS; layer++) {
            if (m->maps[family][layer][NFT_ACCEPT].n == 0)
                continue;
            bool ports = cells_have_ports((enum cell_layer)layer);

            write_accept(out, (enum family)family, (enum cell_layer)layer, ports ? "" : others[family]);
            if (!ports)
                write_accept(out, (enum family)family, (enum cell_layer)layer, icmp[family]);
        }
}

/* One map behind the other; who is found in one is done. */
static void write_prerouting(struct buf *out, const struct nft_model *m, bool *any)
{
    struct buf lookups = {0};

    for (int family = 0; family < FAMILIES; family++)
        for (int layer = 0; layer < CELL_LAYERS; layer++)
            for (int value = 0; value < NFT_ACCEPT; value++)
                if (m->maps[family][layer][value].n)
                    write_lookup(&lookups, (enum family)family, (enum cell_layer)layer,
                                 (enum nft_value)value);
    if (lookups.len) {
        nft_begin_block(out, any);
        buf_str(out, "\tchain prerouting {\n"
                     "\t\ttype filter hook prerouting priority mangle; policy accept;\n");
        buf_add(out, lookups.at, lookups.len);
        buf_str(out, "\t}\n");
    }
    buf_free(&lookups);
}

void nft_write_table(const struct nft_model *model, const struct nft_hooks *hooks, const char *marker,
                     bool elements, struct buf *out)
{
    struct buf accepts = {0};
    bool any = false;

    buf_str(out, "table inet " NFT_TABLE " {\n");
    for (int family = 0; family < FAMILIES; family++)
        for (int layer = 0; layer < CELL_LAYERS; layer++)
            for (int value = 0; value < NFT_VALUES; value++)
                write_map(out, model, (enum family)family, (enum cell_layer)layer, (enum nft_value)value,
                          elements, &any);
    write_chains(out, model, &any);
    write_prerouting(out, model, &any);
    write_accepts(&accepts, model);
    nft_hooks_write(hooks, &accepts, out, &any);
    buf_free(&accepts);
    if (marker) {
        nft_begin_block(out, &any);
        buf_printf(out, "\tchain %s {\n\t}\n", marker);
    }
    buf_str(out, "}\n");
}

void nft_write_head(const struct nft_hooks *hooks, struct buf *out)
{
    buf_str(out, "# Generated by lbgen " LBGEN_VERSION "\n");
    if (hooks)
        nft_hooks_explain(hooks, out);
    /* Made if it is not there, so that it can be deleted: all in one transaction. */
    buf_str(out, "table inet " NFT_TABLE "\ndelete table inet " NFT_TABLE "\n");
}

static void write(const struct format_job *job, struct buf *out)
{
    struct config config = *job->config;
    struct format_job said = *job;
    struct nft_model model;
    struct nft_hooks hooks;

    if (job->remove) {
        nft_write_head(NULL, out);
        return;
    }
    said.config = &config;
    if (nft_leaves_out_rules(job))
        config.policies.n = 0;
    nft_model_make(&model, &config, job->wants);
    nft_hooks_make(&hooks, &said);
    nft_write_head(&hooks, out);
    buf_char(out, '\n');
    nft_write_table(&model, &hooks, NULL, true, out);
    nft_hooks_free(&hooks);
    nft_model_free(&model);
}

const struct format nft_format = {.name = "nft", .can_remove = true, .check = nft_check, .write = write};
