/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/audit_marks.h"
#include "lbgen/lint_mark_users.h"
#include "lbgen/look_marks.h"
#include "lbgen/mark_groups.h"
#include "lbgen/own_chain.h"
#include "lbgen/routing_rules.h"
#include "lbgen/save_set.h"
#include "lbgen/seen_table.h"

enum { TOLD_MAX = 10 };

struct told_file {
    struct input *input;
    const struct save_file *file;
    srcpos base;
};

static void tell_of_line(void *ctx, enum table table, const struct set_rule *rule,
                         const struct mark_collision *collision)
{
    struct told_file *told = ctx;
    struct buf text = {0};

    (void)table;
    mark_collision_print(&text, collision);
    diag_at(&told->input->diag, SEVERITY_WARNING, told->base + (srcpos)(rule->text - told->file->at[0].text),
            rule->text_len, "this rule %s", buf_text(&text));
    buf_free(&text);
}

/* lbgen's rules are at the first of their own, or come behind all others. */
static size_t rules_in_front(const struct rule_set *set)
{
    uint32_t number = rule_set_find(set, TABLE_MANGLE, hook_names[HOOK_PREROUTING]);
    const struct set_chain *chain = number == NO_CHAIN ? NULL : &set->of[TABLE_MANGLE].at[number];
    size_t i = 0;

    while (chain && i < chain->n && !chain->at[i].tag)
        i++;
    return i;
}

void look_at_marks_of_file(struct input *input, enum family family, struct save_file *file, srcpos base)
{
    struct told_file told = {.input = input, .file = file, .base = base};
    struct rule_set set;

    save_set_make(file, &set);
    audit_marks(&input->config, family, &set, rules_in_front(&set), tell_of_line, &told);
    rule_set_free(&set);
}

/* Live tables of one family, as far as they speak of marks. */
struct live_marks {
    struct job *job;
    struct rule_set set;
    struct seen_table seen[TABLES];
    size_t front, told;
};

static void tell_of_rule(void *ctx, enum table table, const struct set_rule *rule,
                         const struct mark_collision *collision)
{
    struct live_marks *live = ctx;
    struct buf text = {0};

    if (live->told++ >= TOLD_MAX)
        return;
    mark_collision_print(&text, collision);
    job_warn(live->job, "table %s: %.*s: %s", table_names[table], (int)rule->text_len, rule->text,
             buf_text(&text));
    buf_free(&text);
}

/* Matches and targets that have to do with marks have it in their names, in entries as in lines. */
static bool speaks_of_marks(const struct image_table *table)
{
    for (size_t c = 0; c < table->n; c++)
        for (size_t i = 0; i < table->at[c].n; i++) {
            const struct image_rule *r = &table->at[c].at[i];

            if (!image_rule_is_own(&table->at[c], r) &&
                (memmem(r->payload, r->len, "mark", 4) || memmem(r->payload, r->len, "MARK", 4)))
                return true;
        }
    return false;
}

/* How many foreign rules stand in the chain in front of lbgen's first one; all when it has none there yet. */
static size_t live_front(const struct image_table *mangle)
{
    const struct image_chain *chain = image_find_chain(mangle, hook_names[HOOK_PREROUTING]);
    size_t i = 0;

    while (chain && i < chain->n && !image_rule_is_own(chain, &chain->at[i]))
        i++;
    return i;
}

static void collect_table(struct live_marks *live, enum family family, enum table table)
{
    const struct image_table *now = &live->job->change.now[family].of[table];
    struct seen_table *seen = &live->seen[table];
    struct complaint why;

    if (!speaks_of_marks(now))
        return;
    if (!seen_table_make(seen, family, live->job->change.backend->form, now, NULL, SEEN_FOREIGN, &why)) {
        job_warn(live->job, "whether rules of table %s use the services' marks can't be known: %s",
                 table_names[table], why.text);
        return;
    }
    for (size_t i = 0; i < seen->lines.n; i++) {
        const struct seen_line *line = &seen->lines.at[i];

        rule_set_add(&live->set, table,
                     &(struct set_rule){.rule = &line->rule,
                                        .tag = line->rule.tag,
                                        .text = line->text,
                                        .text_len = (uint32_t)strlen(line->text)});
    }
}

static void look_at_tables(struct job *job, enum family family)
{
    struct live_marks live = {.job = job, .front = live_front(&job->change.now[family].of[TABLE_MANGLE])};

    rule_set_init(&live.set);
    for (int t = 0; t < TABLES; t++)
        collect_table(&live, family, (enum table)t);
    rule_set_link(&live.set);
    audit_marks(&job->of[family]->config, family, &live.set, live.front, tell_of_rule, &live);
    if (live.told > TOLD_MAX)
        job_warn(job, "and %zu more such rules of %s", live.told - TOLD_MAX, family_ops[family].name);
    rule_set_free(&live.set);
    for (int t = 0; t < TABLES; t++)
        seen_table_free(&live.seen[t]);
}

static void look_at_routing_rule(struct job *job, enum family family, const struct mark_groups *groups,
                                 const struct routing_rule *rule)
{
    struct mark_collision c = {.use = MARK_TESTED, .bits = mark_bits_tested(rule->mark, rule->mask)};
    const struct mark_user *user = mark_user_find(c.bits, NULL);
    struct buf text = {0};

    c.service = mark_bits_service(groups, family, c.bits);
    c.user = user ? user->name : NULL;
    if (!c.service)
        return;
    mark_collision_print(&text, &c);
    job_warn(job, "ip rule %u of %s (%sfwmark 0x%x/0x%x): %s", rule->priority, family_ops[family].name,
             rule->inverted ? "not " : "", rule->mark, rule->mask, buf_text(&text));
    buf_free(&text);
}

static void look_at_routing_rules(struct job *job, enum family family)
{
    struct routing_rules rules = {0};
    struct mark_groups groups;
    struct complaint why;

    mark_groups_make(&groups, &job->of[family]->config);
    if (!routing_rules_read(family, &rules, &why))
        job_warn(job, "%s", why.text);
    for (size_t i = 0; i < rules.n; i++)
        look_at_routing_rule(job, family, &groups, &rules.at[i]);
    mark_groups_free(&groups);
    free(rules.at);
}

void look_at_marks(struct job *job)
{
    for (int f = 0; f < FAMILIES; f++) {
        if (!job->is_wanted[f] || !job->of[f]->config.has_vips[f])
            continue;
        look_at_tables(job, (enum family)f);
        look_at_routing_rules(job, (enum family)f);
    }
}
