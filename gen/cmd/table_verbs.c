/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each verb does where the backend is nftables. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lbgen/look_foreign.h"
#include "lbgen/look_marks.h"
#include "lbgen/name_index.h"
#include "lbgen/nft.h"
#include "lbgen/own_table_live.h"
#include "lbgen/table_job.h"
#include "lbgen/xalloc.h"

/* What is for the tables of iptables. */
static int refuse_options(const struct job *job)
{
    if (job->options->adopt)
        return job_fail(EXIT_BAD_INPUT,
                        "--adopt is for rules of iptables: a table of nftables is lbgen's alone");
    if (job->options->persist[IPV6])
        return job_fail(EXIT_BAD_INPUT, "--persist6 is for iptables: one file of nftables has both families");
    return EXIT_GOOD;
}

/* Warnings about what others have: what drops on input beside a table that can't accept there, and routing
 * rules that test the services' marks. */
static void look_around(struct job *job)
{
    job_step(job, "look");
    for (int f = 0; f < FAMILIES; f++) {
        job->of[f] = &job->input;
        job->is_wanted[f] = f == IPV4 || job->input.config.has_vips[f];
    }
    look_at_neighbours(job);
    look_at_marks(job);
}

int table_commit(struct job *job)
{
    struct table_job t = {.job = job};
    int status = refuse_options(job);

    if (status == EXIT_GOOD)
        status = table_want(&t);
    if (status == EXIT_GOOD)
        status = table_look(&t);
    if (status == EXIT_GOOD && t.changes)
        look_around(job);
    if (status == EXIT_GOOD)
        status = table_boot(&t);
    if (status == EXIT_GOOD)
        status = table_run(&t);
    table_free(&t);
    return status;
}

/* The boot file stays, since an include of a file that is not there keeps nft from loading anything. */
int table_remove(struct job *job)
{
    struct table_job t = {.job = job};
    int status = refuse_options(job);

    nft_write_head(NULL, &t.boot_head);
    if (status == EXIT_GOOD)
        status = table_look(&t);
    if (status == EXIT_GOOD)
        status = table_boot(&t);
    if (status == EXIT_GOOD)
        status = table_run(&t);
    table_free(&t);
    return status;
}

/* The table as the file has it: its text is the transaction. */
static int want_file(struct table_job *t)
{
    struct complaint why;
    struct buf text = {0};
    struct sources *sources = &t->job->input.sources;
    const char *path = t->job->options->persist[IPV4] ? t->job->options->persist[IPV4] : TABLE_BOOT_PATH;
    int source;

    if (access(path, F_OK) != 0 && errno == ENOENT)
        return EXIT_GOOD;
    source = sources_read(sources, path, &why);
    if (source < 0)
        return job_fail(EXIT_SYSTEM, "%s %s", path, why.text);
    buf_add(&text, sources->at[source].text, sources->at[source].len);
    if (!table_boot_is_own(&text)) {
        buf_free(&text);
        return job_fail(EXIT_SYSTEM, "%s is not lbgen's", path);
    }
    t->forth = text;
    t->wanted.exists =
        memmem(text.at, text.len, "table inet " NFT_TABLE " {", sizeof "table inet " NFT_TABLE) != NULL;
    buf_add(&t->wanted.shape, text.at, text.len);
    own_table_find_marker(&t->wanted);
    return EXIT_GOOD;
}

int table_restore(struct job *job)
{
    static const struct table_undo as_it_is;
    struct table_job t = {.job = job, .undoing = &as_it_is};
    struct complaint why;
    int status = refuse_options(job);

    if (status == EXIT_GOOD)
        status = want_file(&t);
    if (status == EXIT_GOOD && !own_table_read(&t.live, &t.generation, &t.remembered, &why))
        status = job_fail(EXIT_SYSTEM, "%s", why.text);
    const struct table_state live = table_state_of(&t.live), wanted = table_state_of(&t.wanted);
    t.changes = t.forth.len > 0 && !table_state_equal(&live, &wanted);
    if (status == EXIT_GOOD)
        status = table_run(&t);
    table_free(&t);
    return status;
}

int table_diff(struct job *job)
{
    struct table_job t = {.job = job};
    struct buf out = {0};
    int fd = STDOUT_FILENO, status = table_want(&t);

    if (status == EXIT_GOOD)
        status = table_look(&t);
    if (status == EXIT_GOOD)
        own_table_diff(&t.live, &t.wanted, &out);
    if (status == EXIT_GOOD && t.changes)
        status = out.len && buf_flush_fd(&fd, out.at, out.len) != 0
                     ? job_fail(EXIT_SYSTEM, "standard output can't be written")
                     : EXIT_DIFFERENT;
    buf_free(&out);
    table_free(&t);
    return status;
}

int table_check(struct job *job)
{
    struct table_job t = {.job = job};
    struct buf shape = {0};
    struct complaint why;
    bool available;
    int status = table_want(&t);

    if (status == EXIT_GOOD && !own_table_try(&t.wanted, &shape, &available, &why))
        status = available ? job_fail(EXIT_SYSTEM, "the kernel does not take the table: %s", why.text)
                           : job_fail(EXIT_SYSTEM, "the table can't be tried: %s", why.text);
    buf_free(&shape);
    table_free(&t);
    return status;
}

/* --- --status
 * ------------------------------------------------------------------------------------------------ */

