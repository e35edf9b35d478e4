/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of a change of the table, in reliability's order: prepare the files, arm, commit, read back,
 * confirm, save. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lbgen/job_save.h"
#include "lbgen/journal.h"
#include "lbgen/nft_script.h"
#include "lbgen/nft_tables.h"
#include "lbgen/own_table_live.h"
#include "lbgen/table_job.h"

enum {
    TRIES = 4,
    /* Of so many bytes of elements, they are read back one by one; of more, which the kernel takes seconds
     * for, it is the number of the generation that tells whether anything but this transaction has come in
     * between. */
    READ_BACK_MAX = 256 << 10
};

static void print_forth(const struct table_job *t, struct buf *out)
{
    if (t->kind == TABLE_ROLLBACK)
        buf_str(out, "the last commit's transaction is taken back:\n");
    else
        buf_printf(out, "%s: to be loaded\n", table_boot_path(t->job));
    buf_add(out, t->forth.at, t->forth.len);
}

static int show(const struct table_job *t)
{
    int fd = STDOUT_FILENO;
    struct buf out = {0};

    if (t->kind == TABLE_COMMIT)
        own_table_diff(&t->live, &t->wanted, &out);
    else if (t->changes)
        print_forth(t, &out);
    if (t->boot_changes)
        buf_printf(&out, "%s: to be written\n", t->boot_path);
    int error = out.len ? buf_flush_fd(&fd, out.at, out.len) : 0;
    buf_free(&out);
    return error ? job_fail(EXIT_SYSTEM, "standard output can't be written") : EXIT_DIFFERENT;
}

static void print_undo(struct table_job *t)
{
    struct table_undo *undo = &t->job->change.plan.table;
    size_t added, gone;

    table_undo_free(undo);
    undo->there = t->changes;
    undo->before = table_state_of(&t->live);
    undo->after = table_state_of(&t->wanted);
    if (t->changes && t->kind != TABLE_COMMIT)
        own_table_replace(&t->live, &undo->script);
    else if (t->changes)
        own_table_change(&t->wanted, &t->live, &undo->script, &added, &gone);
}

static bool add_last(struct table_job *t, size_t n_boot, struct complaint *why)
{
    const struct undo none = {.form = PAYLOAD_LINE};
    struct job *job = t->job;
    struct buf text = {0};

    if (job->keeps_last)
        return true;
    if (!job->forgets_last)
        job_print_last(job, &none, n_boot, &text);
    bool good = job_add_file(job, LAST_PATH, &text, false, why);
    buf_free(&text);
    return good;
}

static int prepare(struct table_job *t)
{
    struct job *job = t->job;
    struct plan *plan = &job->change.plan;
    struct complaint why;
    bool good = job_state_folder(job, &why);

    plan->backend = &live_nftables;
    plan->undo.form = PAYLOAD_LINE;
    print_undo(t);
    if (good && t->boot_changes) {
        good = (!job->options->persist[IPV4] || job_folder_is_there(t->boot_path, &why)) &&
               job_add_file(job, t->boot_path, &t->boot_new, true, &why);
        if (good && !persist_was(&plan->files[plan->n_files - 1], t->boot_old.len ? t->boot_old.at : "",
                                 t->boot_old.len))
            good = complain(&why, 0, 0, "%s was changed by somebody else meanwhile", t->boot_path);
    }
    if (good && add_last(t, plan->n_files, &why))
        return EXIT_GOOD;
    job_save_abandon(job);
    return job_fail(EXIT_SYSTEM, "%s; nothing was changed", why.text);
}

static bool live_state(struct table_state *state, struct complaint *why)
{
    return own_table_read_marker(state->marker, &state->exists, why);
}

/* Others change tables of theirs too fast for reading: the marker says that the transaction is in place. */
static bool is_disturbed(struct table_job *t, uint32_t generation, const struct complaint *why)
{
    struct complaint ignored;
    uint32_t now;

    if (!nft_generation(&now, &ignored) || now == generation)
        return false;
    job_warn(t->job, "the table is in place, but its elements could not be read back: %s", why->text);
    return true;
}

