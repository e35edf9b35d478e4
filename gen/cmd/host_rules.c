/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/chain_loop.h"
#include "lbgen/host_rules.h"
#include "lbgen/look_alike.h"
#include "lbgen/save_read.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"
#include "lbgen/xt.h"

/* One family's batch; answers[i] belongs to rule number index[i] of the configuration. */
struct batch {
    struct xt_rule *answers;
    size_t *index;
    size_t n;
};

static bool ask(const struct config *config, enum family family, struct batch *batch, struct diag *diag)
{
    char *why = NULL;

    batch->answers = xcalloc(config->rules.n, sizeof *batch->answers);
    batch->index = xcalloc(config->rules.n, sizeof *batch->index);
    for (size_t i = 0; i < config->rules.n; i++) {
        const struct host_rule *rule = &config->rules.at[i];

        if (!(rule->families >> family & 1))
            continue;
        batch->answers[batch->n] = (struct xt_rule){.table = table_names[rule->table], .rule = rule->text};
        batch->index[batch->n++] = i;
    }
    if (xt_canonical(family_ops[family].number, batch->answers, batch->n, &why) == 0)
        return true;
    diag_file(diag, SEVERITY_ERROR, NULL, "[rules] could not be checked with libxtables: %s",
              why ? why : "no reason known");
    free(why);
    return false;
}

static void report(const struct host_rule *rule, size_t at, size_t len, const char *text, struct diag *diag)
{
    if (len == 0 && at == 0)
        len = rule->value.len;
    /* A rule may go on over several lines; what is underlined ends with the first. */
    diag_at(diag, SEVERITY_ERROR, ini_value_place(&rule->value, at), len, "%s", text);
    look_alike_note(diag, ini_value_place(&rule->value, at), rule->text + at, len);
}

enum which { FIRST, LAST };

/* Where the first or last word that equals `word` stands in a rule's text; the whole rule when there is none.
 */
static void find_word(const char *text, const char *word, enum which which, size_t *at, size_t *len)
{
    size_t n = strlen(word);

    *at = 0;
    *len = 0;
    for (const char *p = text; n && (p = strstr(p, word)); p++) {
        if ((p != text && !strchr(" \t\"", p[-1])) || !strchr(" \t\"", p[n]))
            continue;
        *at = (size_t)(p - text);
        *len = n;
        if (which == FIRST)
            return;
    }
}

static bool is_user_chain(const char *name)
{
    return strncmp(name, USER_CHAIN_PREFIX, strlen(USER_CHAIN_PREFIX)) == 0 &&
           name[strlen(USER_CHAIN_PREFIX)];
}

/* A rule stands in a built-in chain of its table or one of its own, and leads to one of its own. */
static bool chains_good(const struct host_rule *rule, const struct xt_rule *answer, struct diag *diag)
{
    struct complaint why;
    enum hook hook;

    if (!is_user_chain(answer->chain) &&
        (!hook_find(answer->chain, strlen(answer->chain), &hook) || !table_has_hook(rule->table, hook))) {
        find_word(rule->text, answer->chain, FIRST, &why.at, &why.len);
        complain(&why, why.at, why.len,
                 "table %s has no built-in chain '%s'; chains of one's own are named " USER_CHAIN_PREFIX
                 "NAME",
                 table_names[rule->table], answer->chain);
    } else if (answer->to_chain && !is_user_chain(answer->target)) {
        find_word(rule->text, answer->target, LAST, &why.at, &why.len);
        complain(&why, why.at, why.len,
                 "'%s' is no target and no chain of [rules]: a jump leads to " USER_CHAIN_PREFIX
                 "NAME, since lbgen would have to empty any other chain",
                 answer->target);
    } else {
        return true;
    }
    report(rule, why.at, why.len, why.text, diag);
    return false;
}

static void take(const struct host_rule *rule, size_t number, const struct xt_rule *answer,
                 enum family family, struct formed_host_rules *out)
{
    struct arena *mem = &out->mem;
    struct seen_rule seen;

