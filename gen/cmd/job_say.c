/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "lbgen/job.h"

static void put(FILE *to, const char *before, const char *format, va_list args)
{
    fputs(before, to);
    vfprintf(to, format, args);
    fputc('\n', to);
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

static double milliseconds(struct timespec from, struct timespec to)
{
    return (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

void job_step(void *ctx, const char *name)
{
    struct job *job = ctx;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!job->step)
        job->began = now;
    else if (job->options->timings)
        fprintf(stderr, "lbgen: timing: %s %.3f\n", job->step, milliseconds(job->step_began, now));
    if (!name && job->options->timings)
        fprintf(stderr, "lbgen: timing: total %.3f\n", milliseconds(job->began, now));
    job->step = name;
    job->step_began = now;
}
