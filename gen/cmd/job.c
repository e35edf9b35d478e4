/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first steps of a job, and its end. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/backend_choice.h"
#include "lbgen/firewalld.h"
#include "lbgen/job.h"
#include "lbgen/job_policies.h"
#include "lbgen/journal.h"
#include "lbgen/legacy_raw.h"
#include "lbgen/lock.h"
#include "lbgen/progress.h"
#include "lbgen/vec.h"
#include "lbgen/wanted.h"
#include "lbgen/xalloc.h"

enum { HEAL_LOCK_MS = 10000 };

/* The job at hand, for when memory is out or libiptc aborts, which it does when its own memory is out. */
static struct job *running;

static void put(const char *text)
{
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));

    (void)ignored;
}

/* Nothing here asks for memory. The guard undoes what was done so far as soon as this process is silent; that
 * is waited for, so that the status says what became of it. */
static void give_up(void)
{
    if (running->settled) {
        put("lbgen: error: out of memory; the new rules are live, lbgen --status says more\n");
        _exit(EXIT_NOT_SAVED);
    }
    /* Who has dismissed the guard before all is settled has undone the change himself. abort() is libiptc's,
     * in the middle of nothing of ours. NOLINTNEXTLINE(bugprone-signal-handler,cert-sig30-c) */
    const enum guard_word word = running->guard.pid ? guard_leave(&running->guard) : GUARD_UNDONE;
    if (!running->change.is_live) {
        put("lbgen: error: out of memory; nothing was changed\n");
        _exit(EXIT_SYSTEM);
    }
    switch (word) {
    case GUARD_UNDONE:
        put("lbgen: error: out of memory; the new rules were live and are undone\n");
        _exit(EXIT_UNDONE);
    case GUARD_READY:
        put("lbgen: error: out of memory; the new rules were confirmed, lbgen --status says more\n");
        _exit(EXIT_NOT_SAVED);
    default:
        put("lbgen: error: out of memory, and the undo failed; run this to undo it: lbgen --rollback\n");
        _exit(EXIT_UNDO_FAILED);
    }
}

static void on_abort(int signal)
{
    (void)signal;
    give_up();
}

int job_start(struct job *job, const struct options *options, const char *what)
{
    struct complaint why;

    *job = (struct job){.options = options, .what = what, .own_lock = -1};
    running = job;
    xalloc_on_failure(give_up);
    signal(SIGABRT, on_abort);
    job_step(job, "start");
    config_init(&job->none.config);
    job->none.config.vrrp.accept = false;
    for (int f = 0; f < FAMILIES; f++)
        job->of[f] = &job->none;
    return options->dry_run || guard_start(&job->guard, &why) ? EXIT_GOOD
                                                              : job_fail(EXIT_SYSTEM, "%s", why.text);
}

static int report_busy(void)
{
    unsigned seconds;

    if (guard_is_pending(&seconds))
        return job_fail(
            EXIT_BUSY,
            "a commit waits for its confirmation, for %u more s: run lbgen --confirmed to keep it, or "
            "wait until it is undone",
            seconds);
    return job_fail(EXIT_BUSY, "another lbgen is at work; try again, or wait longer with --wait=SECONDS");
}

/* A pending confirmation is no reason to wait: it may take minutes. */
static int take_own_lock(struct job *job)
{
    struct complaint why;
    unsigned seconds;
    enum lock_result result = lock_own(LOCK_OWN_FOLDER, 0, &job->own_lock, &why);

    if (result == LOCK_BUSY && !guard_is_pending(&seconds))
        result = lock_own(LOCK_OWN_FOLDER, job->options->wait_ms, &job->own_lock, &why);
    if (result == LOCK_FAILED)
        return job_fail(EXIT_SYSTEM, "%s", why.text);
    return result == LOCK_TAKEN ? EXIT_GOOD : report_busy();
}

/* A journal without a guard: the command and its guard have both died in the middle of a change. */
static int heal(struct job *job)
{
    struct complaint why;
    struct plan plan = {0};
    bool unlocked, good;

    switch (journal_read(&plan, &why)) {
    case JOURNAL_NONE: return EXIT_GOOD;
    case JOURNAL_ELSEWHERE:
        job_warn(job, "an lbgen in another network namespace has died in the middle of a change there");
        return EXIT_GOOD;
    case JOURNAL_UNREADABLE: return job_fail(EXIT_SYSTEM, "%s", why.text);
    case JOURNAL_FOUND: break;
    }
    job_warn(job, "an earlier lbgen has died in the middle of a change; undoing what it left");
    good = (plan.backend->form == PAYLOAD_LINE || undo_encode(&plan.undo, &why)) &&
           plan_undo_rules(&plan, HEAL_LOCK_MS, &unlocked, &why) == PLAN_DONE;
    /* A file that is not what that lbgen wrote is somebody's: there is nothing to wait for, now or later. */
    job->healed_all = good && plan_undo_files(&plan, &why) == PLAN_DONE;
    plan_free(&plan);
    if (!good)
        return job_fail(EXIT_UNDO_FAILED,
                        "what an earlier lbgen left can't be undone: %s; mend that, and run lbgen --rollback",
                        why.text);
    if (!job->healed_all)
        job_warn(job, "it is undone but for a file: %s", why.text);
    journal_remove();
    job->healed = true;
    return EXIT_GOOD;
}