    if (save_read_rule(answer->text, strlen(answer->text), mem, &seen))
        walk_table_add(&out->meant[rule->table][family], &seen);
    *VEC_ADD(&out->of[family]) = (struct formed_rule){
        .table = rule->table,
        .chain = arena_text(mem, answer->chain, strlen(answer->chain)),
        .jump = answer->to_chain ? arena_text(mem, answer->target, strlen(answer->target)) : "",
        .text = arena_text(mem, answer->text, strlen(answer->text)),
        .head_len = answer->head_len,
        .number = number,
    };
}

static bool is_good(const struct xt_rule *answer)
{
    return answer && (answer->status == XT_OK || answer->status == XT_AS_WRITTEN);
}

/* Judges one rule by its answers (NULL: not asked of that family). */
static void settle(const struct host_rule *rule, size_t number, struct xt_rule *const answers[FAMILIES],
                   struct formed_host_rules *out, struct diag *diag)
{
    const struct xt_rule *refusal = NULL;
    bool taken = false, checked = false;

    /* One family alone may refuse a rule, but not for reasons that have nothing to do with it. */
    for (int f = 0; f < FAMILIES; f++)
        if (answers[f] && answers[f]->status == XT_FAILED) {
            report(rule, answers[f]->at, answers[f]->len, answers[f]->text, diag);
            return;
        }
    for (int f = 0; f < FAMILIES; f++) {
        if (!is_good(answers[f])) {
            if (answers[f] && answers[f]->status == XT_REFUSED && !refusal)
                refusal = answers[f];
            continue;
        }
        taken = true;
        if (checked || chains_good(rule, answers[f], diag))
            take(rule, number, answers[f], (enum family)f, out);
        else
            return;
        checked = true;
    }
    if (taken)
        return;
    if (refusal)
        report(rule, refusal->at, refusal->len, refusal->text, diag);
    else if (rule->either)
        report(rule, 0, 0, "the rule has addresses of both families", diag);
    else
        report(rule, 0, 0,
               rule->families == FAMILY_BIT_4 ? "rule4 is for IPv4, but an address or -6 in it asks for IPv6"
                                              : "rule6 is for IPv6, but an address or -4 in it asks for IPv4",
               diag);
}

/* Circles of chains; those of IPv6 only where IPv4 has none, since they are nearly always the same. */
static void report_loops(const struct config *config, const struct formed_host_rules *rules,
                         struct diag *diag)
{
    for (int t = 0; t < TABLES; t++) {
        const struct formed_rule *closing = NULL;
        struct buf chains = {0};
        size_t at, len;

        for (int f = 0; f < FAMILIES && !closing; f++)
            closing = chain_loop_find(&rules->of[f], (enum table)t, &chains);
        if (closing) {
            const struct host_rule *rule = &config->rules.at[closing->number];

            find_word(rule->text, closing->jump, LAST, &at, &len);
            diag_at(diag, SEVERITY_ERROR, ini_value_place(&rule->value, at), len,
                    "this jump closes a loop of chains, which the kernel refuses: %s", buf_text(&chains));
        }
        buf_free(&chains);
    }
}

bool host_rules_form(const struct config *config, struct formed_host_rules *out, struct diag *diag)
{
    struct batch batches[FAMILIES] = {{0}};
    size_t next[FAMILIES] = {0};
    bool asked = true;

    if (config->rules.n == 0)
        return true;
    for (int f = 0; f < FAMILIES && asked; f++)
        asked = ask(config, (enum family)f, &batches[f], diag);
    for (size_t i = 0; asked && i < config->rules.n; i++) {
        struct xt_rule *answers[FAMILIES] = {NULL};

        for (int f = 0; f < FAMILIES; f++)
            if (next[f] < batches[f].n && batches[f].index[next[f]] == i)
                answers[f] = &batches[f].answers[next[f]++];
        settle(&config->rules.at[i], i, answers, out, diag);
    }
    report_loops(config, out, diag);
    for (int f = 0; f < FAMILIES; f++) {
        if (asked)
            xt_free_answers(batches[f].answers, batches[f].n);
        free(batches[f].answers);
        free(batches[f].index);
    }
    return asked;
}

void host_rules_free(struct formed_host_rules *rules)
{
    for (int f = 0; f < FAMILIES; f++) {
        free(rules->of[f].at);
        for (int t = 0; t < TABLES; t++)
            walk_table_free(&rules->meant[t][f]);
    }
    arena_free(&rules->mem);
}
