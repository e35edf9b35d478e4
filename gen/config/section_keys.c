/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/number.h"
#include "lbgen/section_keys.h"
#include "lbgen/vec.h"
#include "lbgen/words.h"

static int find_key(const char *const *words, int n, const char *key)
{
    for (int i = 0; i < n; i++)
        if (strcmp(words[i], key) == 0)
            return i;
    return -1;
}

/* Whether key number `i` is here for the first time; reports it otherwise. */
static bool once(uint32_t *given, int i, const struct value *v)
{
    if (*given >> i & 1) {
        diag_at(v->diag, SEVERITY_ERROR, v->key_at, strlen(v->key), "'%s' is given twice; it takes one value",
                v->key);
        return false;
    }
    *given |= 1U << i;
    return true;
}

bool vrrp_key_set(struct vrrp *vrrp, uint32_t *given, const struct value *v)
{
    enum { ACCEPT, AUTHENTICATION, SYNC, INTERFACE, SOURCE, COUNT };
    static const char *const words[COUNT] = {"accept", "authentication", "sync", "interface", "source"};
    static const char *const authentications[] = {"none", "ah"};
    int key = find_key(words, COUNT, v->key), kind;

    if (key < 0)
        return false;
    if (value_empty(v))
        return true;
    if (key == INTERFACE) {
        value_interfaces(v, &vrrp->interfaces);
        vrrp->interface_at = v->key_at;
        return true;
    }
    if (key == SOURCE) {
        value_prefixes(v, &vrrp->sources);
        return true;
    }
    if (!once(given, key, v))
        return true;
    if (key == ACCEPT)
        value_yes_no(v, &vrrp->accept);
    else if (key == SYNC)
        value_yes_no(v, &vrrp->sync);
    else if (value_choice(v, authentications, 2, &kind))
        vrrp->ah = kind == 1;
    return true;
}

bool settings_key_set(struct settings *settings, uint32_t *given, const struct value *v)
{
    enum { LAYOUT, FWMARK_MASK, COUNT };
    static const char *const words[COUNT] = {"layout", "fwmark-mask"};
    static const char *const layouts[] = {"auto", "flat", "tree"};
    int key = find_key(words, COUNT, v->key), layout;
    struct complaint why;

    if (key < 0)
        return false;
    if (!once(given, key, v) || value_empty(v))
        return true;
    if (key == LAYOUT) {
        if (value_choice(v, layouts, 3, &layout))
            settings->layout = (enum layout)layout;
    } else if (!mark_mask_parse(v->ini->text, v->ini->len, &settings->fwmark_mask, &why)) {
        settings->fwmark_mask = MARK_MASK_ALL;
        value_refuse(v, 0, &why);
    }
    return true;
}

/* `rule`, `rule4`, `rule6` and so on: which families the digit behind the word asks for; 0 when it is no such
 * key. */
static unsigned families_of(const char *key, const char *word)
{
    size_t n = strlen(word);

    if (strncmp(key, word, n) != 0)
        return 0;
    return key[n] == '\0'              ? FAMILY_BITS_BOTH
           : strcmp(key + n, "4") == 0 ? FAMILY_BIT_4
           : strcmp(key + n, "6") == 0 ? FAMILY_BIT_6
                                       : 0;
}

static void add_rule(struct config *config, enum table table, unsigned families, const struct value *v)
{
    const struct ini_value *ini = v->ini;

    *VEC_ADD(&config->rules) = (struct host_rule){
        .table = table,
        .families = families,
        .either = families == FAMILY_BITS_BOTH,
        .text = arena_text(v->mem, ini->text, ini->len),
        .value = {.len = ini->len,
                  .runs = arena_copy(v->mem, ini->runs, ini->n_runs * sizeof *ini->runs),
                  .n_runs = ini->n_runs},
    };
    struct host_rule *rule = &config->rules.at[config->rules.n - 1];
    rule->value.text = rule->text;
}

static bool policy_complain(const char *text, size_t len, enum table table, struct host_policy *policy,
                            struct complaint *why)
{
    struct word chain = {0}, word, more;
    enum hook hook;