/* How many elements each service is in, by the names in their comments. */
static void count_elements(const struct services *services, const struct buf *elements, size_t *counts)
{
    static const char comment[] = " comment \"";
    const char *at = elements->at, *end = at + elements->len;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = newline ? (size_t)(newline - at) : (size_t)(end - at);
        const char *found = memmem(at, len, comment, sizeof comment - 1);

        while (found && *found != '"') {
            const char *name = found + (found[0] == ' ' && found[1] == 'c' ? sizeof comment - 1 : 1);
            size_t name_len = strcspn(name, " \"");
            uint32_t number = name_index_find(&services->names, services->at, name, name_len);

            if (number != NAME_NOT_FOUND)
                counts[number]++;
            found = name + name_len;
        }
        at += len + 1;
    }
}

static size_t *counts_of(const struct services *services, const struct buf *elements)
{
    size_t *counts = xcalloc(services->n + 1, sizeof *counts);

    count_elements(services, elements, counts);
    return counts;
}

static void print_service(const struct service *s, size_t live, size_t missing, size_t stale)
{
    struct buf mark = {0};

    mark_print(&mark, s->mark);
    printf("%-16.*s fwmark %s: elements live: %zu", s->name_len, s->name, buf_text(&mark), live - stale);
    if (missing)
        printf(", missing: %zu", missing);
    if (stale)
        printf(", not wanted any more: %zu", stale);
    putchar('\n');
    buf_free(&mark);
}

static void print_services(const struct table_job *t)
{
    const struct services *services = &t->job->input.config.services;
    struct buf missing = {0}, stale = {0};

    if (t->changes) {
        own_table_only(&t->wanted, &t->live, &missing);
        own_table_only(&t->live, &t->wanted, &stale);
    }
    size_t *n_live = counts_of(services, &t->live.elements), *n_missing = counts_of(services, &missing),
           *n_stale = counts_of(services, &stale);
    for (size_t i = 0; i < services->n; i++)
        print_service(&services->at[i], n_live[i], n_missing[i], n_stale[i]);
    free(n_live);
    free(n_missing);
    free(n_stale);
    buf_free(&missing);
    buf_free(&stale);
}

static void print_table_status(const struct table_job *t, bool with_input)
{
    unsigned seconds;

    printf("backend nftables\ntable inet " NFT_TABLE ": %s\n", !t->live.exists ? "not there"
                                                               : !with_input   ? "there"
                                                               : t->changes    ? "there, not what is wanted"
                                                                               : "there, as wanted");
    if (with_input)
        print_services(t);
    if (with_input && t->boot_path)
        printf("boot file %s: %s\n", t->boot_path,
               !t->boot_exists   ? "missing"
               : t->boot_changes ? "differs"
                                 : "equal");
    if (guard_is_pending(&seconds))
        printf("a commit waits for its confirmation: undone in %u s unless lbgen --confirmed is run\n",
               seconds);
}

int table_status(struct job *job)
{
    struct table_job t = {.job = job};
    struct complaint why;
    bool with_input = job->options->n_inputs > 0;
    int status = with_input ? table_want(&t) : EXIT_GOOD;

    if (status == EXIT_GOOD && with_input)
        status = table_look(&t);
    else if (status == EXIT_GOOD && !own_table_read(&t.live, &t.generation, &t.remembered, &why))
        status = job_fail(EXIT_SYSTEM, "%s", why.text);
    if (status == EXIT_GOOD && with_input)
        status = table_boot(&t);
    if (status == EXIT_GOOD) {
        print_table_status(&t, with_input);
        status = t.changes ? EXIT_DIFFERENT : EXIT_GOOD;
    }
    table_free(&t);
    return status;
}

/* --- --rollback
 * ---------------------------------------------------------------------------------------------- */

static void path_of(const struct persist_file *file, const char *suffix, struct buf *path)
{
    buf_printf(path, "%s/%s%s", strcmp(file->folder_path, "/") == 0 ? "" : file->folder_path, file->name,
               suffix);
    buf_text(path);
}

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
    return digest_equal(digest_of_text(text->len ? text->at : "", text->len), digest);
}

/* The boot file becomes what it was; where there was none, one that puts no table in place. */
static int take_file_back(struct table_job *t, const struct persist_file *file, struct buf *path)
{
    struct buf old_path = {0};
    struct complaint why;
    int status = EXIT_GOOD;

    path_of(file, "", path);
    path_of(file, ".lbgen-old", &old_path);
    t->boot_path = buf_text(path);
    t->boot_exists = access(t->boot_path, F_OK) == 0;
    if (t->boot_exists && !read_text(t->job, t->boot_path, &t->boot_old, &why))
        status = job_fail(EXIT_SYSTEM, "%s %s", t->boot_path, why.text);
    else if (!t->boot_exists || !has_digest(&t->boot_old, file->after.digest))
        job_warn(t->job, "%s is not what the commit has made of it: it is left as it is", t->boot_path);
    else if (!file->before.exists)
        nft_write_head(NULL, &t->boot_new);
    else if (!read_text(t->job, buf_text(&old_path), &t->boot_new, &why) ||
             !has_digest(&t->boot_new, file->before.digest))
        status = job_fail(EXIT_SYSTEM, "%s is not the file that the commit has kept", buf_text(&old_path));
    t->boot_changes = status == EXIT_GOOD && t->boot_new.len > 0;
    buf_free(&old_path);
    return status;
}

int table_rollback(struct job *job, const struct plan *last)
{
    struct table_job t = {.job = job, .undoing = &last->table};
    struct complaint why;
    struct buf path = {0};
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
        status = take_file_back(&t, &last->files[0], &path);
    if (status == EXIT_GOOD)
        status = table_run(&t);
    buf_free(&path);
    table_free(&t);
    return status;
}
