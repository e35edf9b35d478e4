/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "lbgen/job.h"
#include "lbgen/job_policies.h"
#include "lbgen/job_save.h"
#include "lbgen/progress.h"
#include "lbgen/table_job.h"
#include "lbgen/verbs.h"

/* Reads the input, and says what is wrong with it. */
int job_input(struct job *job)
{
    job_step(job, "input");
    progress_begin();
    input_read(&job->input, job->options);
    progress_end();
    input_print_findings(&job->input, job->options);
    if (diag_errors(&job->input.diag) == 0)
        return EXIT_GOOD;
    return job->input.system_failed ? EXIT_SYSTEM : EXIT_BAD_INPUT;
}

static int change_rules(struct job *job, bool with_input)
{
    struct complaint why;
    int status = job_want(job, !with_input);

    if (status == EXIT_GOOD)
        status = job_save_read(job);
    if (status == EXIT_GOOD && !job_policies_open_files(job, &why))
        status = job_fail(EXIT_SYSTEM, "%s", why.text);
    return status == EXIT_GOOD ? job_run(job, job_policies_find_wanted) : status;
}

/* Makes the kernel's rules and the boot files what the input asks for; without input, takes lbgen's part out.
 */
static int change_all(const struct options *options, const char *what, bool with_input)
{
    struct job job;
    int status = job_start(&job, options, what);

    if (status == EXIT_GOOD && with_input)
        status = job_input(&job);
    if (status == EXIT_GOOD)
        status = job_enter(&job);
    if (status == EXIT_GOOD && job.change.backend == &live_nftables)
        status = with_input ? table_commit(&job) : table_remove(&job);
    else if (status == EXIT_GOOD)
        status = change_rules(&job, with_input);
    job_end(&job);
    return status;
}

int commit(const struct options *options)
{
    return change_all(options, "commit", true);
}

int remove_own(const struct options *options)
{
    return change_all(options, "remove", false);
}

int confirmed(const struct options *options)
{
    struct complaint why;

    (void)options;
    switch (guard_confirm_pending(&why)) {
    case GUARD_CONFIRMED: job_say("confirmed and saved"); return EXIT_GOOD;
    case GUARD_NOT_SAVED:
        return job_fail(EXIT_NOT_SAVED,
                        "confirmed and live, but not saved: %s; a commit of the same rules saves them",
                        why.text);
    case GUARD_GONE:
        return job_fail(EXIT_DIFFERENT, "nothing waits for a confirmation; lbgen --status says what is live");
    case GUARD_UNDONE: return job_fail(EXIT_UNDONE, "too late: the new rules are undone; commit them again");
    case GUARD_UNDO_FAILED:
        return job_fail(EXIT_UNDO_FAILED,
                        "too late, and the undo failed: %s\nRun this to undo it: lbgen --rollback", why.text);
    default: return job_fail(EXIT_SYSTEM, "%s", why.text);
    }
}
