/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <time.h>

#include "lbgen/lock.h"
#include "lbgen/persist_plan.h"
#include "lbgen/plan.h"

/* When somebody else is at the tables too: as many tries as there is time for, four at least. */
enum { TRIES = 4, PATIENCE_S = 5 };

static const struct live_backend *backends[6] = {&live_legacy, &live_nft, &live_nftables};
static size_t n_backends = 3;

void plan_add_backend(const struct live_backend *backend)
{
    if (n_backends < sizeof backends / sizeof *backends)
        backends[n_backends++] = backend;
}

/* The text: `backend NAME`, the undo, that of a table of nftables, then a plan for each file. */
void plan_print(const struct plan *plan, struct buf *out)
{
    buf_printf(out, "backend %s\n", plan->backend->name);
    undo_print(&plan->undo, out);
    table_undo_print(&plan->table, out);
    for (size_t i = 0; i < plan->n_files; i++)
        persist_plan_print(&plan->files[i], out);
}

static bool read_backend(struct plan *out, const char *text, size_t len, size_t *at)
{
    for (size_t i = 0; i < n_backends; i++) {
        struct buf line = {0};

        buf_printf(&line, "backend %s\n", backends[i]->name);
        bool same = len >= line.len && memcmp(text, line.at, line.len) == 0;
        *at = line.len;
        buf_free(&line);
        if (same) {
            out->backend = backends[i];
            return true;
        }
    }
    return false;
}

bool plan_read(struct plan *out, const char *text, size_t len)
{
    size_t at = 0;

    *out = (struct plan){0};
    if (!read_backend(out, text, len, &at) || !undo_read(&out->undo, text, len, &at)) {
        *out = (struct plan){0};
        return false;
    }
    if (!table_undo_read(&out->table, text, len, &at)) {
        plan_free(out);
        return false;
    }
    while (at < len) {
        size_t taken = out->n_files < PLAN_FILES_MAX
                           ? persist_plan_read(&out->files[out->n_files], text + at, len - at)
                           : 0;

        if (taken == 0) {
            plan_free(out);
            return false;
        }
        out->n_files++;
        at += taken;
    }
    return true;
}

/* What was read of a family, and what is to be done to it. */
struct undoing {
    struct live *live;
    struct image now;
    struct edit edits[TABLES];
};

static void forget(struct undoing *u)
{
    for (int t = 0; t < TABLES; t++)
        edit_free(&u->edits[t]);
    image_free(&u->now);
}

static bool family_is_in(const struct plan *plan, enum family family)
{
    for (int t = 0; t < TABLES; t++)
        if (plan->undo.of[family][t].n)
            return true;
    return false;
}

static enum live_result commit_edits(const struct plan *plan, enum family family, struct undoing *u,
                                     bool last, struct complaint *why)
{
    const struct live_backend *backend = plan->backend;
    enum live_result result = LIVE_DONE;

    for (int t = 0; t < TABLES; t++)
        if (!edit_is_empty(&u->edits[t]) && !backend->prepare(u->live, family, &u->edits[t], why))
            return LIVE_FAILED;
    result = backend->unchanged(u->live, family, why);
    if (result == LIVE_CHANGED && last && backend->safe_when_changed)
        result = LIVE_DONE;
    for (int t = 0; t < TABLES && result == LIVE_DONE; t++)
        if (!edit_is_empty(&u->edits[t]))
            result = backend->commit(u->live, family, (enum table)t, why);
    return result == LIVE_DONE ? backend->read_back(u->live, family, why) : result;
}

static long seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec;
}

static enum live_result undo_family(const struct plan *plan, struct live *live, enum family family, bool last,
                                    struct complaint *why)
{
    struct undoing u = {.live = live};
    enum live_result result = LIVE_FAILED;

    if (plan->backend->read(live, family, &u.now, why)) {
        bool any = false;

        for (int t = 0; t < TABLES; t++) {
            undo_to_edit(&plan->undo, family, (enum table)t, &u.now.of[t], &u.edits[t]);
            any = any || !edit_is_empty(&u.edits[t]);
        }
        /* Nothing is left to do: what others change meanwhile does not matter. */
        result = any ? commit_edits(plan, family, &u, last, why) : LIVE_DONE;
    }
    forget(&u);
    return result;
}

