/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lbgen/job.h"
#include "lbgen/progress.h"
#include "lbgen/utf8.h"

/* What others have written may be quoted in it: no control characters of theirs reach a terminal. */
static void put(FILE *to, const char *before, const char *format, va_list args)
{
    struct buf said = {0}, shown = {0};

    buf_vprintf(&said, format, args);
    for (size_t at = 0; at < said.len;) {
        size_t len = strcspn(buf_text(&said) + at, "\n");

        utf8_show(&shown, said.at + at, len);
        buf_char(&shown, '\n');
        at += len + 1;
    }
    progress_clear();
    fputs(before, to);
    fputs(buf_text(&shown), to);
    buf_free(&said);
    buf_free(&shown);
}

void job_say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put(stdout, "lbgen: ", format, args);
    va_end(args);
    fflush(stdout);
}

void job_warn(struct job *job, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put(stderr, "lbgen: warning: ", format, args);
    va_end(args);
    job->warnings++;
}

/* What was said first, for those who read it from a document. */
static struct buf failure;

int job_fail(int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put(stderr, "lbgen: error: ", format, args);
    va_end(args);
    va_start(args, format);
    if (failure.len == 0)
        buf_vprintf(&failure, format, args);
    va_end(args);
    return status;
}

const char *job_failure(void)
{
    return failure.len ? buf_text(&failure) : NULL;
}

/* What the user is told of a step that takes long. */
static const char *words_of(const char *step)
{
    static const struct {
        const char *step, *words;
    } all[] = {
        {"encode", "making the rules"},           {"boot files", "reading the boot files"},
        {"read", "reading the kernel's rules"},   {"look", "looking at what else is there"},
        {"scratch", "trying the rules"},          {"files", "writing the boot files"},
        {"lock", "waiting for the xtables lock"}, {"commit", "committing"},
        {"read-back", "reading the rules back"},  {"persist", "saving"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].step, step) == 0)
            return all[i].words;
    return "preparing";
}

static double milliseconds(struct timespec from, struct timespec to)
{
    return (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

static void print_timing(const char *step, double ms)
{
    progress_clear();
    fprintf(stderr, "lbgen: timing: %s %.3f\n", step, ms);
}

void job_step(void *ctx, const char *name)
{
    struct job *job = ctx;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!job->step)
        job->began = now;
    else if (job->options->timings)
        print_timing(job->step, milliseconds(job->step_began, now));
    if (!name && job->options->timings)
        print_timing("total", milliseconds(job->began, now));
    if (name)
        progress_stage(words_of(name));
    job->step = name;
    job->step_began = now;
}
