/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --diff: lbgen's part of the live rules, or of an iptables-save file, beside what the input asks for. */
#include "lbgen/diff_report.h"
#include "lbgen/job.h"
#include "lbgen/look_marks.h"
#include "lbgen/rules_file.h"
#include "lbgen/table_job.h"
#include "lbgen/verbs.h"
#include "lbgen/wanted.h"

/* Warns of what stands in the file. */
static int look_at_file(struct input *in, const struct options *o, struct save_file *old, int source)
{
    struct diag printed = input_set_findings_aside(in);

    if (rules_file_read_of(in, source, o->family, "those that are asked for are", old))
        look_at_marks_of_file(in, o->family, old, in->sources.at[source].base);
    return input_print_new_findings(in, &printed, o) ? EXIT_BAD_INPUT : EXIT_GOOD;
}

/* What --diff holds in its hands while it tells. */
struct diff_work {
    struct save_file old;
    struct image wanted;
    struct file_edits edits;
    struct diff_report report;
};

static int found(const struct diff_work *c)
{
    return c->report.n ? EXIT_DIFFERENT : EXIT_GOOD;
}

static int diff_file(struct job *job, struct diff_work *c)
{
    const struct options *o = job->options;
    struct input *in = &job->input;
    struct complaint why;
    int source = sources_read(&in->sources, o->against, &why);

    if (source < 0)
        return job_fail(EXIT_BAD_INPUT, "%s: %s", o->against, why.text);
    int status = look_at_file(in, o, &c->old, source);
    if (status != EXIT_GOOD)
        return status;
    if (!wanted_image(&in->config, &in->host.of[o->family], o->family, PAYLOAD_LINE, NULL, NULL, &c->wanted,
                      &why) ||
        !file_edits_find(&c->edits, &c->old, &c->wanted, &why) ||
        !diff_report_add_file(&c->report, o->against, o->family, c->edits.edits, &why))
        return job_fail(EXIT_SYSTEM, "%s", why.text);
    rule_owners_make(&c->report.owners[o->family], &c->wanted);
    return found(c);
}

static int diff_live(struct job *job, struct diff_work *c)
{
    struct complaint why;
    int status = job_want(job, false);

    if (status != EXIT_GOOD)
        return status;
    job->change.find = job_look_for_wanted;
    job->change.ctx = job;
    if (!change_find(&job->change, &why) || !diff_report_add_live(&c->report, &job->change, &why))
        return job_fail(EXIT_SYSTEM, "%s", why.text);
    for (int f = 0; f < FAMILIES; f++)
        rule_owners_make(&c->report.owners[f], &job->wanted[f]);
    return found(c);
}

int diff(const struct options *options)
{
    struct options looking = *options;
    struct diff_work c = {0};
    struct job job;

    looking.dry_run = true; /* no guard, no lock */
    int result = job_start(&job, &looking, "diff");
    if (result == EXIT_GOOD)
        result = job_input(&job);
    if (result == EXIT_GOOD && !options->against)
        result = job_enter(&job);
    if (result == EXIT_GOOD && !options->against && job.change.backend == &live_nftables) {
        result = table_diff(&job);
        job_end(&job);
        return result;
    }
    if (result == EXIT_GOOD)
        result = options->against ? diff_file(&job, &c) : diff_live(&job, &c);
    result = report_print(&(struct report){.options = options,
                                           .kind = &diff_report_kind,
                                           .inputs = {&job.input},
                                           .result = result <= EXIT_DIFFERENT ? &c.report : NULL},
                          result);
    diff_report_free(&c.report);
    file_edits_free(&c.edits);
    image_free(&c.wanted);
    save_file_free(&c.old);
    job_end(&job);
    return result;
}
