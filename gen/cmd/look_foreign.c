/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/audit.h"
#include "lbgen/image_drops.h"
#include "lbgen/look_foreign.h"
#include "lbgen/nft_chains.h"
#include "lbgen/nft_model.h"
#include "lbgen/rule_texts.h"
#include "lbgen/seen_table.h"
#include "lbgen/service_rules.h"

enum { TOLD_MAX = 10 };

static void tell_doubles(struct job *job, enum family family, const struct edit *edit)
{
    struct rule_texts texts = {.form = job->change.backend->form};
    size_t n = edit->doubles.n < TOLD_MAX ? edit->doubles.n : TOLD_MAX;
    struct complaint why;

    for (size_t i = 0; i < n; i++)
        rule_texts_add(&texts, edit->doubles.at[i].rule, edit->doubles.at[i].chain);
    if (n && rule_texts_make(&texts, family, &why))
        for (size_t i = 0; i < n; i++)
            job_warn(job, "a rule made by hand does what lbgen's does; --adopt takes it over: table %s: %s",
                     table_names[edit->table], rule_texts_next(&texts));
    if (edit->doubles.n > n)
        job_warn(job, "and %zu more such rules in table %s", edit->doubles.n - n, table_names[edit->table]);
    rule_texts_free(&texts);
}

void look_for_doubles(struct job *job)
{
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++)
            tell_doubles(job, (enum family)f, &job->change.edits[f][t]);
}

/* How many of the chain's rules, as it is now, stand in front of lbgen's first one, as it will be. */
static size_t rules_in_front(const struct image_table *now, const struct edit *edit, const char *name)
{
    const struct image_chain *chain = image_find_chain(now, name);
    const struct chain_edit *changes = NULL;
    size_t first = 0;

    for (size_t i = 0; i < edit->n; i++)
        if (strcmp(edit->at[i].chain, name) == 0)
            changes = &edit->at[i];
    while (chain && first < chain->n && !chain->at[first].tag)
        first++;
    for (size_t h = 0; changes && h < changes->n; h++)
        if (changes->at[h].n_added && changes->at[h].at < first)
            first = changes->at[h].at;
    return first;
}

static void look_at_chain(struct job *job, enum family family, enum table table, enum hook hook, bool marking)
{
    const struct image_table *now = &job->change.now[family].of[table];
    size_t front = rules_in_front(now, &job->change.edits[family][table], hook_names[hook]);
    struct seen_table seen = {0};
    struct complaint why;

    if (front == 0 || !job->is_wanted[family] ||
        !seen_table_make(&seen, family, job->change.backend->form, now, NULL, SEEN_FOREIGN, &why)) {
        seen_table_free(&seen);
        return;
    }
    for (size_t i = 0; i < seen.lines.n; i++) {
        const struct seen_line *line = &seen.lines.at[i];
        struct buf example = {0};
        const struct service *s = line->number <= front && strcmp(line->rule.chain, hook_names[hook]) == 0
                                      ? audit_foreign_rule(&job->of[family]->config, &line->rule, &seen.walk,
                                                           family, marking, &example)
                                      : NULL;

        if (s)
            job_warn(job,
                     "table %s: %s comes before lbgen's rules and can end the walk of packets of service "
                     "'%.*s', such "
                     "as %s",
                     table_names[table], line->text, s->name_len, s->name, buf_text(&example));
        buf_free(&example);
    }
    seen_table_free(&seen);
}

void look_in_front(struct job *job)
{
    for (int f = 0; f < FAMILIES; f++) {
        look_at_chain(job, (enum family)f, TABLE_MANGLE, HOOK_PREROUTING, true);
        look_at_chain(job, (enum family)f, TABLE_FILTER, HOOK_INPUT, false);
    }
}

/* What lbgen accepts on input, in words; NULL when it accepts nothing in that family. */
static const char *accepted(const struct job *job, enum family family)
{
    const struct config *config = &job->of[family]->config;

    if (!job->is_wanted[family])
        return NULL;
    for (size_t i = 0; i < config->special.n; i++)
        if (service_more(&config->services.at[config->special.at[i]])->accept)
            return "a service's traffic or VRRP";
    return vrrp_is_accepted(&config->vrrp, family) ? "VRRP" : NULL;
}

static void look_at_nft(struct job *job)
{
    struct nft_chains chains = {0};
    struct complaint why;

    if (!nft_chains_read(&chains, job->change.backend != &live_nft, &why)) {
        nft_chains_free(&chains);
        return;
    }
    for (size_t i = 0; i < chains.n; i++) {
        const struct nft_chain *c = &chains.at[i];
        const char *four = strcmp(c->family, "ip6") != 0 ? accepted(job, IPV4) : NULL;
        const char *six = strcmp(c->family, "ip") != 0 ? accepted(job, IPV6) : NULL;

        if (strcmp(c->family, "inet") == 0 && strcmp(c->table, NFT_TABLE) == 0)
            continue;
        if (c->can_drop && (four || six))
            job_warn(
                job,
                "nft table %s %s, chain %s, can drop %s on input%s: an accept of lbgen's does not help there",
                c->family, c->table, c->name, four ? four : six,
                c->policy_drop ? " (its policy is drop)" : "");
    }
    nft_chains_free(&chains);
}

static void look_at_legacy_table(struct job *job, enum family family, enum table t,
                                 const struct image_table *table, const char *what)
{
    static const enum hook way[] = {HOOK_PREROUTING, HOOK_INPUT};

    for (size_t i = 0; i < sizeof way / sizeof *way; i++)
        if (image_can_drop(table, way[i]))
            job_warn(
                job,
                "legacy table %s of %s, chain %s, can drop %s %s input: an accept of lbgen's in nft does "
                "not help there",
                table_names[t], family_ops[family].name, hook_names[way[i]], what,
                way[i] == HOOK_INPUT ? "on" : "before");
}

static void look_at_legacy(struct job *job)
{
    struct complaint ignored;
    struct live *live = live_legacy.open(&ignored);

    for (int f = 0; live && f < FAMILIES; f++) {
        struct image image = {0};
        const char *what = accepted(job, (enum family)f);

        if (what && live_legacy.read(live, (enum family)f, &image, &ignored))
            for (int t = 0; t < TABLES; t++)
                look_at_legacy_table(job, (enum family)f, (enum table)t, &image.of[t], what);
        image_free(&image);
    }
    if (live)
        live_legacy.close(live);
}

void look_at_neighbours(struct job *job)
{
    look_at_nft(job);
    if (job->change.backend != &live_legacy)
        look_at_legacy(job);
}
