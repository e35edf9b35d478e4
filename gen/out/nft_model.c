/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/compile.h"
#include "lbgen/nft_model.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum {
    CHAIN_NAME_LONGEST = 120, /* NFT_CHAIN_MAXNAMELEN of linux/netfilter/nf_tables.h is 128 */
};

void nft_map_name(struct buf *out, enum family family, enum cell_layer layer, enum nft_value value)
{
    static const char *const layers[CELL_LAYERS][2] = {
        [CELLS_EXACT] = {"exact", ""},
        [CELLS_RANGE] = {"range", ""},
        [CELLS_ANY_PORT] = {"exact", "-any-port"},
        [CELLS_ANY_PORT_RANGE] = {"range", "-any-port"},
    };

    buf_printf(out, "%s%s%d%s%s", value == NFT_ACCEPT ? "accept-" : "", layers[layer][0],
               family_ops[family].number, layers[layer][1], value == NFT_CHAIN ? "-chain" : "");
}

static const char *chain_name(const void *items, uint32_t i, size_t *len)
{
    const struct nft_own_chain *chains = items;

    *len = strlen(chains[i].name);
    return chains[i].name;
}

/* The chain's name in the model's memory: the one that is there, or that of a new chain. */
static const char *enter_chain(struct nft_model *m, struct buf *name, struct nft_own_chain chain)
{
    const char *text = buf_text(name);
    uint32_t found = name_index_enter(&m->chains.names, m->chains.at, text, name->len, (uint32_t)m->chains.n);

    if (found != NAME_NOT_FOUND)
        return m->chains.at[found].name;
    chain.name = arena_text(&m->mem, text, name->len);
    if (chain.n_steps)
        chain.steps = arena_copy(&m->mem, chain.steps, chain.n_steps * sizeof *chain.steps);
    *VEC_ADD(&m->chains) = chain;
    return chain.name;
}

static const char *service_chain(struct nft_model *m, const struct service *s)
{
    struct buf name = {0};

    buf_printf(&name, "service-%.*s", s->name_len, s->name);
    const char *text = enter_chain(m, &name, (struct nft_own_chain){.service = s});
    buf_free(&name);
    return text;
}

static const char *mark_chain(struct nft_model *m, const struct nft_step *step)
{
    struct buf name = {0};

    buf_printf(&name, "mark-0x%x/0x%x", step->mark.value, step->mark.mask);
    const char *text = enter_chain(m, &name, (struct nft_own_chain){.steps = step, .n_steps = 1});
    buf_free(&name);
    return text;
}

/* Named by all services in their order; by the first one and a hash of all where that is too long. */
static const char *ordered_chain(struct nft_model *m, const struct service_list *list,
                                 const struct nft_step *steps, uint32_t n_steps)
{
    const struct service *services = m->config->services.at, *first = &services[list->at[0]];
    struct buf name = {0};

    for (uint32_t i = 0; i < n_steps; i++)
        if (steps[i].asked)
            service_chain(m, steps[i].asked);
    buf_str(&name, "in-order");
    for (uint32_t i = 0; i < list->n; i++)
        buf_printf(&name, "/%.*s", services[list->at[i]].name_len, services[list->at[i]].name);
    if (name.len > CHAIN_NAME_LONGEST) {
        uint64_t hash = name_hash(name.at, name.len);

        name.len = 0;
        buf_printf(&name, "in-order/%.*s/%016llx", first->name_len, first->name, (unsigned long long)hash);
    }
    const char *text = enter_chain(m, &name, (struct nft_own_chain){.steps = steps, .n_steps = n_steps});
    buf_free(&name);
    return text;
}

/* What the services do, in as few steps: marks behind each other become one, and what stands in front of a
 * whole mark is left out. */
static uint32_t make_steps(const struct nft_model *m, const struct service_list *list, struct nft_step *steps)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < list->n; i++) {
        const struct service *s = &m->config->services.at[list->at[i]];

        if (!service_is_unconditional(s)) {
            steps[n++] = (struct nft_step){.asked = s};
            continue;
        }
        struct nft_step step = {.mark = s->mark};
        if (n && !steps[n - 1].asked) {
            struct mark before = steps[--n].mark;

            step.mark.value |= before.value & ~s->mark.mask;
            step.mark.mask |= before.mask;
        }
        if (step.mark.mask == MARK_MASK_ALL)
            n = 0;
        steps[n++] = step;
    }
    return n;
}

static void add_element(struct nft_model *m, enum family family, enum cell_layer layer,
                        const struct claim_cell *cell, struct nft_step *steps)
{
    struct nft_element e = {.cell = cell};
    uint32_t n = make_steps(m, cell->services, steps);

    if (n > 1)
        e.chain = ordered_chain(m, cell->services, steps, n);
    else if (steps[0].asked)
        e.chain = service_chain(m, steps[0].asked);
    else if (steps[0].mark.mask != MARK_MASK_ALL)
        e.chain = mark_chain(m, &steps[0]);
    else
        e.mark = steps[0].mark.value;
    *VEC_ADD(&m->maps[family][layer][e.chain ? NFT_CHAIN : NFT_MARK]) = e;
}

