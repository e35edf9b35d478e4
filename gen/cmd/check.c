/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --check: all that can be said of an input without touching anything. */
#include <stdlib.h>

#include "lbgen/backend_choice.h"
#include "lbgen/check_expects.h"
#include "lbgen/check_keepalived.h"
#include "lbgen/check_report.h"
#include "lbgen/job.h"
#include "lbgen/job_try.h"
#include "lbgen/progress.h"
#include "lbgen/table_job.h"
#include "lbgen/verbs.h"
#include "lbgen/xalloc.h"

/* Where the host's own rules live does not matter for a check. */
static const struct live_backend *backend_to_check(const struct options *options)
{
    switch (options->backend) {
    case BACKEND_LEGACY: return &live_legacy;
    case BACKEND_NFT: return &live_nft;
    case BACKEND_NFTABLES: return &live_nftables;
    default: return backend_installed();
    }
}

/* --kernel: whether this kernel takes the rules. */
static int check_kernel(struct job *job, enum scratch_result *result)
{
    job->change.backend = backend_to_check(job->options);
    if (job->change.backend == &live_nftables)
        return table_check(job);
    int status = job_want(job, false);
    return status == EXIT_GOOD ? job_try_all(job, result) : status;
}

/* What the input is held against: a status, and findings in its diag. */
static int check_input_itself(struct input *input, const char *keepalived, struct check_report *result)
{
    bool good = diag_errors(&input->diag) == 0;
    int status = good ? EXIT_GOOD : input->system_failed ? EXIT_SYSTEM : EXIT_BAD_INPUT;

    progress_stage("looking at Keepalived's file");
    if (keepalived && !check_keepalived(input, keepalived) && status == EXIT_GOOD)
        status = EXIT_BAD_INPUT;
    progress_stage("walking");
    if (good) {
        result->passed = xcalloc(input->config.expects.n, sizeof *result->passed);
        if (!check_expects(input, result->passed) && status == EXIT_GOOD)
            status = EXIT_DIFFERENT;
    }
    return status == EXIT_GOOD && diag_errors(&input->diag) ? EXIT_DIFFERENT : status;
}

int check_input(const struct options *options)
{
    struct options looking = *options;
    struct job job;
    struct check_report result = {.expects = &job.input.config.expects, .kernel = SCRATCH_UNAVAILABLE};
    int status;

    looking.dry_run = true; /* no guard, no lock */
    status = job_start(&job, &looking, "check");
    if (status == EXIT_GOOD) {
        progress_begin();
        input_read(&job.input, options);
        status = check_input_itself(&job.input, options->keepalived, &result);
        progress_end();
        input_print_findings(&job.input, options);
    }
    if (options->kernel && status <= EXIT_DIFFERENT) {
        int tried = check_kernel(&job, &result.kernel);

        status = tried != EXIT_GOOD ? tried : status;
    }
    status = report_print(
        &(struct report){
            .options = options, .kind = &check_report_kind, .inputs = {&job.input}, .result = &result},
        status);
    free(result.passed);
    job_end(&job);
    return status;
}
