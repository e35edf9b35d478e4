/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --status: what is live, counted and saved, service by service. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/job.h"
#include "lbgen/job_save.h"
#include "lbgen/name_index.h"
#include "lbgen/status_report.h"
#include "lbgen/vec.h"
#include "lbgen/verbs.h"

struct tallies {
    struct status_report *report;
    struct name_index names;
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

static void count_live(struct tallies *all, const struct image *now)
{
    for (int t = 0; t < TABLES; t++)
        for (size_t c = 0; c < now->of[t].n; c++)
            for (size_t i = 0; i < now->of[t].at[c].n; i++) {
                const struct image_rule *rule = &now->of[t].at[c].at[i];

                if (!rule->tag)
                    continue;
                struct tally *tally = find(all, rule->tag, strlen(rule->tag));
                tally->live++;
                if (t == TABLE_MANGLE) {
                    tally->packets += rule->packets;
                    tally->bytes += rule->bytes;
                }
            }
}

static void count_edit(struct tallies *all, const struct edit *edit)
{
    for (size_t c = 0; c < edit->n; c++)
        for (size_t h = 0; h < edit->at[c].n; h++) {
            const struct hunk *hunk = &edit->at[c].at[h];

            for (size_t i = 0; i < hunk->n_added; i++)
                if (hunk->added[i]->tag)
                    find(all, hunk->added[i]->tag, strlen(hunk->added[i]->tag))->missing++;
            for (size_t i = 0; i < hunk->n_gone; i++) {
                const char *tag = edit->at[c].live->at[hunk->at + i].tag;

                if (tag)
                    find(all, tag, strlen(tag))->stale++;
            }
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
        count_live(&all, &job->change.now[f]);
        for (int t = 0; t < TABLES && report->with_input; t++)
            count_edit(&all, &job->change.edits[f][t]);
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

    job->change.find = job_find_wanted;
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
