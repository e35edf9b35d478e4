/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --diff: lbgen's part of the live rules, or of an iptables-save file, beside what the input asks for. */
#include <unistd.h>

#include "lbgen/job.h"
#include "lbgen/job_look.h"
#include "lbgen/legacy_raw.h"
#include "lbgen/look_marks.h"
#include "lbgen/table_job.h"
#include "lbgen/verbs.h"
#include "lbgen/wanted.h"

static int show(struct buf *out)
{
    int fd = STDOUT_FILENO;
    int error = out->len ? buf_flush_fd(&fd, out->at, out->len) : 0;

    if (error)
        return job_fail(EXIT_SYSTEM, "standard output can't be written");
    return out->len ? EXIT_DIFFERENT : EXIT_GOOD;
}

/* Warns of what stands in the file. */
static int look_at_file(struct input *in, const struct options *o, struct save_file *old, srcpos base)
{
    look_at_marks_of_file(in, o->family, old, base);
    input_print_findings(in, o);
    return diag_errors(&in->diag) ? EXIT_BAD_INPUT : EXIT_GOOD;
}

static int diff_file(struct job *job)
{
    const struct options *o = job->options;
    struct input *in = &job->input;
    struct save_file old = {0};
    struct image wanted = {0};
    struct complaint why;
    struct buf out = {0};
    bool differs;
    int status, source = sources_read(&in->sources, o->against, &why);

    if (source < 0)
        return job_fail(EXIT_BAD_INPUT, "%s: %s", o->against, why.text);
    const struct source *s = &in->sources.at[source];
    diag_free(&in->diag); /* it has been printed */
    in->diag.warnings_are_errors = o->warnings_are_errors;
    if (!save_file_read(&old, s->text, s->len, &why)) {
        diag_at(&in->diag, SEVERITY_ERROR, s->base + (srcpos)why.at, why.len, "%s", why.text);
        input_print_findings(in, o);
        save_file_free(&old);
        return EXIT_BAD_INPUT;
    }
    status = look_at_file(in, o, &old, s->base);
    if (status == EXIT_GOOD && (!wanted_image(&in->config, &in->host.of[o->family], o->family, PAYLOAD_LINE,
                                              NULL, NULL, &wanted, &why) ||
                                !job_print_file(&old, &wanted, o->family, o->against, &out, &differs, &why)))
        status = job_fail(EXIT_SYSTEM, "%s", why.text);
    if (status == EXIT_GOOD)
        status = show(&out);
    buf_free(&out);
    image_free(&wanted);
    save_file_free(&old);
    return status;
}

static int diff_live(struct job *job)
{
    struct complaint why;
    struct buf out = {0};
    int status = job_want(job, false);

    if (status != EXIT_GOOD)
        return status;
    job->change.find = job_find_wanted;
    job->change.ctx = job;
    if (!change_find(&job->change, &why) || !job_print_live(&job->change, &out, &why))
        status = job_fail(EXIT_SYSTEM, "%s", why.text);
    else
        status = show(&out);
    buf_free(&out);
    return status;
}

int diff(const struct options *options)
{
    struct options looking = *options;
    struct job job;

    looking.dry_run = true; /* no guard, no lock */
    int result = job_start(&job, &looking, "diff");
    if (result == EXIT_GOOD)
        result = job_input(&job);
    if (result == EXIT_GOOD && !options->against)
        result = job_enter(&job);
    if (result == EXIT_GOOD)
        result = options->against                       ? diff_file(&job)
                 : job.change.backend == &live_nftables ? table_diff(&job)
                                                        : diff_live(&job);
    job_end(&job);
    return result;
}
