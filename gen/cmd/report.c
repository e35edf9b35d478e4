/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <unistd.h>

#include "lbgen/job.h"
#include "lbgen/json_findings.h"
#include "lbgen/progress.h"
#include "lbgen/report.h"

static void put_document(const struct report *r, int status, struct buf *out)
{
    struct json_stream s;

    json_begin(&s, out, r->kind->name);
    json_put(&s, "status", json_number((uint64_t)status));
    if (job_failure())
        json_put(&s, "error", json_words(job_failure()));
    json_open_array(&s, "findings");
    for (int i = 0; i < REPORT_INPUTS_MAX && r->inputs[i]; i++)
        json_findings(&s, &r->inputs[i]->diag, &r->inputs[i]->sources);
    json_close(&s);
    if (r->result)
        r->kind->json(r->result, &s);
    json_end(&s);
}

int report_print(const struct report *r, int status)
{
    int fd = STDOUT_FILENO;
    struct buf out = {.flush = buf_flush_fd, .ctx = &fd};

    progress_end();
    if (r->options->json)
        put_document(r, status, &out);
    else if (r->result && r->kind->text)
        r->kind->text(r->result, &out);
    int error = buf_finish(&out);
    buf_free(&out);
    return error ? job_fail(EXIT_SYSTEM, "standard output can't be written") : status;
}
