/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lbgen/edit_print.h"
#include "lbgen/job_look.h"
#include "lbgen/parents.h"
#include "lbgen/progress.h"
#include "lbgen/look_foreign.h"
#include "lbgen/look_marks.h"
#include "lbgen/rule_texts.h"
#include "lbgen/save_image.h"
#include "lbgen/ssh_guard.h"
#include "lbgen/wanted.h"

/* sudo leaves SSH_CONNECTION out; then a parent has it. */
static enum ssh_answer look_at_connection(const struct job *job, struct complaint *why)
{
    char inherited[SSH_CONNECTION_MAX];
    const char *connection = getenv("SSH_CONNECTION");

    if (!connection && parents_ssh_connection(inherited))
        connection = inherited;
    return ssh_guard_look(connection, &job->change, why);
}

static int look_at_ssh(struct job *job)
{
    struct complaint why;

    switch (look_at_connection(job, &why)) {
    case SSH_NONE:
    case SSH_KEPT: return EXIT_GOOD;
    case SSH_UNKNOWN:
        job_warn(job, "it can't be known whether your own SSH connection goes on: %s", why.text);
        return EXIT_GOOD;
    case SSH_CUT: break;
    }
    if (job->options->force || job->options->confirm || job->options->dry_run) {
        job_warn(job, "this cuts your own SSH connection: %s", why.text);
        return EXIT_GOOD;
    }
    return job_fail(
        EXIT_SYSTEM,
        "this would cut your own SSH connection: %s. Accept it in [rules], or give --confirm (which comes "
        "back by itself) or --force; nothing was changed",
        why.text);
}

int job_look(struct job *job)
{
    int status = EXIT_GOOD;

    look_for_doubles(job);
    look_at_neighbours(job);
    if (!change_is_empty(&job->change)) {
        look_in_front(job);
        look_at_marks(job);
        status = look_at_ssh(job);
    }
    if (status == EXIT_GOOD && job->warnings && job->options->warnings_are_errors)
        status = job_fail(EXIT_BAD_INPUT, "there were warnings (--warnings=error); nothing was changed");
    return status;
}

static int print_out(struct buf *out)
{
    int fd = STDOUT_FILENO;

    progress_end();
    int error = out->len ? buf_flush_fd(&fd, out->at, out->len) : 0;

    buf_free(out);
    return error ? job_fail(EXIT_SYSTEM, "standard output can't be written") : EXIT_GOOD;
}

/* Two runs: the first one says which texts are needed. */
bool job_print_edits(enum family family, enum payload_form form, const struct edit edits[TABLES],
                     struct buf *out, struct complaint *why)
{
    struct rule_texts texts = {.form = form};
    struct buf ignored = {0};

    for (int t = 0; t < TABLES; t++)
        edit_print(&edits[t], rule_texts_collect, &texts, &ignored);
    bool good = rule_texts_make(&texts, family, why);
    for (int t = 0; good && t < TABLES; t++)
        edit_print(&edits[t], rule_texts_print, &texts, out);
    rule_texts_free(&texts);
    buf_free(&ignored);
    return good;
}

bool job_print_live(const struct change *change, struct buf *out, struct complaint *why)
{
    for (int f = 0; f < FAMILIES; f++) {
        struct buf text = {0}, name = {0};
        bool good = job_print_edits((enum family)f, change->backend->form, change->edits[f], &text, why);

        if (good && text.len) {
            buf_printf(&name, "kernel (%s, %s)", family_ops[f].name, change->backend->name);
            edit_print_names(buf_text(&name), "wanted", out);
            buf_add(out, text.at, text.len);
        }
        buf_free(&text);
        buf_free(&name);
        if (!good)
            return false;
    }
    return true;
}

bool job_print_file(const struct save_file *old, const struct image *wanted, enum family family,
                    const char *path, struct buf *out, bool *differs, struct complaint *why)
{
    struct edit edits[TABLES] = {{0}};
    struct image now = {0};
    struct buf text = {0};
    bool good = true;

    save_image_read(old, &now);
    for (int t = 0; good && t < TABLES; t++)
        good = delta_find(&now.of[t], &wanted->of[t], (enum table)t, false, &edits[t], why);
    good = good && job_print_edits(family, PAYLOAD_LINE, edits, &text, why);
    *differs = good && text.len > 0;
    if (*differs) {
        edit_print_names(path, "wanted", out);
        buf_add(out, text.at, text.len);
    }
    for (int t = 0; t < TABLES; t++)
        edit_free(&edits[t]);
    image_free(&now);
    buf_free(&text);
    return good;
}

static bool print_boot_file(const struct job *job, enum family family, struct buf *out, struct complaint *why)
{
    const struct boot_text *boot = &job->boot[family];
    struct save_file old = {0}, new = {0}, own = {0};
    struct image wanted = {0};
    struct buf part = {0};
    bool differs;

    if (!boot->changes)
        return true;
    bool good = save_file_read(&old, boot->old.at, boot->old.len, why) &&
                save_file_read(&new, boot->text.at, boot->text.len, why);
    if (good) {
        boot_text_own_part(&new, &part);
        good = save_file_read(&own, part.at, part.len, why);
    }
    if (good) {
        save_image_read(&own, &wanted);
        good = job_print_file(&old, &wanted, family, job->boot_files.path[family], out, &differs, why);
        if (good && !differs)
            buf_printf(out, "%s: rewritten, its rules stay as they are\n", job->boot_files.path[family]);
    }
    image_free(&wanted);
    save_file_free(&old);
    save_file_free(&new);
    save_file_free(&own);
    buf_free(&part);
    return good;
}

int job_show(struct job *job, bool nothing)
{
    struct buf out = {0};
    struct complaint why;

    if (nothing) {
        job_say("%s: nothing to do", job->what);
        return EXIT_GOOD;
    }
    if (!job_print_live(&job->change, &out, &why) || !print_boot_file(job, IPV4, &out, &why) ||
        !print_boot_file(job, IPV6, &out, &why)) {
        buf_free(&out);
        return job_fail(EXIT_SYSTEM, "%s", why.text);
    }
    int status = print_out(&out);
    return status == EXIT_GOOD ? EXIT_DIFFERENT : status;
}