void job_tell_remains(struct job *job)
{
    struct complaint why;
    struct plan plan = {0};
    int lock;

    /* Whoever is at work holds the lock, and so does a guard that waits: the journal is theirs then. */
    if (access(JOURNAL_PATH, F_OK) != 0 || lock_own(LOCK_OWN_FOLDER, 0, &lock, &why) != LOCK_TAKEN)
        return;
    switch (journal_read(&plan, &why)) {
    case JOURNAL_NONE:
    case JOURNAL_ELSEWHERE: break;
    case JOURNAL_UNREADABLE: job_warn(job, "%s", why.text); break;
    case JOURNAL_FOUND:
        job_warn(job, "an earlier lbgen has died in the middle of a change: the next --commit, --restore, "
                      "--remove or --rollback undoes what it left, before anything else");
        plan_free(&plan);
    }
    lock_release(&lock);
}

static int check_firewalld(struct job *job)
{
    uint32_t pid;

    if (job->change.backend == &live_nftables) /* it leaves tables alone that are not its own */
        return EXIT_GOOD;
    /* In a sandbox its network namespace can't be seen: nearly always it is this one. */
    if (firewalld_look("/proc", &pid) == FIREWALLD_NONE || pid == 0)
        return EXIT_GOOD;
    if (job->options->force) {
        job_warn(job, "firewalld runs here (process %u): its next reload may take these rules out", pid);
        return EXIT_GOOD;
    }
    return job_fail(
        EXIT_SYSTEM,
        "firewalld runs here (process %u) and would take these rules out again; stop it, or give --force",
        pid);
}

static const struct live_backend *choose_backend(const struct options *options, struct complaint *why)
{
    switch (options->backend) {
    case BACKEND_LEGACY: return &live_legacy;
    case BACKEND_NFT: return &live_nft;
    case BACKEND_NFTABLES: return &live_nftables;
    case BACKEND_AUTO: break;
    }
    return backend_find(why);
}

int job_choose_backend(struct job *job)
{
    struct complaint why;

    job->change.backend = choose_backend(job->options, &why);
    if (!job->change.backend)
        return job_fail(EXIT_SYSTEM, "%s", why.text);
    if (job->options->backend == BACKEND_AUTO && job->change.backend == &live_nftables)
        fputs("lbgen: note: there is no iptables here, neither in the kernel nor as a program: lbgen's table "
              "of "
              "nftables' own is used (--backend nftables)\n",
              stderr);
    return EXIT_GOOD;
}

int job_enter(struct job *job)
{
    struct complaint why;
    int status = EXIT_GOOD;

    job_step(job, "enter");
    progress_begin();
    if (!may_change_tables(&why))
        return job_fail(EXIT_SYSTEM, "%s", why.text);
    if (!job->options->dry_run) {
        status = take_own_lock(job);
        if (status == EXIT_GOOD)
            status = heal(job);
    }
    if (status == EXIT_GOOD && !policy_notes_read(&job->notes, &why))
        status = job_fail(EXIT_SYSTEM, "%s", why.text);
    job->notes_after = job->notes;
    const struct boot_files_options boot = {
        .persist = {job->options->persist[IPV4], job->options->persist[IPV6]},
        .no_persist = job->options->no_persist};
    if (status == EXIT_GOOD && !boot_files_find(&job->boot_files, &boot, ""))
        status = job_fail(EXIT_SYSTEM, "a boot file's path is too long");
    if (status == EXIT_GOOD && boot_files_clash(&job->boot_files))
        status =
            job_fail(EXIT_BAD_INPUT, "%s can't be the boot file of both families: give --persist6 another",
                     job->boot_files.path[IPV4]);
    if (status == EXIT_GOOD)
        status = job_choose_backend(job);
    return status == EXIT_GOOD && !job->options->dry_run ? check_firewalld(job) : status;
}

static bool make_image(struct job *job, struct input *in, enum family family, struct complaint *why)
{
    image_free(&job->wanted[family]);
    job->text[family].len = 0;
    return wanted_image_and_text(&in->config, &in->host.of[family], family, job->change.backend->form,
                                 &job->wanted[family], &job->text[family], why);
}

/* IPv6 is left alone where there would be nothing but the VRRP accept. */
static bool want_family(struct job *job, enum family family, bool empty, struct complaint *why)
{
    struct input *in = empty ? &job->none : &job->input;
    bool made = family == IPV6;

    if (made && !make_image(job, in, family, why))
        return false;
    job->is_wanted[family] = !empty && (family == IPV4 || wanted_is_more_than_vrrp(&job->wanted[family]));
    job->of[family] = job->is_wanted[family] ? in : &job->none;
    size_t policies = job->of[family]->config.policies.n;
    job_policies_give_back_in_file(job, family, &job->of[family]->config);
    if (!(made && job->of[family] == in && policies == in->config.policies.n) &&
        !make_image(job, job->of[family], family, why))
        return false;
    job_policies_give_back_live(job, family);
    return true;
}

int job_want(struct job *job, bool empty)
{
    struct complaint why;

    job_step(job, "encode");
    for (int f = 0; f < FAMILIES; f++)
        if (!want_family(job, (enum family)f, empty, &why))
            return job_fail(EXIT_SYSTEM, "%s", why.text);
    return EXIT_GOOD;
}

void job_end(struct job *job)
{
    progress_end();
    change_free(&job->change);
    guard_dismiss(&job->guard);
    for (int f = 0; f < FAMILIES; f++) {
        image_free(&job->wanted[f]);
        boot_text_free(&job->boot[f]);
        buf_free(&job->text[f]);
    }
    undo_free(&job->undo);
    input_free(&job->input);
    input_free(&job->none);
    lock_release(&job->own_lock);
    job_step(job, NULL);
}
