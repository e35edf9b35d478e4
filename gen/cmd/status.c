/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --status: what is live, counted and saved, service by service. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/job.h"
#include "lbgen/job_save.h"
#include "lbgen/name_index.h"
#include "lbgen/rule_owners.h"
#include "lbgen/status_report.h"
#include "lbgen/table_job.h"
#include "lbgen/vec.h"
#include "lbgen/verbs.h"

struct tallies {
    struct status_report *report;
    struct name_index names;
    struct rule_owners owners; /* of the family at hand */
};

static const char *tag_of(const void *items, uint32_t i, size_t *len)
{
    const struct tally *t = (const struct tally *)items + i;

    *len = t->tag_len;
    return t->tag;
}

static struct tally *find(struct tallies *all, const char *tag, size_t len)
{
    struct status_report *r = all->report;
    uint32_t i = name_index_enter(&all->names, r->at, tag, len, (uint32_t)r->n);

    if (i != NAME_NOT_FOUND)
        return &r->at[i];
    *VEC_ADD(r) = (struct tally){.tag = tag, .tag_len = len};
    return &r->at[r->n - 1];
}

/* The tally of the rule's owner; NULL where it has none. */
static struct tally *tally_of(struct tallies *all, enum table table, const char *chain,
                              const struct image_rule *rule)
{
    size_t len;
    const char *tag = rule_owners_find(&all->owners, table, chain, rule, &len);

    return tag ? find(all, tag, len) : NULL;
}

/* A packet meets one such rule of a service; in chains behind it, and on its way through the tree, it is
 * counted again. */
static bool counts_packets(enum table table, const struct image_chain *chain, const struct tally *tally)
{
    bool is_tree = tally->tag_len == 4 && memcmp(tally->tag, "tree", 4) == 0;

    return table == TABLE_MANGLE && (!chain->own || (!is_tree && strncmp(chain->name, "lbgen-", 6) == 0));
}

static void count_live(struct tallies *all, const struct image *now)
{
    for (int t = 0; t < TABLES; t++)
        for (size_t c = 0; c < now->of[t].n; c++)
            for (size_t i = 0; i < now->of[t].at[c].n; i++) {
                const struct image_chain *chain = &now->of[t].at[c];
                const struct image_rule *rule = &chain->at[i];
                struct tally *tally = tally_of(all, (enum table)t, chain->name, rule);

                if (!tally)
                    continue;
                tally->live++;
                if (counts_packets((enum table)t, chain, tally)) {
                    tally->packets += rule->packets;
                    tally->bytes += rule->bytes;
                }
            }
}

static void count_stale(struct tallies *all, const struct edit *edit, const struct chain_edit *chain,
                        size_t from, size_t n)
{
    for (size_t i = from; i < from + n; i++) {
        struct tally *tally = tally_of(all, edit->table, chain->chain, &chain->live->at[i]);

        if (tally)
            tally->stale++;
    }
}

static void count_hunk(struct tallies *all, const struct edit *edit, const struct chain_edit *chain,
                       const struct hunk *hunk)
{
    for (size_t i = 0; i < hunk->n_added; i++) {
        struct tally *tally = tally_of(all, edit->table, chain->chain, hunk->added[i]);

        if (tally)
            tally->missing++;
    }
    count_stale(all, edit, chain, hunk->at, hunk->n_gone);
}

static void count_edit(struct tallies *all, const struct edit *edit)
{
    for (size_t c = 0; c < edit->n; c++) {
        const struct chain_edit *chain = &edit->at[c];

        if (chain->gone)
            count_stale(all, edit, chain, 0, chain->live->n);
        for (size_t h = 0; h < chain->n; h++)
            count_hunk(all, edit, chain, &chain->at[h]);
    }
}

/* The services of the input stand first, in its order. */
static void add_services(struct tallies *all, const struct services *services)
{
    for (size_t i = 0; i < services->n; i++) {
        struct tally *t = find(all, services->at[i].name, services->at[i].name_len);

        t->has_mark = true;
        t->mark = services->at[i].mark;
    }
}

static void count(const struct job *job, struct status_report *report)
{
    struct tallies all = {.report = report, .names = {.name_of = tag_of}};

    add_services(&all, &job->input.config.services);
    for (int f = 0; f < FAMILIES; f++) {
        if (report->with_input)
            rule_owners_make(&all.owners, &job->wanted[f]);
        count_live(&all, &job->change.now[f]);
        for (int t = 0; t < TABLES && report->with_input; t++)
            count_edit(&all, &job->change.edits[f][t]);
        rule_owners_free(&all.owners);
    }
    name_index_free(&all.names);
}

static struct boot_status look_at_boot(const struct job *job, enum family family)
{
    const char *path = job->boot_files.path[family];
    const struct boot_text *boot = &job->boot[family];
    struct boot_status status = {.path = path};

    if (!path[0])
        return status;
    status.state = boot->exists    ? boot->changes ? BOOT_DIFFERS : BOOT_EQUAL
                   : boot->changes ? BOOT_MISSING
                                   : BOOT_NOT_NEEDED;
    status.unit = boot_unit_find("", path);
    return status;
}

static int find_out(struct job *job, struct status_report *report)
{
    struct complaint why;

    job->change.find = job_look_for_wanted;
    job->change.ctx = job;
    if (!change_find(&job->change, &why))
        return job_fail(EXIT_SYSTEM, "%s", why.text);
    report->backend = job->change.backend->name;
    count(job, report);
    for (int f = 0; f < FAMILIES; f++)
        report->boot[f] =
            report->with_input ? look_at_boot(job, (enum family)f) : (struct boot_status){.path = ""};
    report->pending = guard_is_pending(&report->pending_seconds);
    return change_is_empty(&job->change) || !report->with_input ? EXIT_GOOD : EXIT_DIFFERENT;
}

int status(const struct options *options)
{
    struct options looking = *options;
    struct status_report found = {.with_input = options->n_inputs > 0};
    struct job job;

    looking.dry_run = true; /* no guard, no lock */
    int result = job_start(&job, &looking, "status");
    if (result == EXIT_GOOD && options->n_inputs)
        result = job_input(&job);
    if (result == EXIT_GOOD)
        result = job_enter(&job);
    if (result == EXIT_GOOD)
        job_tell_remains(&job);
    if (result == EXIT_GOOD && job.change.backend == &live_nftables) {
        result = table_status(&job);
        job_end(&job);
        return result;
    }
    if (result == EXIT_GOOD)
        result = job_want(&job, options->n_inputs == 0);
    if (result == EXIT_GOOD && options->n_inputs)
        result = job_save_read(&job);
    if (result == EXIT_GOOD)
        result = find_out(&job, &found);
    result = report_print(&(struct report){.options = options,
                                           .kind = &status_report_kind,
                                           .inputs = {&job.input, &job.none},
                                           .result = result <= EXIT_DIFFERENT ? &found : NULL},
                          result);
    free(found.at);
    job_end(&job);
    return result;
}
