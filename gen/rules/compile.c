/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/compile.h"
#include "lbgen/layout.h"
#include "lbgen/own_chain.h"
#include "lbgen/service_rules.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

/* A chain that is not built in, of the table at hand. */
struct user_chain {
    struct chain_name name;
    const struct service *exclusions; /* its exclude-mac; NULL: a chain of [rules] */
};

/* Where the dispatch trees begin. */
static const struct {
    enum table table;
    enum hook hook;
} list_places[LAYOUT_LISTS] = {
    [LIST_MARKS] = {TABLE_MANGLE, HOOK_PREROUTING},
    [LIST_ACCEPTS] = {TABLE_FILTER, HOOK_INPUT},
};

struct compiler {
    const struct config *config;
    const struct formed_rules *host;
    const struct formed_rule **by_chain; /* the host's rules, sorted by table and chain */
    struct list_layout lists[LAYOUT_LISTS];
    struct rule_target target;
};

static const struct host_policy *find_policy(const struct config *config, enum family family,
                                             enum table table, enum hook hook)
{
    for (size_t i = 0; i < config->policies.n; i++) {
        const struct host_policy *p = &config->policies.at[i];

        if (p->table == table && p->chain == hook && (p->families >> family & 1))
            return p;
    }
    return NULL;
}

bool config_gives_policy(const struct config *config, enum family family, enum table table, enum hook hook)
{
    return find_policy(config, family, table, hook) != NULL;
}

bool config_policy_drops(const struct config *config, enum family family, enum table table, enum hook hook)
{
    const struct host_policy *p = find_policy(config, family, table, hook);

    return p && p->drop;
}

/* By table and chain; within a chain in the order of the input. */
static int by_place(const void *a, const void *b)
{
    const struct formed_rule *x = *(const struct formed_rule *const *)a,
                             *y = *(const struct formed_rule *const *)b;
    int order = x->table == y->table ? strcmp(x->chain, y->chain) : x->table < y->table ? -1 : 1;

    return order ? order : (x > y) - (x < y);
}

static const struct formed_rule **sort_host_rules(const struct formed_rules *host)
{
    const struct formed_rule **sorted = xmalloc(host->n * sizeof *sorted);

    for (size_t i = 0; i < host->n; i++)
        sorted[i] = &host->at[i];
    qsort(sorted, host->n, sizeof *sorted, by_place);
    return sorted;
}

