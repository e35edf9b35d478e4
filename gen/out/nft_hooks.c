/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An accept ends the walk of its own base chain alone: what another table drops stays dropped. So accepts are
 * rules only where the chain's own policy drops; elsewhere they would do nothing but cost time. */
#include <string.h>

#include "lbgen/nft.h"
#include "lbgen/nft_hooks.h"
#include "lbgen/nft_text.h"

static const char *const hook_words[HOOKS] = {[HOOK_PREROUTING] = "prerouting",
                                              [HOOK_INPUT] = "input",
                                              [HOOK_FORWARD] = "forward",
                                              [HOOK_OUTPUT] = "output",
                                              [HOOK_POSTROUTING] = "postrouting"};

/* The rules of one family, on their way from compile. */
struct collector {
    struct nft_hooks *hooks;
    const struct config *config;
    enum family family;
    enum table table;
};

static void take_table(void *ctx, enum table table)
{
    struct collector *c = ctx;

    c->table = table;
}

static void take_chain(void *ctx, const char *name, const char *policy)
{
    struct collector *c = ctx;
    enum hook hook;

    if (c->table == TABLE_FILTER && hook_find(name, strlen(name), &hook) && strcmp(policy, "DROP") == 0)
        c->hooks->drops[hook] |= 1U << c->family;
}

/* What a service accepts on input, and a set has (nft_model.h). */
static bool is_in_a_set(const struct collector *c, const struct rule *rule, enum hook hook)
{
    const struct services *services = &c->config->services;
    uint32_t number = NAME_NOT_FOUND;

    if (c->table == TABLE_FILTER && hook == HOOK_INPUT && rule->dst && rule->tag)
        number = name_index_find(&services->names, services->at, rule->tag, rule->tag_len);
    return number != NAME_NOT_FOUND && nft_accept_is_plain(&services->at[number]);
}

static void take_rule(void *ctx, const struct rule *rule)
{
    struct collector *c = ctx;
    enum hook hook;
    struct buf *to;

    if (rule->text || (c->table != TABLE_FILTER && c->table != TABLE_NAT) ||
        !hook_find(rule->chain, strlen(rule->chain), &hook))
        return;
    if (c->table == TABLE_FILTER && !(c->hooks->drops[hook] >> c->family & 1)) {
        c->hooks->accepts_nothing = true;
        return;
    }
    if (is_in_a_set(c, rule, hook))
        return;
    to = c->table == TABLE_NAT ? &c->hooks->nat : &c->hooks->filter[hook];
    buf_str(to, "\t\t");
    nft_rule_print(to, rule, c->family);
    buf_char(to, '\n');
}

static void take_end(void *ctx)
{
    (void)ctx;
}

void nft_hooks_make(struct nft_hooks *hooks, const struct format_job *job)
{
    struct config flat = *job->config; /* a dispatch tree is of no use to maps */

    *hooks = (struct nft_hooks){.rules_left_out = nft_leaves_out_rules(job)};
    flat.settings.layout = LAYOUT_FLAT;
    for (int family = 0; family < FAMILIES; family++) {
        struct collector c = {.hooks = hooks, .config = job->config, .family = (enum family)family};
        const struct rule_sink sink = {
            .ctx = &c, .table = take_table, .chain = take_chain, .rule = take_rule, .end = take_end};

        if (!job->wants[family])
            continue;
        hooks->families |= 1U << family;
        compile(&flat, &job->host[family], (enum family)family, &sink);
    }
}

void nft_hooks_free(struct nft_hooks *hooks)
{
    for (int hook = 0; hook < HOOKS; hook++)
        buf_free(&hooks->filter[hook]);
    buf_free(&hooks->nat);
}

/* The chain's policy holds for both families; where only one drops, that is a rule at the end. */
static void write_filter(struct buf *out, const struct nft_hooks *hooks, enum hook hook,
                         const struct buf *accepts, bool *any)
{
    const unsigned drops = hooks->drops[hook];
    const bool both = drops == FAMILY_BITS_BOTH;

    if (!drops)
        return;
    nft_begin_block(out, any);
    buf_printf(out, "\tchain %s {\n\t\ttype filter hook %s priority filter; policy %s;\n", hook_words[hook],
               hook_words[hook], both ? "drop" : "accept");
    if (hook == HOOK_INPUT)
        buf_add(out, accepts->at, accepts->len);
    buf_add(out, hooks->filter[hook].at, hooks->filter[hook].len);
    if (!both)
        buf_printf(out, "\t\tmeta nfproto ipv%d drop\n", drops == FAMILY_BIT_4 ? 4 : 6);
    buf_str(out, "\t}\n");
}

void nft_hooks_write(const struct nft_hooks *hooks, const struct buf *accepts, struct buf *out, bool *any)
{
    for (int hook = 0; hook < HOOKS; hook++)
        write_filter(out, hooks, (enum hook)hook, accepts, any);
    if (hooks->nat.len == 0)
        return;
    nft_begin_block(out, any);
    buf_str(out, "\tchain postrouting {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n");
    buf_add(out, hooks->nat.at, hooks->nat.len);
    buf_str(out, "\t}\n");
}

void nft_hooks_explain(const struct nft_hooks *hooks, struct buf *out)
{
    if (hooks->rules_left_out)
        buf_str(out, "# [rules] is left out: rules of iptables, and the policies that go with them.\n");
    if (hooks->accepts_nothing)
        buf_str(out,
                "# VRRP and `accept = yes` are no rules here: an accept in this table can't undo a drop in "
                "another.\n# The table that drops needs them: `meta l4proto 112 accept`, "
                "`meta mark MARK accept`.\n");
}
