/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --rollback of lbgen's own table: the transaction that the last commit has left for it. */
#include <string.h>

#include "lbgen/nft.h"
#include "lbgen/own_table_live.h"
#include "lbgen/table_job.h"

static bool read_text(struct job *job, const char *path, struct buf *text, struct complaint *why)
{
    int source = sources_read(&job->input.sources, path, why);

    if (source < 0)
        return false;
    buf_add(text, job->input.sources.at[source].text, job->input.sources.at[source].len);
    return true;
}

static bool has_digest(const struct buf *text, struct digest digest)
{
    return digest_is_of(digest, text->len ? text->at : "", text->len);
}

/* The text that the commit has kept; where there was no file, one that puts no table in place. */
static int read_kept(struct table_job *t, const struct persist_file *file, const char *path)
{
    struct complaint why;

    if (!file->before.exists) {
        nft_write_head(NULL, &t->boot_new);
        return EXIT_GOOD;
    }
    if (!read_text(t->job, path, &t->boot_new, &why) || !has_digest(&t->boot_new, file->before.digest))
        return job_fail(EXIT_SYSTEM, "%s is not the file that the commit has kept", path);
    return EXIT_GOOD;
}

/* The boot file becomes what it was. */
static int take_file_back(struct table_job *t, const struct persist_file *file, struct persist_paths *paths)
{
    struct sources *sources = &t->job->input.sources;
    struct complaint why;
    int status, source;

    persist_paths(file, paths);
    t->boot_path = paths->file;
    if (!boot_file_read(sources, t->boot_path, &source, &why))
        return job_fail(EXIT_SYSTEM, "%s: %s", t->boot_path, why.text);
    t->boot_exists = source >= 0;
    if (!t->boot_exists)
        return EXIT_GOOD;
    buf_add(&t->boot_old, sources->at[source].text, sources->at[source].len);
    if (file->before.exists && has_digest(&t->boot_old, file->before.digest))
        return EXIT_GOOD; /* the commit was live, but never saved */
    if (!has_digest(&t->boot_old, file->after.digest)) {
        job_warn(
            t->job,
            "%s is left as it is, since somebody has edited it; the next --commit or --remove rewrites it",
            t->boot_path);
        t->job->left_file = true;
        return EXIT_GOOD;
    }
    status = read_kept(t, file, paths->old);
    t->boot_changes = status == EXIT_GOOD && t->boot_new.len > 0;
    return status;
}

int table_rollback(struct job *job, const struct plan *last)
{
    struct table_job t = {.job = job, .kind = TABLE_ROLLBACK};
    struct complaint why;
    struct persist_paths paths;
    int status = EXIT_GOOD;

    if (!own_table_read(&t.live, &t.generation, &t.remembered, &why))
        status = job_fail(EXIT_SYSTEM, "%s", why.text);
    const struct table_state live = table_state_of(&t.live);
    t.changes = last->table.there && table_state_equal(&live, &last->table.after);
    if (status == EXIT_GOOD && last->table.there && !t.changes &&
        !table_state_equal(&live, &last->table.before))
        job_warn(job, "the table is not the one that the last commit has put in place: it is left as it is");
    t.wanted.exists = t.changes ? last->table.before.exists : t.live.exists;
    memcpy(t.wanted.marker, t.changes ? last->table.before.marker : t.live.marker, sizeof t.wanted.marker);
    buf_add(&t.forth, last->table.script.at, last->table.script.len);
    if (status == EXIT_GOOD && last->n_files && !job->options->no_persist)
        status = take_file_back(&t, &last->files[0], &paths);
    if (status == EXIT_GOOD)
        status = table_run(&t);
    table_free(&t);
    return status;
}
