/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --commit, --restore, --remove and --rollback have in common: a change of the kernel's rules and of the
 * boot files, which happens as a whole or not at all. A verb says what is wanted; the rest is here. */
#ifndef LBGEN_JOB_H
#define LBGEN_JOB_H

#include <time.h>

#include "lbgen/boot_files.h"
#include "lbgen/boot_text.h"
#include "lbgen/change.h"
#include "lbgen/input.h"
#include "lbgen/policy_notes.h"

struct job {
    const struct options *options;
    const char *what; /* for the user: "commit", "restore", ... */
    struct guard guard;
    int own_lock;
    struct input input; /* what the user wants; for verbs without input nothing */
    struct input none;  /* nothing at all: for a family that gets no rules */
    struct input *of[FAMILIES];
    struct image wanted[FAMILIES];
    struct buf text[FAMILIES]; /* the same as it is printed, for the boot file, which takes it */
    bool is_wanted[FAMILIES];  /* the family gets rules, or a policy */
    struct policy_notes notes, notes_after;
    struct boot_files boot_files;
    struct boot_text boot[FAMILIES];
    struct change change;
    struct undo undo;  /* --rollback: of the last commit */
    bool keeps_last;   /* what --rollback would undo stays what it is */
    bool forgets_last; /* ... is nothing after this */
    bool left_file;    /* ... and a boot file that it can't take back: it ends with EXIT_NOT_SAVED */
    bool last_prepared, made_state_folder;
    bool settled;            /* the rules are live, the guard is gone: nobody undoes them any more */
    bool healed, healed_all; /* what a dead run had left was undone; with its files */
    unsigned warnings;
    struct timespec began, step_began;
    const char *step;
};

/* The first steps: the guard (call it before the input is read), then privileges, lbgen's own lock, what a
 * dead run has left, firewalld, the backend. A status other than EXIT_GOOD ends the job; it has been said
 * why. */
int job_start(struct job *job, const struct options *options, const char *what);
int job_input(
    struct job *job); /* reads the input and tells what is wrong with it; at any time before job_want */
int job_enter(struct job *job);
int job_choose_backend(struct job *job); /* a part of it, for verbs that only look */

/* Makes what is wanted of job->input (`empty`: of nothing). */
int job_want(struct job *job, bool empty);

/* The rest: finds the edit, shows it (--dry-run) or carries it out, and says what was done. */
int job_run(struct job *job, find_edit_fn find);

/* Its parts, for a change that finds its edit in another way.
 *
 * While rules are live that are not saved yet, nothing but the guard's or this process's own decision ends
 * it: SIG_BLOCK or SIG_UNBLOCK. */
void job_hold_signals(int how);
/* The rules are live: waits for the confirmation, where one is asked for, and has the files put into place.
 */
int job_settle(struct job *job);
/* Say how a change has ended; return the status. */
int job_report_change(enum change_result result, const char *why);
int job_report_undone(const char *why);

void job_end(struct job *job);

/* Warns of what a dead run has left, and leaves it there: for verbs that only look. */
void job_tell_remains(struct job *job);

/* The edit towards job->wanted; ctx is the job. */
bool job_find_wanted(void *ctx, enum family family, enum table table, const struct image_table *now,
                     struct edit *out, struct complaint *why);

/* The same for verbs that only look: what a commit would be refused for is a warning. */
bool job_look_for_wanted(void *ctx, enum family family, enum table table, const struct image_table *now,
                         struct edit *out, struct complaint *why);

/* Says something: what was done on standard output, the rest on standard error. */
void job_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void job_warn(struct job *job, const char *format, ...) __attribute__((format(printf, 2, 3)));
int job_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What job_fail said first; NULL when it was never called. */
const char *job_failure(void);

/* For --timings: a step begins. */
void job_step(void *job, const char *name);

#endif
