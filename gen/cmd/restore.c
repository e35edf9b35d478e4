/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --restore: lbgen's part of the boot files into the kernel, as far as it is not there. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "lbgen/job.h"
#include "lbgen/save_image.h"
#include "lbgen/table_job.h"
#include "lbgen/verbs.h"
#include "lbgen/wanted.h"

/* Of the policies in the file only those are lbgen's that it has set. */
static void keep_own_policies(const struct job *job, enum family family, struct image *image)
{
    for (int t = 0; t < TABLES; t++)
        for (size_t c = 0; c < image->of[t].n; c++) {
            struct image_chain *chain = &image->of[t].at[c];
            enum hook hook;

            if (hook_find(chain->name, strlen(chain->name), &hook) &&
                !job->notes.of[POLICY_IN_FILE][family][t][hook].set)
                chain->policy = POLICY_NONE;
        }
}

static bool want_text(struct job *job, enum family family, const struct source *source, struct complaint *why)
{
    struct save_file whole = {0}, own = {0};
    struct image *image = &job->wanted[family];
    struct buf *part = &job->boot[family].old; /* lives as long as the image */
    bool good = save_file_read(&whole, source->text, source->len, why);

    if (good) {
        boot_text_own_part(&whole, part);
        good = save_file_read(&own, part->at, part->len, why);
    }
    if (good) {
        save_image_read(&own, image);
        keep_own_policies(job, family, image);
        if (job->change.backend->form == PAYLOAD_ENTRY)
            good = wanted_encode(image, family, why);
    }
    save_file_free(&whole);
    save_file_free(&own);
    return good;
}

static int want_file(struct job *job, enum family family)
{
    const char *path = job->boot_files.path[family];
    struct complaint why;
    struct stat there;

    if (!path[0] || (stat(path, &there) != 0 && errno == ENOENT))
        return EXIT_GOOD;
    int source = sources_read(&job->input.sources, path, &why);
    if (source < 0)
        return job_fail(EXIT_SYSTEM, "%s: %s", path, why.text);
    if (!want_text(job, family, &job->input.sources.at[source], &why))
        return job_fail(EXIT_SYSTEM, "%s: %s", path, why.text);
    job->is_wanted[family] = true;
    return EXIT_GOOD;
}

/* A family without a boot file is left alone. */
static bool find_restored(void *ctx, enum family family, enum table table, const struct image_table *now,
                          struct edit *out, struct complaint *why)
{
    const struct job *job = ctx;

    *out = (struct edit){.table = table};
    return !job->is_wanted[family] || job_find_wanted(ctx, family, table, now, out, why);
}

int restore(const struct options *options)
{
    struct job job;
    int status = job_start(&job, options, "restore");

    job.keeps_last = true;
    if (status == EXIT_GOOD)
        status = job_enter(&job);
    const bool is_table = job.change.backend == &live_nftables;
    for (int f = 0; f < FAMILIES && status == EXIT_GOOD && !is_table; f++)
        status = want_file(&job, (enum family)f);
    if (status == EXIT_GOOD)
        status = is_table ? table_restore(&job) : job_run(&job, find_restored);
    job_end(&job);
    return status;
}