    word_next(text, len, &chain);
    word = chain;
    if (!word_next(text, len, &word) || (more = word, word_next(text, len, &more)))
        return complain(why, 0, len, "a policy is written: CHAIN ACCEPT, or CHAIN DROP");
    if (!hook_find(text + chain.at, chain.len, &hook) || !table_has_hook(table, hook))
        return complain(why, chain.at, chain.len, "table %s has no built-in chain of this name",
                        table_names[table]);
    bool drop = word.len == 4 && memcmp(text + word.at, "DROP", 4) == 0;
    if (!drop && (word.len != 6 || memcmp(text + word.at, "ACCEPT", 6) != 0))
        return complain(why, word.at, word.len, "a policy is ACCEPT or DROP");
    if (drop && table == TABLE_NAT)
        return complain(why, word.at, word.len,
                        "table nat is not for filtering: iptables refuses DROP there");
    policy->chain = (uint8_t)hook;
    policy->drop = drop;
    return true;
}

static void add_policy(struct config *config, enum table table, unsigned families, const struct value *v)
{
    struct host_policy policy = {.table = table, .families = families, .at = v->key_at};
    struct complaint why;

    if (!policy_complain(v->ini->text, v->ini->len, table, &policy, &why)) {
        value_refuse(v, 0, &why);
        return;
    }
    for (size_t i = 0; i < config->policies.n; i++) {
        const struct host_policy *other = &config->policies.at[i];

        if (other->table == table && other->chain == policy.chain && (other->families & families)) {
            diag_at(v->diag, SEVERITY_ERROR, v->key_at, strlen(v->key), "the policy of %s is given twice",
                    hook_names[policy.chain]);
            diag_note(v->diag, other->at, "the other one is here");
            return;
        }
    }
    *VEC_ADD(&config->policies) = policy;
}

bool rules_key_set(struct config *config, enum table table, const struct value *v)
{
    unsigned of_rule = families_of(v->key, "rule"), of_policy = families_of(v->key, "policy");

    if (!of_rule && !of_policy)
        return false;
    if (value_empty(v))
        return true;
    if (of_rule)
        add_rule(config, table, of_rule, v);
    else
        add_policy(config, table, of_policy, v);
    return true;
}

static void set_expected_mark(struct expect *expect, const struct value *v)
{
    struct complaint why;

    expect->mark = 0;
    if (strcmp(v->ini->text, "none") == 0)
        return;
    if (!number_parse(v->ini->text, v->ini->len, &expect->mark) || expect->mark == 0) {
        complain(&why, 0, v->ini->len, "an expected fwmark is 1..4294967295, decimal or 0x hex, or none");
        value_refuse(v, 0, &why);
    }
}

static void set_expected_service(struct expect *expect, const struct value *v)
{
    struct complaint why;

    expect->service = NULL;
    expect->service_at = ini_value_place(v->ini, 0);
    if (strcmp(v->ini->text, "none") == 0)
        return;
    if (name_good(v->ini->text, v->ini->len, &why))
        expect->service = arena_text(v->mem, v->ini->text, v->ini->len);
    else
        value_refuse(v, 0, &why);
}

void expect_key_given(struct expect *expect, const char *key)
{
    expect->packet_given |= strcmp(key, "packet") == 0;
    expect->mark_given |= strcmp(key, "fwmark") == 0;
    expect->verdict_given |= strcmp(key, "verdict") == 0;
    expect->service_given |= strcmp(key, "service") == 0;
}

bool expect_key_set(struct expect *expect, uint32_t *given, const struct value *v)
{
    enum { PACKET, FWMARK, VERDICT, SERVICE, COUNT };
    static const char *const words[COUNT] = {"packet", "fwmark", "verdict", "service"};
    static const char *const verdicts[] = {"DROP", "ACCEPT"};
    int key = find_key(words, COUNT, v->key), verdict;
    struct complaint why;

    if (key < 0)
        return false;
    if (!once(given, key, v))
        return true;
    expect_key_given(expect, v->key);
    if (value_empty(v))
        return true;
    switch (key) {
    case PACKET:
        if (!packet_parse(v->ini->text, v->ini->len, &expect->packet, &why))
            value_refuse(v, 0, &why);
        break;
    case FWMARK: set_expected_mark(expect, v); break;
    case SERVICE: set_expected_service(expect, v); break;
    default:
        if (value_choice(v, verdicts, 2, &verdict))
            expect->accepted = verdict == 1;
    }
    return true;
}