/* With the lock, or without it. What somebody else changes meanwhile is a reason to begin again, and once so
 * is a failure: a program that was stopped, or memory that was short. One family is undone even where the
 * other can't be; the first reason is kept. */
static enum plan_result undo_rules(const struct plan *plan, struct complaint *why)
{
    struct live *live = plan->backend->open(why);
    bool good = live != NULL;
    struct complaint further;

    for (int f = 0; f < FAMILIES && live; f++) {
        const long end = seconds_now() + PATIENCE_S;
        enum live_result result = LIVE_DONE;
        bool failed = false;

        if (!family_is_in(plan, (enum family)f))
            continue;
        for (int i = 0; i < TRIES || seconds_now() < end; i++) {
            result = undo_family(plan, live, (enum family)f, i >= TRIES / 2, good ? why : &further);
            if (result == LIVE_DONE || (result == LIVE_FAILED && failed))
                break;
            failed = result == LIVE_FAILED;
        }
        good = good && result == LIVE_DONE;
    }
    if (live)
        plan->backend->close(live);
    return good ? PLAN_DONE : PLAN_FAILED;
}

enum plan_result plan_undo_rules(const struct plan *plan, unsigned lock_ms, bool *unlocked,
                                 struct complaint *why)
{
    int lock = -1;

    *unlocked = false;
    if (plan->table.there)
        return table_undo_run(&plan->table, why) ? PLAN_DONE : PLAN_FAILED;
    if (undo_is_empty(&plan->undo))
        return PLAN_DONE;
    *unlocked = lock_xtables(LOCK_XTABLES_PATH, lock_ms, &lock, why) != LOCK_TAKEN;
    enum plan_result result = undo_rules(plan, why);
    lock_release(&lock);
    return result;
}

static void complain_of(const struct persist_file *file, const struct complaint *inner, struct complaint *why)
{
    complain(why, 0, 0, "%.120s/%s %s", strcmp(file->folder_path, "/") == 0 ? "" : file->folder_path,
             file->name, inner->text);
}

enum plan_result plan_undo_files(struct plan *plan, struct complaint *why)
{
    enum plan_result result = PLAN_DONE;
    struct complaint inner;

    for (size_t i = plan->n_files; i-- > 0;)
        if (persist_undo(&plan->files[i], &inner) != PERSIST_DONE &&
            persist_undo(&plan->files[i], &inner) != PERSIST_DONE) { /* once more, as with rules */
            if (result == PLAN_DONE)
                complain_of(&plan->files[i], &inner, why);
            result = PLAN_FAILED;
        }
    return result;
}

static bool finish(struct persist_file *file, struct complaint *why)
{
    struct complaint inner;

    if (persist_finish(file, &inner) == PERSIST_DONE)
        return true;
    complain_of(file, &inner, why);
    return false;
}

/* Those of the user's that were put into place go back. */
static void take_back_boot_files(struct plan *plan)
{
    struct complaint ignored;

    for (size_t i = plan->n_files; i-- > 0;)
        if (plan->files[i].keep_old)
            persist_undo(&plan->files[i], &ignored);
}

/* lbgen's own notes say what is live, so they are put into place even where a boot file can't be. */
enum plan_result plan_finish_files(struct plan *plan, struct complaint *why)
{
    struct complaint further;
    bool saved = true, noted = true;

    for (size_t i = 0; i < plan->n_files && saved; i++)
        saved = !plan->files[i].keep_old || finish(&plan->files[i], why);
    for (size_t i = 0; i < plan->n_files; i++)
        if (!plan->files[i].keep_old && !finish(&plan->files[i], saved && noted ? why : &further))
            noted = false;
    if (saved && noted)
        return PLAN_DONE;
    take_back_boot_files(plan);
    return PLAN_FAILED;
}

void plan_settle_files(struct plan *plan)
{
    for (size_t i = 0; i < plan->n_files; i++)
        persist_settle(&plan->files[i]);
}

void plan_free(struct plan *plan)
{
    undo_free(&plan->undo);
    table_undo_free(&plan->table);
    for (size_t i = 0; i < plan->n_files; i++)
        persist_close(&plan->files[i]);
    *plan = (struct plan){0};
}