/* Whether the table is what was wanted, and nobody else's change is in it. */
static bool read_back(struct table_job *t, struct complaint *why)
{
    struct table_state now;
    const struct table_state wanted = table_state_of(&t->wanted);
    struct own_table live = {0};
    uint32_t generation;

    if (!nft_generation(&generation, why) || !live_state(&now, why))
        return false;
    if (!table_state_equal(&now, &wanted))
        return complain(why, 0, 0, "another table is there than was put in place");
    bool alone = generation == t->generation + 1;
    bool is_commit = t->kind == TABLE_COMMIT;
    if (!is_commit || !t->wanted.exists || (alone && t->wanted.elements.len > READ_BACK_MAX)) {
        if (alone && is_commit && t->wanted.exists && !t->unproven)
            own_table_remember(&t->wanted, generation);
        return true;
    }
    if (!own_table_read_kernel(&live, &generation, why))
        return is_disturbed(t, generation, why);
    bool same = true;
    if (!t->unproven && !own_table_equal(&live, &t->wanted))
        same = complain(why, 0, 0, "the table is not what was put in place when it is read back");
    /* In lbgen's order, so that the next run has little to compare. */
    if (same)
        own_table_remember(t->unproven ? &live : &t->wanted, generation);
    own_table_free(&live);
    return same;
}

/* Whether the table is the one that was there before, element by element, without foreign ones, which the
 * transaction took out for good. A script that went wrong may have left what its inverse does not know of. */
static bool is_back(const struct table_job *t, struct complaint *why)
{
    struct own_table now = {0}, before = t->live;
    uint32_t ignored;
    bool read = own_table_read_kernel(&now, &ignored, why);

    before.foreign = (struct buf){0};
    bool same = read && own_table_equal(&now, &before);

    if (read && !same)
        complain(why, 0, 0, "the table is not what it was before");
    own_table_free(&now);
    return same;
}

/* The old table as a whole, where its parts have not come back. */
static bool bring_back(const struct table_job *t, struct complaint *why)
{
    struct buf script = {0};

    if (is_back(t, why))
        return true;
    own_table_replace(&t->live, &script);
    bool good = nft_script_run(buf_text(&script), NULL, why) && is_back(t, why);
    buf_free(&script);
    return good;
}

static enum change_result undo_failed(struct complaint *why, const struct complaint *about_undo)
{
    struct complaint first = *why;

    complain(why, 0, 0, "%.100s; and the undo failed: %.120s", first.text, about_undo->text);
    return CHANGE_UNDO_FAILED;
}

static enum change_result take_back(struct table_job *t, struct complaint *why)
{
    struct table_state now;
    struct complaint about_undo;
    const struct table_state before = table_state_of(&t->live);

    if (live_state(&now, &about_undo) && table_state_equal(&now, &before)) {
        t->job->change.is_live = false;
        return CHANGE_REFUSED;
    }
    if (table_undo_run(&t->job->change.plan.table, &about_undo))
        return bring_back(t, &about_undo) ? CHANGE_UNDONE : undo_failed(why, &about_undo);
    if (guard_order(&t->job->guard, GUARD_UNDO, 0, &about_undo) == GUARD_UNDONE)
        return CHANGE_UNDONE;
    return undo_failed(why, &about_undo);
}

/* Somebody has changed nftables' rules since they were read. Where that goes on and on, or reading takes
 * seconds, it is enough that the table is still the one with the same marker: reading back tells the rest. */
static bool may_go_on(const struct table_job *t, bool last)
{
    const struct table_state before = table_state_of(&t->live);
    struct table_state now;
    struct complaint ignored;

    return (last || t->live.elements.len > READ_BACK_MAX) && live_state(&now, &ignored) &&
           table_state_equal(&now, &before);
}

