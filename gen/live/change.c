/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <string.h>

#include "lbgen/change.h"
#include "lbgen/journal.h"
#include "lbgen/lock.h"

enum { TRIES = 4 /* the first, and three from a new snapshot */, UNDO_LOCK_MS = 2000, LOCK_SLICE_MS = 100 };

static void step(struct change *c, const char *name)
{
    if (c->step)
        c->step(c->ctx, name);
}

static void forget_edits(struct change *c)
{
    for (int f = 0; f < FAMILIES; f++) {
        for (int t = 0; t < TABLES; t++)
            edit_free(&c->edits[f][t]);
        image_free(&c->now[f]);
    }
}

static bool find_edits(struct change *c, struct complaint *why)
{
    forget_edits(c);
    for (int f = 0; f < FAMILIES; f++) {
        if (!c->backend->read(c->live, (enum family)f, &c->now[f], why))
            return false;
        for (int t = 0; t < TABLES; t++)
            if (!c->find(c->ctx, (enum family)f, (enum table)t, &c->now[f].of[t], &c->edits[f][t], why))
                return false;
    }
    return true;
}

bool change_find(struct change *c, struct complaint *why)
{
    c->live = c->backend->open(why);
    return c->live && find_edits(c, why);
}

bool change_is_empty(const struct change *c)
{
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++)
            if (!edit_is_empty(&c->edits[f][t]))
                return false;
    return true;
}

static void make_undo(struct change *c)
{
    undo_free(&c->plan.undo);
    c->plan.undo.form = c->backend->form;
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++)
            if (!edit_is_empty(&c->edits[f][t]))
                undo_add(&c->plan.undo, (enum family)f, &c->now[f].of[t], &c->edits[f][t]);
}

static bool prepare_edits(struct change *c, struct complaint *why)
{
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++)
            if (!edit_is_empty(&c->edits[f][t]) &&
                !c->backend->prepare(c->live, (enum family)f, &c->edits[f][t], why))
                return false;
    return true;
}

/* The plan with lines, for whoever comes when this process and the guard are gone. */
static bool write_journal(const struct change *c, const struct undo *lines, struct complaint *why)
{
    struct plan plan = c->plan;

    plan.undo = *lines;
    return journal_write(&plan, why);
}

static bool plan_with(struct change *c, const struct undo *lines, struct complaint *why)
{
    return (!c->planned || c->planned(c->ctx, lines, why)) && write_journal(c, lines, why);
}

static bool make_plan(struct change *c, struct complaint *why)
{
    struct undo lines = {0};

    c->plan.backend = c->backend;
    make_undo(c);
    if (c->backend->form == PAYLOAD_LINE)
        return plan_with(c, &c->plan.undo, why);
    bool good = c->lines(c->ctx, &c->plan.undo, &lines, why) && plan_with(c, &lines, why);
    undo_free(&lines);
    return good;
}

static bool arm(struct change *c, struct guard *guard, int own_lock, struct complaint *why)
{
    c->added = c->gone = 0;
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++) {
            c->added += c->edits[f][t].n_added;
            c->gone += c->edits[f][t].n_gone;
        }
    return make_plan(c, why) && prepare_edits(c, why) && guard_arm(guard, &c->plan, own_lock, why);
}

static enum live_result ask_unchanged(struct change *c, struct complaint *why)
{
    enum live_result result = LIVE_DONE;

    for (int f = 0; f < FAMILIES && result == LIVE_DONE; f++)
        result = c->backend->unchanged(c->live, (enum family)f, why);
    return result;
}

/* Whether the tables are still what the edits were made for; where they are not, makes new ones. */
static enum live_result settle(struct change *c, struct guard *guard, int own_lock, struct complaint *why)
{
    for (int i = 0; i < TRIES; i++) {
        enum live_result result = ask_unchanged(c, why);

        if (result == LIVE_CHANGED && i == TRIES - 1 && c->backend->safe_when_changed)
            return LIVE_DONE;
        if (result != LIVE_CHANGED)
            return result;
        struct complaint inner; /* what changed stays the reason, should this have been the last try */
        if (!find_edits(c, &inner) || !arm(c, guard, own_lock, &inner)) {
            *why = inner;
            return LIVE_FAILED;
        }
    }
    complain(
        why, 0, 0,
        "somebody else changes the tables again and again, without the xtables lock: stop it and try again");
    return LIVE_CHANGED;
}

/* *any: something is, or may be, in the kernel. */
static enum live_result commit_edits(struct change *c, bool *any, struct complaint *why)
{
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++) {
            if (edit_is_empty(&c->edits[f][t]))
                continue;
            enum live_result result = c->backend->commit(c->live, (enum family)f, (enum table)t, why);
            *any = *any || result != LIVE_CHANGED;
            if (result != LIVE_DONE)
                return result;
        }
    return LIVE_DONE;
}

static enum live_result read_back(struct change *c, struct complaint *why)
{
    enum live_result result = LIVE_DONE;

    for (int f = 0; f < FAMILIES && result == LIVE_DONE; f++)
        result = c->backend->read_back(c->live, (enum family)f, why);
    return result;
}

/* Something else is there than was committed. Where that is a matter of foreign rules, which somebody has
 * changed meanwhile, all is well; where lbgen's own have suffered from it, what is missing is committed on
 * top. The plan stays what it is: it knows the rules that came and went, not where they stand. */
static enum live_result repair(struct change *c, struct complaint *why)
{
    enum live_result result = LIVE_CHANGED;
    bool any = true;

