/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/generate.h"
#include "lbgen/input.h"
#include "lbgen/merge_job.h"
#include "lbgen/progress.h"
#include "lbgen/wanted.h"
#include "lbgen/write_out.h"

/* What goes out: the rule set, the file that it was merged into, or another form. */
struct job {
    const struct input *input;
    enum family family;
    const struct merge_job *merge; /* NULL without --merge */
    const struct format *format;   /* NULL: save */
    struct format_job form;
};

static void write_job(void *ctx, struct buf *out)
{
    const struct job *job = ctx;

    if (job->format)
        job->format->write(&job->form, out);
    else if (job->merge)
        merge_job_print(job->merge, out);
    else
        wanted_text(&job->input->config, &job->input->host.of[job->family], job->family, out);
}

/* After `lbgen bad.ini > rules` the shell has emptied rules already. */
static void note_emptied_output(const struct options *options)
{
    struct stat out;

    if (!options->output && fstat(STDOUT_FILENO, &out) == 0 && S_ISREG(out.st_mode) && out.st_size == 0)
        fputs("lbgen: note: standard output is an empty file: the shell has emptied it before lbgen ran; -o "
              "FILE "
              "leaves FILE alone unless all is good\n",
              stderr);
}

static void note_other_family(const struct input *input, const struct options *options)
{
    enum family other = options->family == IPV4 ? IPV6 : IPV4;

    if (!options->family_given && !options->format && input->config.has_vips[other])
        fprintf(stderr,
                "lbgen: note: these are the %s rules; there are %s VIPs too, their rules come with -%d\n",
                family_ops[options->family].name, family_ops[other].name, family_ops[other].number);
}

static int report_bad_input(const struct input *input, const struct options *options)
{
    note_emptied_output(options);
    return input->system_failed ? EXIT_SYSTEM : EXIT_BAD_INPUT;
}

static int write_result(struct job *job, const struct options *options)
{
    int status;

    note_other_family(job->input, options);
    progress_begin();
    progress_stage("writing");
    status = write_out(options->output, write_job, job);
    progress_end();
    return status;
}

static struct format_job form_of(const struct options *options, const struct input *input)
{
    const bool all = !options->family_given;

    return (struct format_job){
        .config = &input->config,
        .host = input->host.of,
        .wants = {[IPV4] = all || options->family == IPV4, [IPV6] = all || options->family == IPV6},
        .firewalld_zone = options->firewalld_zone,
        .remove = options->format_remove};
}

int generate(const struct options *options)
{
    struct input input = {0};
    struct merge_job merge = {0};
    struct job job = {.input = &input,
                      .family = options->family,
                      .merge = options->merge ? &merge : NULL,
                      .format = options->format,
                      .form = form_of(options, &input)};
    int status;

    progress_begin();
    input_read(&input, options);
    if (options->merge && diag_errors(&input.diag) == 0) {
        wanted_text(&input.config, &input.host.of[options->family], options->family, &merge.text);
        merge_job_prepare(&merge, &input, options->family, options->merge);
    }
    if (job.format && job.format->check && diag_errors(&input.diag) == 0)
        job.format->check(&job.form, &input.diag);
    progress_end();
    input_print_findings(&input, options);
    status = diag_errors(&input.diag) ? report_bad_input(&input, options) : write_result(&job, options);
    merge_job_free(&merge);
    input_free(&input);
    return status;
}
