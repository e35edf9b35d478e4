/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --status: what is live, counted and saved, service by service. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/boot_unit.h"
#include "lbgen/job.h"
#include "lbgen/job_save.h"
#include "lbgen/name_index.h"
#include "lbgen/table_job.h"
#include "lbgen/vec.h"
#include "lbgen/verbs.h"

/* What the rules of one tag add up to. */
struct tally {
    const char *tag;
    size_t tag_len, live, missing, stale;
    uint64_t packets, bytes; /* of the rules that mark or send to marking */
};

struct tallies {
    struct tally *at;
    size_t n, cap;
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
    uint32_t i = name_index_enter(&all->names, all->at, tag, len, (uint32_t)all->n);

    if (i != NAME_NOT_FOUND)
        return &all->at[i];
    *VEC_ADD(all) = (struct tally){.tag = tag, .tag_len = len};
    return &all->at[all->n - 1];
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

static void print_tally(const struct job *job, const struct tally *t)
{
    const struct services *services = &job->input.config.services;
    uint32_t number = name_index_find(&services->names, services->at, t->tag, t->tag_len);
    struct buf mark = {0};

    if (number != NAME_NOT_FOUND)
        mark_print(&mark, services->at[number].mark);
    printf("%-16.*s", (int)t->tag_len, t->tag);
    if (mark.len)
        printf(" fwmark %s:", buf_text(&mark));
    printf(" rules live: %zu", t->live - t->stale);
    if (t->missing)
        printf(", missing: %zu", t->missing);
    if (t->stale)
        printf(", not wanted any more: %zu", t->stale);
    printf(", packets: %" PRIu64 ", bytes: %" PRIu64 "\n", t->packets, t->bytes);
    buf_free(&mark);
}

static void print_boot(const struct job *job, enum family family)
{
    const char *path = job->boot_files.path[family];
    const struct boot_text *boot = &job->boot[family];
    struct boot_unit unit;

    if (!path[0])
        return;
    unit = boot_unit_find("", path);
    printf("boot file %s: %s, %s%s\n", path,
           !boot->exists   ? boot->changes ? "missing" : "not there, not needed"
           : boot->changes ? "differs"
                           : "equal",
           unit.name     ? "loaded by "
           : unit.enable ? "loaded by no enabled unit; to enable one: "
                         : "it is not known who loads it",
           unit.name     ? unit.name
           : unit.enable ? unit.enable
                         : "");
}

static void print_pending(void)
{
    unsigned seconds;

    if (guard_is_pending(&seconds))
        printf("a commit waits for its confirmation: undone in %u s unless lbgen --confirmed is run\n",
               seconds);
}

static int print_status(struct job *job)
{
    struct tallies all = {.names = {.name_of = tag_of}};
    struct complaint why;
    bool with_input = job->options->n_inputs > 0;

    job->change.find = job_find_wanted;
    job->change.ctx = job;
    if (!change_find(&job->change, &why))
        return job_fail(EXIT_SYSTEM, "%s", why.text);
    printf("backend %s\n", job->change.backend->name);
    for (size_t i = 0; i < job->input.config.services.n; i++)
        find(&all, job->input.config.services.at[i].name, job->input.config.services.at[i].name_len);
    for (int f = 0; f < FAMILIES; f++) {
        count_live(&all, &job->change.now[f]);
        for (int t = 0; t < TABLES && with_input; t++)
            count_edit(&all, &job->change.edits[f][t]);
    }
    for (size_t i = 0; i < all.n; i++)
        print_tally(job, &all.at[i]);
    for (int f = 0; f < FAMILIES && with_input; f++)
        print_boot(job, (enum family)f);
    print_pending();
    free(all.at);
    name_index_free(&all.names);
    return change_is_empty(&job->change) || !with_input ? EXIT_GOOD : EXIT_DIFFERENT;
}

int status(const struct options *options)
{
    struct options looking = *options;
    struct job job;

    looking.dry_run = true; /* no guard, no lock */
    int result = job_start(&job, &looking, "status");
    if (result == EXIT_GOOD && options->n_inputs)
        result = job_input(&job);
    if (result == EXIT_GOOD)
        result = job_enter(&job);
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
        result = print_status(&job);
    job_end(&job);
    return result;
}
