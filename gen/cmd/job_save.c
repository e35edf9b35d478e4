/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/boot_unit.h"
#include "lbgen/job_save.h"
#include "lbgen/journal.h"
#include "lbgen/number.h"
#include "lbgen/progress.h"
#include "lbgen/wanted.h"

static void make_text(struct job *job, enum family family)
{
    const char *path = job->boot_files.path[family];

    if (path[0])
        boot_text_make(&job->boot[family], job->of[family], family, path, job->is_wanted[family],
                       &job->text[family]);
}

int job_save_read(struct job *job)
{
    struct diag printed = input_set_findings_aside(&job->input);

    job_step(job, "boot files");
    for (int f = 0; f < FAMILIES; f++)
        make_text(job, (enum family)f);
    progress_clear();
    size_t errors =
        input_print_new_findings(&job->input, &printed, job->options) + diag_errors(&job->none.diag);
    input_print_findings(&job->none, job->options);
    return errors ? EXIT_SYSTEM : EXIT_GOOD;
}

bool job_add_file(struct job *job, const char *path, const struct buf *text, bool keep_old,
                  struct complaint *why)
{
    struct plan *plan = &job->change.plan;
    struct complaint inner;

    if (!persist_prepare(&plan->files[plan->n_files], path, text->len ? text->at : "", text->len, keep_old,
                         &inner))
        return complain(why, 0, 0, "%s: %s", path, inner.text);
    plan->n_files++;
    return true;
}

/* A folder is made for the default file alone: of a path that was given it is more likely a typing error. */
bool job_folder_is_there(const char *path, struct complaint *why)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX];

    if (!slash)
        return true;
    snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return access(folder, F_OK) == 0 ||
           complain(why, 0, 0, "%s: its folder can't be opened: %s", path, strerror(errno));
}

static bool add_boot_file(struct job *job, enum family family, struct complaint *why)
{
    const struct boot_text *boot = &job->boot[family];
    const char *path = job->boot_files.path[family];

    if (!boot->changes)
        return true;
    if (job->options->persist[family] && !job_folder_is_there(path, why))
        return false;
    if (!job_add_file(job, path, &boot->text, true, why))
        return false;
    const struct persist_file *file = &job->change.plan.files[job->change.plan.n_files - 1];
    return persist_was(file, boot->old.len ? boot->old.at : "", boot->old.len) ||
           complain(why, 0, 0, "%s was changed by somebody else meanwhile", path);
}

bool job_state_folder(struct job *job, struct complaint *why)
{
    job->made_state_folder = mkdir(STATE_FOLDER, 0700) == 0;
    return job->made_state_folder || errno == EEXIST ||
           complain(why, 0, 0, "%s can't be made: %s", STATE_FOLDER, strerror(errno));
}

static bool add_notes(struct job *job, struct complaint *why)
{
    struct buf text = {0};

    if (memcmp(&job->notes, &job->notes_after, sizeof job->notes) == 0)
        return true;
    const struct policy_namespace now = policy_namespace_now();
    policy_notes_print(&job->notes_after, &now, &text);
    bool good = job_add_file(job, POLICIES_PATH, &text, false, why);
    buf_free(&text);
    return good;
}

int job_save_prepare(struct job *job)
{
    struct complaint why;

    if (job_state_folder(job, &why) && add_boot_file(job, IPV4, &why) && add_boot_file(job, IPV6, &why) &&
        add_notes(job, &why))
        return EXIT_GOOD;
    job_save_abandon(job);
    return job_fail(EXIT_SYSTEM, "%s; nothing was changed", why.text);
}

/* The text: `policies LENGTH`, the notes as they were before, the plan with the boot files alone. */
void job_print_last(const struct job *job, const struct undo *lines, size_t n_boot, struct buf *out)
{
    struct plan plan = job->change.plan;
    struct buf notes = {0};

    plan.undo = *lines;
    plan.n_files = n_boot;
    const struct policy_namespace now = policy_namespace_now();
    policy_notes_print(&job->notes, &now, &notes);
    buf_printf(out, "policies %zu\n", notes.len);
    buf_add(out, notes.at, notes.len);
    plan_print(&plan, out);
    buf_free(&notes);
}

bool job_save_last(void *ctx, const struct undo *lines, struct complaint *why)
{
    struct job *job = ctx;
    struct plan *plan = &job->change.plan;
    struct buf text = {0};
    size_t n_boot = (size_t)job->boot[IPV4].changes + job->boot[IPV6].changes;

    if (job->keeps_last)
        return true;
    if (job->last_prepared) /* for a snapshot that is not true any more */
        persist_abandon(&plan->files[--plan->n_files]);
    job->last_prepared = false;
    if (!job->forgets_last)
        job_print_last(job, lines, n_boot, &text);
    job->last_prepared = job_add_file(job, LAST_PATH, &text, false, why);
    buf_free(&text);
    return job->last_prepared;
}

/* `policies N`, a line, the N bytes of the notes, the plan. */
static bool last_parse(struct plan *last, struct policy_notes *notes, const struct buf *text)
{
    static const char word[] = "policies ";
    const char *at, *line_end, *end = text->at + text->len;
    uint32_t notes_len;

    if (text->len < sizeof word || memcmp(text->at, word, sizeof word - 1) != 0)
        return false;
    at = text->at + (sizeof word - 1);
    const struct policy_namespace now = policy_namespace_now();
    line_end = memchr(at, '\n', (size_t)(end - at));
    if (!line_end || !decimal_parse(at, (size_t)(line_end - at), &notes_len))
        return false;
    at = line_end + 1;
    return notes_len <= (size_t)(end - at) && policy_notes_parse(notes, at, notes_len, &now) &&
           plan_read(last, at + notes_len, (size_t)(end - at) - notes_len);
}

bool job_last_read(struct plan *last, struct policy_notes *notes, bool *there, struct complaint *why)
{
    struct buf text = {0};
    bool good = state_read(LAST_PATH, &text, why);

    *there = good && text.len > 0;
    if (*there && !last_parse(last, notes, &text))
        good = complain(why, 0, 0, "%s is damaged", LAST_PATH);
    buf_free(&text);
    return good;
}

void job_save_abandon(struct job *job)
{
    struct plan *plan = &job->change.plan;

    while (plan->n_files > 0)
        persist_abandon(&plan->files[--plan->n_files]);
    job->last_prepared = false;
    if (job->made_state_folder)
        rmdir(STATE_FOLDER);
}

static void report_file(const struct job *job, enum family family)
{
    const char *path = job->boot_files.path[family];
    struct boot_unit unit;

    if (!path[0] || (!job->boot[family].exists && !job->boot[family].changes))
        return;
    unit = boot_unit_find("", path);
    if (unit.name)
        job_say("%s: %s %s, which %s loads at boot%s", job->what, path,
                job->boot[family].changes ? "written" : "unchanged", unit.name,
                unit.part ? " (lbgen's part of it)" : "");
    else if (unit.enable)
        fprintf(stderr, "lbgen: warning: no enabled unit loads %s at boot; run: %s\n", path, unit.enable);
    else
        fprintf(stderr, "lbgen: warning: it is not known who loads %s at boot\n", path);
}

void job_save_report(const struct job *job)
{
    progress_end();
    job_say("%s: %zu rules put in, %zu taken out (%s)", job->what, job->change.added, job->change.gone,
            job->change.backend->name);
    for (int f = 0; f < FAMILIES; f++)
        report_file(job, (enum family)f);
}
