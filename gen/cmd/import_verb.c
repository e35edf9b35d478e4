/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --import FILE: another program's file as services.ini. What is printed is read back first, as any input is,
 * so that what is still wrong with it is said at once. */
#include "lbgen/input.h"
#include "lbgen/progress.h"
#include "lbgen/verbs.h"
#include "lbgen/write_out.h"

struct result {
    struct buf text;
    bool complete; /* lbgen takes it as it is */
};

static void write_text(void *ctx, struct buf *out)
{
    const struct result *result = ctx;

    buf_add(out, result->text.at, result->text.len);
}

static bool read_file(struct input *file, const struct options *options, struct draft *draft)
{
    enum import_kind kind;
    struct complaint why;
    int source = sources_read(&file->sources, options->import, &why);

    if (source < 0) {
        diag_file(&file->diag, SEVERITY_ERROR, options->import, "%s", why.text);
        return false;
    }
    const struct import_ops *ops = options->import_as;
    if (!ops && import_kind_of(&file->sources.at[source], &kind, &file->diag))
        ops = &import_ops[kind];
    if (!ops)
        return false;
    draft->from = ops->file;
    draft->sources = &file->sources;
    draft->source = source;
    draft->family = options->family_given ? options->family : FAMILIES;
    ops->read(draft, &file->diag);
    return diag_errors(&file->diag) == 0;
}

/* The findings of what is printed name it by the file that it goes to. */
static void read_back(struct result *result, const struct options *options)
{
    struct input input = {0};
    int source = sources_add_text(&input.sources, options->output ? options->output : "<services.ini>",
                                  buf_text(&result->text), result->text.len);

    input_read_source(&input, options, source);
    input_print_findings(&input, options);
    result->complete = diag_errors(&input.diag) == 0;
    input_free(&input);
}

static void note_left_out(struct diag *diag, const struct draft *draft)
{
    if (draft->left_out)
        diag_file(diag, SEVERITY_NOTE, NULL,
                  "%zu thing%s could not be carried over: each is a comment of the output", draft->left_out,
                  draft->left_out == 1 ? "" : "s");
}

int import_file(const struct options *options)
{
    struct input file = {.diag.warnings_are_errors = options->warnings_are_errors};
    struct result result = {0};
    struct draft draft = {0};

    progress_begin();
    progress_stage("reading");
    bool good = read_file(&file, options, &draft);
    if (good) {
        note_left_out(&file.diag, &draft);
        draft_settle(&draft);
        draft_write(&draft, &result.text);
    }
    progress_end();
    input_print_findings(&file, options);
    int status = EXIT_BAD_INPUT;
    if (good) {
        read_back(&result, options);
        status = write_out(options->output, write_text, &result);
    }
    if (status == EXIT_GOOD && !result.complete)
        status = EXIT_DIFFERENT;
    draft_free(&draft);
    buf_free(&result.text);
    input_free(&file);
    return status;
}
