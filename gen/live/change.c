/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/change.h"
#include "lbgen/journal.h"
#include "lbgen/lock.h"

enum { TRIES = 4 /* the first, and three from a new snapshot */, UNDO_LOCK_MS = 2000 };

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
    return make_plan(c, why) && prepare_edits(c, why) && guard_arm(guard, &c->plan, own_lock, why);
}

/* Whether the tables are still what the edits were made for; where they are not, makes new ones. */
static enum live_result settle(struct change *c, struct guard *guard, int own_lock, struct complaint *why)
{
    enum live_result result = LIVE_DONE;

    for (int i = 0; i < TRIES; i++) {
        for (int f = 0; f < FAMILIES && result == LIVE_DONE; f++)
            result = c->backend->unchanged(c->live, (enum family)f, why);
        if (result != LIVE_CHANGED)
            return result;
        if (!find_edits(c, why) || !arm(c, guard, own_lock, why))
            return LIVE_FAILED;
        result = LIVE_DONE;
    }
    return LIVE_CHANGED;
}

struct progress {
    bool any; /* something was given to the kernel */
    enum live_result result;
};

static struct progress commit_edits(struct change *c, struct complaint *why)
{
    struct progress p = {.result = LIVE_DONE};

    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++) {
            if (edit_is_empty(&c->edits[f][t]))
                continue;
            p.result = c->backend->commit(c->live, (enum family)f, (enum table)t, why);
            if (p.result != LIVE_DONE) {
                p.any = p.any || p.result == LIVE_FAILED;
                return p;
            }
            p.any = true;
        }
    return p;
}

static bool read_back(struct change *c, struct complaint *why)
{
    for (int f = 0; f < FAMILIES; f++)
        if (c->backend->read_back(c->live, (enum family)f, why) != LIVE_DONE)
            return false;
    return true;
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

static enum change_result take_back(struct change *c, struct complaint *why)
{
    struct complaint about_undo;
    bool unlocked, never = was_never_live(c);

    if (never)
        return CHANGE_REFUSED;
    if (plan_undo_rules(&c->plan, UNDO_LOCK_MS, &unlocked, &about_undo) == PLAN_DONE)
        return CHANGE_UNDONE;
    complain(why, 0, 0, "%.100s; and the undo failed: %.120s", why->text, about_undo.text);
    return CHANGE_UNDO_FAILED;
}

/* Under the lock, which is given back at the end, and before anything is undone, since undoing takes it. It
 * is kept where the kernel says that the tables have changed, which is CHANGE_BUSY: they are read again under
 * it. */
static enum change_result commit_locked(struct change *c, int *lock, struct complaint *why)
{
    step(c, "commit");
    struct progress p = commit_edits(c, why);

    if (p.result == LIVE_CHANGED && !p.any)
        return CHANGE_BUSY;
    if (p.result == LIVE_DONE) {
        step(c, "read-back");
        if (read_back(c, why)) {
            lock_release(lock);
            return CHANGE_LIVE;
        }
    }
    lock_release(lock);
    return take_back(c, why);
}

/* Arms before it takes the lock, so that others wait for as short a time as possible. */
static enum change_result apply(struct change *c, struct guard *guard, int own_lock, unsigned lock_ms,
                                struct complaint *why)
{
    enum change_result result = CHANGE_BUSY;
    int lock = -1;

    if (!arm(c, guard, own_lock, why))
        return CHANGE_REFUSED;
    step(c, "lock");
    switch (lock_xtables(LOCK_XTABLES_PATH, lock_ms, &lock, why)) {
    case LOCK_TAKEN: break;
    case LOCK_BUSY:
        complain(why, 0, 0, "another program holds the xtables lock; waited for %u s (--wait)",
                 lock_ms / 1000);
        return CHANGE_BUSY;
    case LOCK_FAILED: return CHANGE_REFUSED;
    }
    step(c, "locked");
    for (int i = 0; i < TRIES && result == CHANGE_BUSY; i++) {
        enum live_result settled = settle(c, guard, own_lock, why);

        if (settled == LIVE_FAILED)
            result = CHANGE_REFUSED;
        else if (settled == LIVE_CHANGED)
            break;
        else
            result = commit_locked(c, &lock, why);
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