/* The place of the chain's first rule in the sorted list, or of what stands behind where it would be. */
static size_t first_of_chain(const struct compiler *c, enum table table, const char *chain)
{
    size_t low = 0, high = c->host->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct formed_rule *f = c->by_chain[middle];

        if (f->table < table || (f->table == table && strcmp(f->chain, chain) < 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The host's rules of one chain, as they are. */
static void emit_host_rules(const struct compiler *c, enum table table, const char *chain, bool own)
{
    for (size_t i = first_of_chain(c, table, chain); i < c->host->n; i++) {
        const struct formed_rule *f = c->by_chain[i];
        struct rule rule = {
            .chain = chain, .icmp_type = -1, .tag = "rules", .tag_len = 5, .in_own_chain = own};

        if (f->table != table || strcmp(f->chain, chain) != 0)
            break;
        rule.text = f->text;
        rule.text_len = strlen(f->text);
        rule.head_len = f->head_len;
        c->target.sink->rule(c->target.sink->ctx, &rule);
    }
}

static bool masquerades(const struct compiler *c, const struct service *s)
{
    return prefix_list_has(service_more(s)->masquerade, c->target.family) &&
           (!service_has(s, KEY_MASQUERADE_PORTS) || service_has_ports(s));
}

static bool accepts(const struct compiler *c, const struct service *s)
{
    return service_more(s)->accept && service_claims(s, c->target.family);
}

/* Whether the service's packets, of either family, are accepted on their way in the family. */
static bool accepts_or_tunnels(const struct compiler *c, const struct service *s)
{
    return accepts(c, s) || (service_more(s)->accept && service_tunnels_across(s, c->target.family));
}

static bool excludes(const struct compiler *c, const struct service *s)
{
    return service_more(s)->exclude_macs.n && service_claims(s, c->target.family);
}

typedef bool (*wanted_fn)(const struct compiler *c, const struct service *s);

/* The first service behind number `from` of the special ones (config.h) that is wanted; NULL when there is
 * none. *from is moved on. */
static const struct service *next_special(const struct compiler *c, size_t *from, wanted_fn wanted)
{
    while (*from < c->config->special.n) {
        const struct service *s = &c->config->services.at[c->config->special.at[(*from)++]];

        if (wanted(c, s))
            return s;
    }
    return NULL;
}

static void emit_special(const struct compiler *c,
                         void (*emit)(const struct rule_target *, const struct service *), wanted_fn wanted)
{
    const struct service *s;

    for (size_t i = 0; (s = next_special(c, &i, wanted));)
        emit(&c->target, s);
}

static bool any_special(const struct compiler *c, wanted_fn wanted)
{
    size_t i = 0;

    return next_special(c, &i, wanted) != NULL;
}

/* The jump to the list's tree, when it hangs in one. */
static bool emit_tree(const struct compiler *c, enum layout_list list)
{
    const struct list_layout *layout = &c->lists[list];

    if (layout->is_tree)
        layout_emit_jump(&c->target, layout, hook_names[list_places[list].hook]);
    else if (layout->unproven && c->target.sink->note)
        c->target.sink->note(c->target.sink->ctx,
                             "the dispatch tree was not proven to be right, so this is a "
                             "flat list; please report this");
    return layout->is_tree;
}

static void emit_all_marks(const struct compiler *c)
{
    if (emit_tree(c, LIST_MARKS))
        return;
    for (size_t i = 0; i < c->config->services.n; i++)
        emit_marks(&c->target, &c->config->services.at[i]);
}

/* Once, in the name of the first service that accepts. */
static void emit_neighbours_once(const struct compiler *c, const char *chain)
{
    size_t i = 0;
    const struct service *s = next_special(c, &i, accepts_or_tunnels);

    if (s)
        emit_neighbours(&c->target, s, chain);
}

static void emit_chain(const struct compiler *c, enum table table, enum hook hook)
{
    if (table == TABLE_MANGLE && hook == HOOK_PREROUTING)
        emit_all_marks(c);
    if (table == TABLE_NAT && hook == HOOK_POSTROUTING)
        emit_special(c, emit_masquerade, masquerades);
    if (table == TABLE_FILTER && hook == HOOK_INPUT) {
        emit_vrrp(&c->target, &c->config->vrrp, false);
        if (!emit_tree(c, LIST_ACCEPTS))
            emit_special(c, emit_accepts, accepts);
        emit_neighbours_once(c, "INPUT");
    }
    if (table == TABLE_FILTER && hook == HOOK_FORWARD)
        emit_special(c, emit_replies, accepts);
    if (table == TABLE_FILTER && hook == HOOK_OUTPUT &&
        config_policy_drops(c->config, c->target.family, TABLE_FILTER, HOOK_OUTPUT)) {
        emit_vrrp(&c->target, &c->config->vrrp, true);
        emit_special(c, emit_forwarded, accepts_or_tunnels);
        emit_neighbours_once(c, "OUTPUT");
    }
    emit_host_rules(c, table, hook_names[hook], false);
}

struct user_chains {
    struct user_chain *at;
    size_t n, cap;
};

static int by_chain_name(const void *a, const void *b)
{
    return strcmp(((const struct user_chain *)a)->name.text, ((const struct user_chain *)b)->name.text);
}

static void add_host_chain(struct user_chains *chains, const char *name, size_t len)
{
    struct user_chain *chain = VEC_ADD(chains);

    *chain = (struct user_chain){0};
    memcpy(chain->name.text, name, len <= CHAIN_NAME_MAX ? len : CHAIN_NAME_MAX);
}

/* The table's user chains, sorted as iptables-save does, each once. */
static struct user_chains collect_user_chains(const struct compiler *c, enum table table)
{
    struct user_chains chains = {0};
    const struct service *s;
    size_t kept = 0;

    if (table == TABLE_MANGLE)
        for (size_t i = 0; (s = next_special(c, &i, excludes));)
            *VEC_ADD(&chains) = (struct user_chain){.name = exclusion_chain(s), .exclusions = s};
    for (size_t i = 0; i < c->host->n; i++) {
        const struct formed_rule *f = &c->host->at[i];

        if (f->table != table)
            continue;
        if (chain_is_own(f->chain, strlen(f->chain)))
            add_host_chain(&chains, f->chain, strlen(f->chain));
        if (chain_is_own(f->jump, strlen(f->jump)))
            add_host_chain(&chains, f->jump, strlen(f->jump));
    }
    if (chains.n)
        qsort(chains.at, chains.n, sizeof *chains.at, by_chain_name);
    for (size_t i = 0; i < chains.n; i++)
        if (kept == 0 || by_chain_name(&chains.at[kept - 1], &chains.at[i]) != 0)
            chains.at[kept++] = chains.at[i];
    chains.n = kept;
    return chains;
}

static bool marks_anything(const struct compiler *c)
{
    for (size_t i = 0; i < c->config->services.n; i++)
        if (service_claims(&c->config->services.at[i], c->target.family))
            return true;
    return false;
}

/* Whether something goes into the table. */
static bool table_is_used(const struct compiler *c, enum table table)
{
    for (size_t i = 0; i < c->host->n; i++)
        if (c->host->at[i].table == table)
            return true;
    for (int hook = 0; hook < HOOKS; hook++)
        if (find_policy(c->config, c->target.family, table, (enum hook)hook))
            return true;
    switch (table) {
    case TABLE_MANGLE: return marks_anything(c);
    case TABLE_NAT: return any_special(c, masquerades);
    case TABLE_FILTER:
        return vrrp_is_accepted(&c->config->vrrp, c->target.family) || any_special(c, accepts_or_tunnels);
    default: return false;
    }
}

/* The tree's chains, those of the name lbgen-..., come in front of all others, lbgen.... */
static const struct list_layout *tree_of_table(const struct compiler *c, enum table table,
                                               enum layout_list *list)
{
    for (*list = 0; *list < LAYOUT_LISTS; ++*list)
        if (list_places[*list].table == table && c->lists[*list].is_tree)
            return &c->lists[*list];
    return NULL;
}

static void emit_tree_chains(const struct compiler *c, const struct list_layout *layout,
                             const uint32_t *by_name)
{
    for (size_t i = 0; layout && i < layout->tree.nodes.n; i++) {
        const struct chain_name name = layout_chain(layout, by_name[i]);

        c->target.sink->chain(c->target.sink->ctx, name.text, "-");
    }
}

static void emit_table(const struct compiler *c, enum table table)
{
    struct user_chains chains = collect_user_chains(c, table);
    enum layout_list list;
    const struct list_layout *layout = tree_of_table(c, table, &list);
    uint32_t *by_name = layout ? layout_nodes_by_name(layout) : NULL;

    c->target.sink->table(c->target.sink->ctx, table);
    for (int hook = 0; hook < HOOKS; hook++)
        if (table_has_hook(table, (enum hook)hook)) {
            bool drops = config_policy_drops(c->config, c->target.family, table, (enum hook)hook);

            c->target.sink->chain(c->target.sink->ctx, hook_names[hook], drops ? "DROP" : "ACCEPT");
        }
    emit_tree_chains(c, layout, by_name);
    for (size_t i = 0; i < chains.n; i++)
        c->target.sink->chain(c->target.sink->ctx, chains.at[i].name.text, "-");
    for (int hook = 0; hook < HOOKS; hook++)
        if (table_has_hook(table, (enum hook)hook))
            emit_chain(c, table, (enum hook)hook);
    if (layout)
        layout_emit_nodes(&c->target, layout, list, by_name);
    for (size_t i = 0; i < chains.n; i++)
        if (chains.at[i].exclusions)
            emit_exclusions(&c->target, chains.at[i].exclusions);
        else
            emit_host_rules(c, table, chains.at[i].name.text, true);
    c->target.sink->end(c->target.sink->ctx);
    free(by_name);
    free(chains.at);
}

void compile(const struct config *config, const struct formed_rules *host, enum family family,
             const struct rule_sink *sink)
{
    struct compiler c = {.config = config,
                         .host = host,
                         .by_chain = sort_host_rules(host),
                         .target = {.sink = sink, .family = family}};

    for (int list = 0; list < LAYOUT_LISTS; list++)
        layout_make(&c.lists[list], config, family, (enum layout_list)list);
    for (int table = 0; table < TABLES; table++)
        if (table_is_used(&c, (enum table)table))
            emit_table(&c, (enum table)table);
    for (int list = 0; list < LAYOUT_LISTS; list++)
        layout_free(&c.lists[list]);
    free((void *)c.by_chain);
}
