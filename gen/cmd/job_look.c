/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lbgen/diff_report.h"
#include "lbgen/job_look.h"
#include "lbgen/parents.h"
#include "lbgen/progress.h"
#include "lbgen/look_foreign.h"
#include "lbgen/look_marks.h"
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

/* What a boot file has to become, and what is needed to tell it. */
struct boot_diff {
    struct save_file old, new, own;
    struct buf part;
    struct image wanted;
    struct file_edits edits;
};

static bool find_boot_edits(struct boot_diff *d, const struct boot_text *boot, struct complaint *why)
{
    if (!save_file_read(&d->old, boot->old.at, boot->old.len, why) ||
        !save_file_read(&d->new, boot->text.at, boot->text.len, why))
        return false;
    boot_text_own_part(&d->new, &d->part);
    if (!save_file_read(&d->own, d->part.at, d->part.len, why))
        return false;
    save_image_read(&d->own, &d->wanted);
    return file_edits_find(&d->edits, &d->old, &d->wanted, why);
}

static void free_boot_diff(struct boot_diff *d)
{
    file_edits_free(&d->edits);
    image_free(&d->wanted);
    save_file_free(&d->old);
    save_file_free(&d->new);
    save_file_free(&d->own);
    buf_free(&d->part);
}

static bool print_boot_file(const struct job *job, enum family family, struct buf *out, struct complaint *why)
{
    const char *path = job->boot_files.path[family];
    struct diff_report report = {0};
    struct boot_diff diff = {0};

    if (!job->boot[family].changes)
        return true;
    bool good = find_boot_edits(&diff, &job->boot[family], why) &&
                diff_report_add_file(&report, path, family, diff.edits.edits, why);
    if (good) {
        diff_report_text(&report, out);
        if (report.n == 0)
            buf_printf(out, "%s: rewritten, its rules stay as they are\n", path);
    }
    diff_report_free(&report);
    free_boot_diff(&diff);
    return good;
}

static bool print_live(const struct change *change, struct buf *out, struct complaint *why)
{
    struct diff_report report = {0};
    bool good = diff_report_add_live(&report, change, why);

    if (good)
        diff_report_text(&report, out);
    diff_report_free(&report);
    return good;
}

int job_show(struct job *job, bool nothing)
{
    struct buf out = {0};
    struct complaint why;
    int fd = STDOUT_FILENO, status = EXIT_DIFFERENT;

    if (nothing) {
        job_say("%s: nothing to do", job->what);
        return EXIT_GOOD;
    }
    if (!print_live(&job->change, &out, &why) || !print_boot_file(job, IPV4, &out, &why) ||
        !print_boot_file(job, IPV6, &out, &why))
        status = job_fail(EXIT_SYSTEM, "%s", why.text);
    progress_end();
    if (status == EXIT_DIFFERENT && buf_flush_fd(&fd, out.at, out.len) != 0)
        status = job_fail(EXIT_SYSTEM, "standard output can't be written");
    buf_free(&out);
    return status;
}