    for (int i = 0; i < TRIES && result == LIVE_CHANGED; i++) {
        if (!find_edits(c, why))
            return LIVE_FAILED;
        if (change_is_empty(c))
            return LIVE_DONE;
        if (!prepare_edits(c, why))
            return LIVE_FAILED;
        result = ask_unchanged(c, why);
        if (result == LIVE_DONE || (result == LIVE_CHANGED && c->backend->safe_when_changed))
            result = commit_edits(c, &any, why);
        if (result == LIVE_DONE)
            result = read_back(c, why);
    }
    return result;
}

/* Whether lbgen's part of all tables is what it was before: then new rules were never live. */
static bool was_never_live(struct change *c)
{
    struct complaint ignored;
    bool same = true;

    for (int f = 0; f < FAMILIES && same; f++) {
        struct image now = {0};

        same = c->backend->read(c->live, (enum family)f, &now, &ignored);
        for (int t = 0; same && t < TABLES; t++) {
            struct edit edit;

            undo_to_edit(&c->plan.undo, (enum family)f, (enum table)t, &now.of[t], &edit);
            same = edit_is_empty(&edit);
            edit_free(&edit);
        }
        image_free(&now);
    }
    return same;
}

/* This process first; where it can't, the guard, which has memory of its own. */
static enum change_result take_back(struct change *c, struct guard *guard, struct complaint *why)
{
    struct complaint about_undo;
    bool unlocked;

    if (was_never_live(c)) {
        c->is_live = false;
        return CHANGE_REFUSED;
    }
    if (plan_undo_rules(&c->plan, UNDO_LOCK_MS, &unlocked, &about_undo) == PLAN_DONE)
        return CHANGE_UNDONE;
    if (guard_order(guard, GUARD_UNDO, 0, &about_undo) == GUARD_UNDONE)
        return CHANGE_UNDONE;
    struct complaint first = *why;
    complain(why, 0, 0, "%.100s; and the undo failed: %.120s", first.text, about_undo.text);
    return CHANGE_UNDO_FAILED;
}

/* Under the lock, which is given back at the end, and before anything is undone, since undoing takes it. It
 * is kept where the kernel says that the tables have changed, which is CHANGE_BUSY: they are read again under
 * it. */
static enum change_result commit_locked(struct change *c, struct guard *guard, int *lock,
                                        struct complaint *why)
{
    bool any = false;

    step(c, "commit");
    c->is_live = true;
    enum live_result result = commit_edits(c, &any, why);
    c->is_live = any;
    if (result == LIVE_CHANGED && !any)
        return CHANGE_BUSY;
    if (result == LIVE_DONE) {
        step(c, "read-back");
        result = read_back(c, why);
        if (result == LIVE_CHANGED)
            result = repair(c, why);
    }
    lock_release(lock);
    return result == LIVE_DONE ? CHANGE_LIVE : take_back(c, guard, why);
}

static bool is_ignored(int number)
{
    struct sigaction action = {.sa_handler = SIG_DFL};

    sigaction(number, NULL, &action);
    return action.sa_handler == SIG_IGN;
}

/* Signals are held back, since nothing may end this process in the middle of a change; before its beginning
 * they may. */
static bool is_told_to_end(void)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t pending;

    sigpending(&pending);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
        if (sigismember(&pending, ending[i]) == 1 && !is_ignored(ending[i]))
            return true;
    return false;
}

static enum lock_result take_lock(unsigned lock_ms, int *lock, struct complaint *why)
{
    enum lock_result result;

    do {
        unsigned slice = lock_ms < LOCK_SLICE_MS ? lock_ms : LOCK_SLICE_MS;

        result = lock_xtables(LOCK_XTABLES_PATH, slice, lock, why);
        lock_ms -= slice;
    } while (result == LOCK_BUSY && lock_ms > 0 && !is_told_to_end());
    if (result == LOCK_FAILED || !is_told_to_end())
        return result;
    lock_release(lock);
    complain(why, 0, 0, "ended by a signal before the rules were touched");
    return LOCK_BUSY;
}

static enum change_result apply(struct change *c, struct guard *guard, int own_lock, unsigned lock_ms,
                                struct complaint *why)
{
    enum change_result result = CHANGE_BUSY;
    int lock = -1;

    if (!arm(c, guard, own_lock, why))
        return CHANGE_REFUSED;
    step(c, "lock");
    complain(why, 0, 0,
             "another program holds the xtables lock; waited for %u s, --wait=SECONDS waits longer",
             lock_ms / 1000);
    enum lock_result locked = take_lock(lock_ms, &lock, why);
    if (locked != LOCK_TAKEN)
        return locked == LOCK_BUSY ? CHANGE_BUSY : CHANGE_REFUSED;
    step(c, "locked");
    for (int i = 0; i < TRIES && result == CHANGE_BUSY; i++) {
        enum live_result settled = settle(c, guard, own_lock, why);

        if (settled == LIVE_FAILED)
            result = CHANGE_REFUSED;
        else if (settled == LIVE_CHANGED)
            break;
        else
            result = commit_locked(c, guard, &lock, why);
    }
    lock_release(&lock);
    step(c, "unlocked");
    return result;
}

enum change_result change_apply(struct change *c, struct guard *guard, int own_lock, unsigned lock_ms,
                                struct complaint *why)
{
    step(c, "prepare");
    enum change_result result = apply(c, guard, own_lock, lock_ms, why);

    if (result == CHANGE_LIVE)
        return result;
    if (result != CHANGE_UNDO_FAILED)
        journal_remove();
    guard_dismiss(guard);
    return result;
}

void change_free(struct change *c)
{
    forget_edits(c);
    if (c->live)
        c->backend->close(c->live);
    plan_free(&c->plan);
}
