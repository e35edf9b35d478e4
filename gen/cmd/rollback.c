/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --rollback: the inverse of the last commit's edit, applied to the tables and boot files as they are now. */
#include <stdio.h>
#include <string.h>

#include "lbgen/job.h"
#include "lbgen/job_save.h"
#include "lbgen/save_image.h"
#include "lbgen/table_job.h"
#include "lbgen/vec.h"
#include "lbgen/verbs.h"
#include "lbgen/wanted.h"

static bool find_undo(void *ctx, enum family family, enum table table, const struct image_table *now,
                      struct edit *out, struct complaint *why)
{
    const struct job *job = ctx;

    (void)why;
    undo_to_edit(&job->undo, family, table, now, out);
    return true;
}

/* Of which family the file is: the one whose default or given path it has; else by the order of commits, IPv4
 * first. */
static enum family family_of(const struct job *job, const char *path, size_t number)
{
    for (int f = 0; f < FAMILIES; f++)
        if (strcmp(job->boot_files.path[f], path) == 0)
            return (enum family)f;
    return number == 0 ? IPV4 : IPV6;
}

static bool is_text(const struct source *source, struct digest digest)
{
    return digest_is_of(digest, source->text, source->len);
}

/* The policies that the commit made lbgen's, or gave back, are in the file what they were before it. */
static void give_policies(struct job *job, enum family family, struct policies_given *given)
{
    struct config *config = &job->none.config;

    *given = (struct policies_given){0};
    for (int t = 0; t < TABLES; t++)
        for (int h = 0; h < HOOKS; h++) {
            if (memcmp(&job->notes.of[POLICY_IN_FILE][family][t][h],
                       &job->notes_after.of[POLICY_IN_FILE][family][t][h], sizeof(struct policy_note)) == 0)
                continue;
            given->of[t][h] = true;
            *VEC_ADD(&config->policies) =
                (struct host_policy){.table = (enum table)t, .families = 1U << family, .chain = (uint8_t)h};
        }
}

static int read_source(struct sources *sources, const char *path, struct complaint *why)
{
    struct complaint inner;
    int source = sources_read(sources, path, &inner);

    if (source < 0)
        complain(why, 0, 0, "%.150s: %.100s", path, inner.text);
    return source;
}

/* lbgen's part of the old file goes into the present one, or none where there was no old file. */
static bool make_text(struct job *job, const struct persist_file *file, const char *old_path,
                      enum family family, struct complaint *why)
{
    struct sources *sources = &job->none.sources;
    struct save_file old = {0};
    struct policies_given given;
    struct buf generated = {0};
    int source = -1;

    if (file->before.exists && (source = read_source(sources, old_path, why)) < 0)
        return false;
    if (source >= 0 && !is_text(&sources->at[source], file->before.digest)) {
        job_warn(job,
                 "%s is left as it is, since somebody has edited it, and %s is not the file that the commit "
                 "has kept; the next --commit or --remove puts lbgen's part right",
                 job->boot_files.path[family], old_path);
        job->left_file = true;
        return true;
    }
    if (source >= 0 && !save_file_read(&old, sources->at[source].text, sources->at[source].len, why)) {
        save_file_free(&old);
        return false;
    }
    give_policies(job, family, &given);
    boot_text_own_part(&old, &generated);
    boot_text_add_policies(&old, &given, &generated);
    boot_text_make(&job->boot[family], &job->none, family, job->boot_files.path[family], old.n > 0,
                   &generated);
    /* They are this file's alone: the kernel's go back by the undo, and the notes are what they were. */
    job->none.config.policies.n = 0;
    save_file_free(&old);
    return true;
}

/* Where the file is still what the commit made of it, it becomes byte for byte what it was. */
static bool take_file(struct job *job, const struct persist_file *file, size_t number, struct complaint *why)
{
    struct persist_paths paths;
    struct complaint inner;
    struct sources *sources = &job->none.sources;
    int present;

    persist_paths(file, &paths);
    enum family family = family_of(job, paths.file, number);
    struct boot_text *boot = &job->boot[family];
    const size_t room = sizeof job->boot_files.path[family];
    if ((size_t)snprintf(job->boot_files.path[family], room, "%s", paths.file) >= room)
        return complain(why, 0, 0, "%.200s: this path is too long", paths.file);
    if (!boot_file_read(sources, paths.file, &present, &inner))
        return complain(why, 0, 0, "%.100s: %.150s", paths.file, inner.text);
    if (present < 0)
        return true;
    if (file->before.exists && is_text(&sources->at[present], file->before.digest))
        return true; /* the commit was live, but never saved */
    if (!file->before.exists || !is_text(&sources->at[present], file->after.digest))
        return make_text(job, file, paths.old, family, why);
    buf_add(&boot->old, sources->at[present].text, sources->at[present].len);
    int old = read_source(sources, paths.old, why);
    if (old < 0)
        return false;
    if (!is_text(&sources->at[old], file->before.digest))
        return complain(why, 0, 0, "%.200s was changed since the commit", paths.old);
    buf_add(&boot->text, sources->at[old].text, sources->at[old].len);
    boot->exists = boot->changes = true;
    return true;
}

