/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lbgen/options.h"
#include "lbgen/replace_file.h"
#include "lbgen/write_out.h"

static int write_to_stdout(write_fn write_text, void *ctx)
{
    int fd = STDOUT_FILENO;
    struct buf out = {.flush = buf_flush_fd, .ctx = &fd};

    write_text(ctx, &out);
    int error = buf_finish(&out);
    buf_free(&out);
    if (error == 0 && close(fd) != 0) /* where a network file system tells that the disk is full */
        error = errno;
    if (error == 0)
        return EXIT_GOOD;
    fprintf(stderr, "lbgen: error: standard output can't be written: %s\n", strerror(error));
    return EXIT_SYSTEM;
}

typedef bool (*begin_fn)(struct replacement *file, const char *path, struct complaint *why);

static int write_to_file(const char *path, begin_fn begin, write_fn write_text, void *ctx)
{
    struct replacement file;
    struct complaint why;

    if (!begin(&file, path, &why)) {
        fprintf(stderr, "%s: error: %s\n", path, why.text);
        return EXIT_SYSTEM;
    }
    struct buf out = {.flush = buf_flush_fd, .ctx = &file.fd};
    write_text(ctx, &out);
    int error = buf_finish(&out);
    buf_free(&out);
    if (error) {
        complain(&why, 0, 0, "can't be written: %s", strerror(error));
        replacement_abandon(&file);
    } else if (replacement_commit(&file, &why)) {
        return EXIT_GOOD;
    }
    fprintf(stderr, "%s: error: %s\n", path, why.text);
    return EXIT_SYSTEM;
}

int write_out(const char *path, write_fn write_text, void *ctx)
{
    return path ? write_to_file(path, replacement_begin, write_text, ctx) : write_to_stdout(write_text, ctx);
}

int write_out_fresh(const char *path, write_fn write_text, void *ctx)
{
    return path ? write_to_file(path, replacement_begin_fresh, write_text, ctx)
                : write_to_stdout(write_text, ctx);
}