static uint32_t longest_list(const struct claim_cells *cells)
{
    uint32_t longest = 1;

    for (int layer = 0; layer < CELL_LAYERS; layer++)
        for (size_t i = 0; i < cells->of[layer].n; i++)
            if (cells->of[layer].at[i].services->n > longest)
                longest = cells->of[layer].at[i].services->n;
    return longest;
}

static void add_family(struct nft_model *m, enum family family)
{
    struct claim_cells *cells = &m->cells[family];
    struct nft_step *steps;

    claim_cells_make(cells, &m->config->services, family);
    steps = xcalloc(longest_list(cells), sizeof *steps);
    for (int layer = 0; layer < CELL_LAYERS; layer++)
        for (size_t i = 0; i < cells->of[layer].n; i++)
            add_element(m, family, (enum cell_layer)layer, &cells->of[layer].at[i], steps);
    free(steps);
}

bool nft_accept_is_plain(const struct service *s)
{
    return service_more(s)->accept && !service_has(s, KEY_INTERFACE) && !service_has(s, KEY_SOURCE);
}

/* The services that accept, without anything that asks or that tells one from another. */
static size_t copy_accepting(const struct config *config, enum family family, struct service *copies)
{
    size_t n = 0;

    for (size_t i = 0; i < config->special.n; i++) {
        const struct service *s = &config->services.at[config->special.at[i]];

        if (!nft_accept_is_plain(s) || !service_claims(s, family))
            continue;
        copies[n] = *s;
        copies[n].more = NULL;
        copies[n].given &= ~(1U << KEY_EXCLUDE_MAC);
        copies[n++].mark = (struct mark){.value = 1, .mask = MARK_MASK_ALL};
    }
    return n;
}

static void add_accept_cells(struct nft_model *m, enum family family, const struct claim_cells *cells)
{
    for (int layer = 0; layer < CELL_LAYERS; layer++)
        for (size_t i = 0; i < cells->of[layer].n; i++)
            *VEC_ADD(&m->maps[family][layer][NFT_ACCEPT]) =
                (struct nft_element){.cell = &cells->of[layer].at[i]};
}

/* ICMP to the VIPs, as cells of a protocol without ports. */
static void add_accepted_icmp(struct nft_model *m, enum family family, struct services copies)
{
    struct claim_cells *icmp = &m->accepts[family].icmp;
    struct service *at = xmalloc(copies.n * sizeof *at);

    for (size_t i = 0; i < copies.n; i++) {
        at[i] = copies.at[i];
        at[i].n_protocols = 1;
        at[i].protocols[0] = PROTO_ESP;
    }
    copies.at = at;
    claim_cells_make(icmp, &copies, family);
    for (int layer = 0; layer < CELL_LAYERS; layer++)
        for (size_t i = 0; i < icmp->of[layer].n; i++)
            icmp->of[layer].at[i].proto = CELL_ICMP;
    add_accept_cells(m, family, icmp);
    free(at);
}

static void add_accepts(struct nft_model *m, enum family family)
{
    struct services copies = {0};

    copies.at = xmalloc(m->config->special.n * sizeof *copies.at);
    copies.n = copy_accepting(m->config, family, copies.at);
    m->accepts[family].at = copies.at;
    claim_cells_make(&m->accepts[family].cells, &copies, family);
    add_accept_cells(m, family, &m->accepts[family].cells);
    add_accepted_icmp(m, family, copies);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct nft_own_chain *)a)->name, ((const struct nft_own_chain *)b)->name);
}

void nft_model_make(struct nft_model *model, const struct config *config, const bool wants[FAMILIES])
{
    *model = (struct nft_model){.config = config, .chains.names.name_of = chain_name};
    for (int family = 0; family < FAMILIES; family++) {
        model->wants[family] = wants[family];
        if (!wants[family])
            continue;
        add_family(model, (enum family)family);
        if (config_policy_drops(config, (enum family)family, TABLE_FILTER, HOOK_INPUT))
            add_accepts(model, (enum family)family);
    }
    name_index_free(&model->chains.names);
    if (model->chains.n)
        qsort(model->chains.at, model->chains.n, sizeof *model->chains.at, by_name);
}

void nft_model_free(struct nft_model *model)
{
    for (int family = 0; family < FAMILIES; family++) {
        claim_cells_free(&model->cells[family]);
        claim_cells_free(&model->accepts[family].cells);
        claim_cells_free(&model->accepts[family].icmp);
        free(model->accepts[family].at);
        for (int layer = 0; layer < CELL_LAYERS; layer++)
            for (int value = 0; value < NFT_VALUES; value++)
                free(model->maps[family][layer][value].at);
    }
    free(model->chains.at);
    arena_free(&model->mem);
    *model = (struct nft_model){0};
}