static bool has_digest(const struct buf *text, struct digest digest)
{
    return digest_is_of(digest, text->len ? text->at : "", text->len);
}

/* Takes the file out where its text is this one. */
static void remove_file(struct persist_file file, const char *suffix, struct digest digest)
{
    struct complaint ignored;
    size_t len = strlen(file.name);

    if (len + strlen(suffix) > NAME_MAX)
        return;
    memcpy(file.name + len, suffix, strlen(suffix) + 1);
    file.after.digest = digest;
    persist_restore_old(&file, &ignored);
}

/* A file that the last commit has made, and that nobody has touched since, goes. By now it holds nothing of
 * lbgen's: should this process not come to here, nothing comes up at boot that was rolled back. */
static void remove_made_files(const struct job *job, const struct plan *last)
{
    for (size_t i = 0; i < last->n_files; i++) {
        const struct persist_file *file = &last->files[i];
        struct persist_paths paths;

        persist_paths(file, &paths);
        const struct boot_text *boot = &job->boot[family_of(job, paths.file, i)];
        if (file->before.exists || !boot->changes || !has_digest(&boot->old, file->after.digest))
            continue;
        remove_file(*file, "", digest_of_text(boot->text.len ? boot->text.at : "", boot->text.len));
        remove_file(*file, ".lbgen-old", file->after.digest);
    }
}

static int prepare(struct job *job, const struct plan *last)
{
    struct complaint why;

    if (job->change.backend->form == PAYLOAD_ENTRY && !undo_encode(&job->undo, &why))
        return job_fail(EXIT_SYSTEM, "%s", why.text);
    for (size_t i = 0; !job->options->no_persist && i < last->n_files; i++)
        if (!take_file(job, &last->files[i], i, &why))
            return job_fail(EXIT_SYSTEM, "%s", why.text);
    input_print_findings(&job->none, job->options);
    return diag_errors(&job->none.diag) ? EXIT_SYSTEM : EXIT_GOOD;
}

static int roll_back(struct job *job)
{
    struct plan last = {0};
    struct policy_notes notes = {0};
    struct complaint why;
    bool there = false, is_table = false;
    int status = EXIT_GOOD;

    if (!job_last_read(&last, &notes, &there, &why))
        status = job_fail(EXIT_SYSTEM, "%s", why.text);
    else if (!there)
        status = job_fail(EXIT_DIFFERENT,
                          "there is nothing to roll back; lbgen --remove takes all out that is lbgen's");
    if (status == EXIT_GOOD) {
        job->change.backend = last.backend;
        is_table = last.backend == &live_nftables;
        job->notes_after = notes;
        job->undo = last.undo;
        last.undo = (struct undo){0};
        status = is_table ? table_rollback(job, &last) : prepare(job, &last);
    }
    if (status == EXIT_GOOD && !is_table)
        status = job_run(job, find_undo);
    if (status == EXIT_GOOD && !is_table && !job->options->no_persist && !job->options->dry_run)
        remove_made_files(job, &last);
    plan_free(&last);
    return status == EXIT_GOOD && job->left_file ? EXIT_NOT_SAVED : status;
}

/* A change that could not be undone when it failed is the last one, and is undone by now: the commit before
 * it was good and stays. */
int rollback(const struct options *options)
{
    struct job job;
    int status = job_start(&job, options, "rollback");

    job.forgets_last = true;
    if (status == EXIT_GOOD)
        status = job_enter(&job);
    if (status == EXIT_GOOD && job.healed)
        status = job.healed_all ? EXIT_GOOD : EXIT_NOT_SAVED;
    else if (status == EXIT_GOOD)
        status = roll_back(&job);
    if (job.healed && status == EXIT_GOOD)
        job_say("rollback: what was left is undone");
    job_end(&job);
    return status;
}
