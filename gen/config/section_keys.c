/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/number.h"
#include "lbgen/section_keys.h"
#include "lbgen/vec.h"
#include "lbgen/words.h"

enum { VRRP_ACCEPT, VRRP_AUTHENTICATION, VRRP_SYNC, VRRP_INTERFACE, VRRP_SOURCE };
enum { SETTING_LAYOUT, SETTING_FWMARK_MASK };
enum { EXPECT_PACKET, EXPECT_FWMARK, EXPECT_VERDICT, EXPECT_SERVICE };

const char *const vrrp_keys[] = {"accept", "authentication", "sync", "interface", "source", NULL};
const char *const settings_keys[] = {"layout", "fwmark-mask", NULL};
const char *const rules_keys[] = {"rule", "rule4", "rule6", "policy", "policy4", "policy6", NULL};
const char *const expect_keys[] = {"packet", "fwmark", "verdict", "service", NULL};

static int find_key(const char *const *keys, const char *key)
{
    for (int i = 0; keys[i]; i++)
        if (strcmp(keys[i], key) == 0)
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
    static const char *const authentications[] = {"none", "ah"};
    int key = find_key(vrrp_keys, v->key), kind;

    if (key < 0)
        return false;
    if (value_empty(v))
        return true;
    if (key == VRRP_INTERFACE) {
        value_interfaces(v, &vrrp->interfaces);
        vrrp->interface_at = v->key_at;
        return true;
    }
    if (key == VRRP_SOURCE) {
        value_prefixes(v, &vrrp->sources);
        return true;
    }
    if (!once(given, key, v))
        return true;
    if (key == VRRP_ACCEPT)
        value_yes_no(v, &vrrp->accept);
    else if (key == VRRP_SYNC)
        value_yes_no(v, &vrrp->sync);
    else if (value_choice(v, authentications, 2, &kind))
        vrrp->ah = kind == 1;
    return true;
}

bool settings_key_set(struct settings *settings, uint32_t *given, const struct value *v)
{
    static const char *const layouts[] = {"auto", "flat", "tree"};
    int key = find_key(settings_keys, v->key), layout;
    struct complaint why;

    if (key < 0)
        return false;
    if (!once(given, key, v) || value_empty(v))
        return true;
    if (key == SETTING_LAYOUT) {
        if (value_choice(v, layouts, 3, &layout))
            settings->layout = (enum layout)layout;
    } else if (!mark_mask_parse(v->ini->text, v->ini->len, &settings->fwmark_mask, &why)) {
        settings->fwmark_mask = MARK_MASK_ALL;
        value_refuse(v, 0, &why);
    }
    return true;
}

/* Which families the digit behind `rule` or `policy` asks for. */
static unsigned families_of(const char *key)
{
    switch (key[strlen(key) - 1]) {
    case '4': return FAMILY_BIT_4;
    case '6': return FAMILY_BIT_6;
    default: return FAMILY_BITS_BOTH;
    }
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
    if (find_key(rules_keys, v->key) < 0)
        return false;
    if (value_empty(v))
        return true;
    (v->key[0] == 'r' ? add_rule : add_policy)(config, table, families_of(v->key), v);
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
    static const char *const verdicts[] = {"DROP", "ACCEPT"};
    int key = find_key(expect_keys, v->key), verdict;
    struct complaint why;

    if (key < 0)
        return false;
    if (!once(given, key, v))
        return true;
    expect_key_given(expect, v->key);
    if (value_empty(v))
        return true;
    switch (key) {
    case EXPECT_PACKET:
        if (!packet_parse(v->ini->text, v->ini->len, &expect->packet, &why))
            value_refuse(v, 0, &why);
        break;
    case EXPECT_FWMARK: set_expected_mark(expect, v); break;
    case EXPECT_SERVICE: set_expected_service(expect, v); break;
    default:
        if (value_choice(v, verdicts, 2, &verdict))
            expect->accepted = verdict == 1;
    }
    return true;
}
