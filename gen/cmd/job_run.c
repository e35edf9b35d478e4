/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of a change, in reliability's order: find, look around, try, prepare, arm, commit, confirm, save.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/compile.h"
#include "lbgen/confirm.h"
#include "lbgen/job.h"
#include "lbgen/job_look.h"
#include "lbgen/job_policies.h"
#include "lbgen/job_save.h"
#include "lbgen/job_try.h"
#include "lbgen/journal.h"
#include "lbgen/progress.h"
#include "lbgen/wanted.h"

bool job_find_wanted(void *ctx, enum family family, enum table table, const struct image_table *now,
                     struct edit *out, struct complaint *why)
{
    struct job *job = ctx;

    return delta_find(now, &job->wanted[family].of[table], table, job->options->adopt, out, why);
}

bool job_look_for_wanted(void *ctx, enum family family, enum table table, const struct image_table *now,
                         struct edit *out, struct complaint *why)
{
    struct job *job = ctx;

    if (!job_find_wanted(ctx, family, table, now, out, why) && job->options->n_inputs)
        job_warn(job, "a commit would be refused: %s", why->text);
    return true;
}

static bool undo_lines(void *ctx, const struct undo *undo, struct undo *out, struct complaint *why)
{
    (void)ctx;
    return undo_decode(undo, out, why);
}

static bool is_nothing_to_do(const struct job *job)
{
    return change_is_empty(&job->change) && !job->boot[IPV4].changes && !job->boot[IPV6].changes &&
           memcmp(&job->notes, &job->notes_after, sizeof job->notes) == 0;
}

void job_hold_signals(int how)
{
    sigset_t held;

    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGHUP);
    sigaddset(&held, SIGTSTP);
    sigprocmask(how, &held, NULL);
}

int job_report_undone(const char *why)
{
    return job_fail(EXIT_UNDONE, "the new rules were live and are undone%s%s", *why ? ": " : "", why);
}

static int report_undo_failed(const char *why)
{
    return job_fail(
        EXIT_UNDO_FAILED,
        "the undo failed, what is live now is neither old nor new: %s\nRun this to undo it: lbgen "
        "--rollback",
        why);
}

/* The guard is gone and nobody has confirmed: this process undoes. */
static int undo_here(struct job *job)
{
    struct complaint why = {.text = ""};
    bool unlocked;

    plan_undo_files(&job->change.plan, &why);
    if (plan_undo_rules(&job->change.plan, 2000, &unlocked, &why) != PLAN_DONE)
        return report_undo_failed(why.text);
    journal_remove();
    return job_report_undone("the guard that watched over them has died");
}

static int report_word(struct job *job, enum guard_word word, const char *why)
{
    switch (word) {
    case GUARD_CONFIRMED: job_say("%s: confirmed and saved", job->what); return EXIT_GOOD;
    case GUARD_NOT_SAVED:
        return job_fail(EXIT_NOT_SAVED,
                        "confirmed and live, but not saved: %s; a commit of the same rules saves them", why);
    case GUARD_UNDONE: return job_report_undone(why);
    case GUARD_UNDO_FAILED: return report_undo_failed(why);
    default: return undo_here(job);
    }
}

static int confirm(struct job *job)
{
    struct complaint why = {.text = ""};

    progress_end();
    enum guard_word word = guard_order(&job->guard, GUARD_HOLD, job->options->confirm, &why);

    if (word == GUARD_READY)
        word = confirm_wait(&job->guard, job->options->confirm, &why);
    else if (word == GUARD_REFUSED)
        word = guard_listen(&job->guard, &why);
    return report_word(job, word, why.text);
}

static int finish(struct job *job)
{
    struct complaint why;

    job_step(job, "persist");
    bool saved = plan_finish_files(&job->change.plan, &why) == PLAN_DONE;
    journal_remove();
    switch (guard_dismiss(&job->guard)) {
    case GUARD_UNDONE: return job_report_undone("the guard took this process for dead");
    case GUARD_UNDO_FAILED: return report_undo_failed("the guard took this process for dead");
    default: break;
    }
    job->settled = true;
    plan_settle_files(&job->change.plan);
    return saved ? EXIT_GOOD
                 : job_fail(EXIT_NOT_SAVED,
                            "the rules are live, but not saved: %s; a commit of the same rules saves them",
                            why.text);
}

int job_report_change(enum change_result result, const char *why)
{
    switch (result) {
    case CHANGE_LIVE: return EXIT_GOOD;
    case CHANGE_BUSY: return job_fail(EXIT_BUSY, "%s; nothing was changed", why);
    case CHANGE_REFUSED: return job_fail(EXIT_SYSTEM, "%s; nothing was changed", why);
    case CHANGE_UNDONE: return job_report_undone(why);
    case CHANGE_UNDO_FAILED: return report_undo_failed(why);
    }
    return EXIT_SYSTEM;
}

int job_settle(struct job *job)
{
    if (!job->options->confirm)
        return finish(job);
    int status = confirm(job);
    guard_dismiss(&job->guard);
    job->settled = status == EXIT_GOOD;
    return status;
}

static int carry_out(struct job *job)
{
    struct complaint why;
    int status;

    job_step(job, "scratch");
    status = change_is_empty(&job->change) ? EXIT_GOOD : job_try(job);
    if (status != EXIT_GOOD)
        return status;
    job_hold_signals(SIG_BLOCK);
    job_step(job, "files");
    status = job_save_prepare(job);
    if (status != EXIT_GOOD)
        return status;
    enum change_result result =
        change_apply(&job->change, &job->guard, job->own_lock, job->options->wait_ms, &why);
    if (result != CHANGE_LIVE) {
        job_save_abandon(job);
        status = job_report_change(result, why.text);
        if (result == CHANGE_BUSY)
            job_hold_signals(
                SIG_UNBLOCK); /* one that has come ends this process now, as it would have before */
        return status;
    }
    status = job_settle(job);
    if (status == EXIT_GOOD)
        job_save_report(job);
    return status;
}

int job_run(struct job *job, find_edit_fn find)
{
    struct complaint why;
    int status;

    job_step(job, "read");
    job->change.find = find;
    job->change.lines = undo_lines;
    job->change.planned = job_save_last;
    job->change.ctx = job;
    job->change.step = job_step;
    if (!change_find(&job->change, &why))
        return job_fail(EXIT_SYSTEM, "%s", why.text);
    job_policies_note(job);
    job_step(job, "look");
    status = job_look(job);
    if (status != EXIT_GOOD)
        return status;
    if (job->options->dry_run)
        return job_show(job, is_nothing_to_do(job));
    if (is_nothing_to_do(job)) {
        job_say("%s: nothing to do", job->what);
        return EXIT_GOOD;
    }
    return carry_out(job);
}