static enum change_result put_in_place(struct table_job *t, bool last, struct complaint *why)
{
    struct job *job = t->job;
    uint32_t generation;

    if (!journal_write(&job->change.plan, why) ||
        !guard_arm(&job->guard, &job->change.plan, job->own_lock, why))
        return CHANGE_REFUSED;
    if (!t->changes)
        return CHANGE_LIVE;
    job_step(job, "commit");
    if (!nft_generation(&generation, why))
        return CHANGE_REFUSED;
    if (generation != t->generation && !may_go_on(t, last)) {
        complain(why, 0, 0, "somebody else changes nftables' rules again and again");
        return CHANGE_BUSY;
    }
    job->change.is_live = true;
    if (!nft_script_run(buf_text(&t->forth), NULL, why))
        return take_back(t, why);
    job_step(job, "read-back");
    return read_back(t, why) ? CHANGE_LIVE : take_back(t, why);
}

static enum change_result try_again(struct table_job *t, bool last, struct complaint *why)
{
    job_save_abandon(t->job);
    if (table_look(t) == EXIT_GOOD && prepare(t) == EXIT_GOOD)
        return put_in_place(t, last, why);
    complain(why, 0, 0, "it can't be prepared again");
    return CHANGE_REFUSED;
}

static enum change_result apply(struct table_job *t, struct complaint *why)
{
    bool is_commit = t->kind == TABLE_COMMIT;
    enum change_result result = put_in_place(t, !is_commit, why);

    for (int i = 1; i < TRIES && result == CHANGE_BUSY && is_commit; i++)
        result = try_again(t, i == TRIES - 1, why);
    if (result == CHANGE_LIVE)
        return result;
    if (result != CHANGE_UNDO_FAILED)
        journal_remove();
    guard_dismiss(&t->job->guard);
    return result;
}

static void report(struct table_job *t)
{
    if (!t->changes)
        job_say("%s: the table is unchanged (nftables)", t->job->what);
    else if (t->kind == TABLE_ROLLBACK)
        job_say("%s: the last commit is taken back (nftables)", t->job->what);
    else if (t->kind == TABLE_RESTORE)
        job_say("%s: %s is loaded (nftables)", t->job->what, table_boot_path(t->job));
    else
        job_say("%s: %zu elements put in, %zu taken out (nftables)", t->job->what, t->added, t->gone);
    table_report_include(t);
}

/* Whether the wanted table is the live one to the byte, in lbgen's order. */
static bool is_proven_equal(const struct table_job *t)
{
    return t->wanted.exists && !t->unproven && strcmp(t->wanted.marker, t->live.marker) == 0;
}

int table_run(struct table_job *t)
{
    struct job *job = t->job;
    struct complaint why = {.text = ""};
    int status;

    if (job->warnings && job->options->warnings_are_errors)
        return job_fail(EXIT_BAD_INPUT, "there were warnings (--warnings=error); nothing was changed");
    if (!t->changes && !t->boot_changes) {
        job_say("%s: nothing to do", job->what);
        if (!job->options->dry_run && !t->remembered && t->live.exists && t->kind == TABLE_COMMIT)
            own_table_remember(is_proven_equal(t) ? &t->wanted : &t->live, t->generation);
        return EXIT_GOOD;
    }
    if (job->options->dry_run)
        return show(t);
    job_hold_signals(SIG_BLOCK);
    job_step(job, "files");
    status = prepare(t);
    if (status != EXIT_GOOD)
        return status;
    enum change_result result = apply(t, &why);
    if (result != CHANGE_LIVE) {
        job_save_abandon(job);
        status = job_report_change(result, why.text);
        if (result == CHANGE_BUSY)
            job_hold_signals(SIG_UNBLOCK);
        return status;
    }
    status = job_settle(job);
    if (status == EXIT_GOOD)
        report(t);
    return status;
}
