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

struct restoring {
    struct job job; /* first: it is what find_restored is handed */
    bool unknown_drop[FAMILIES][TABLES][HOOKS];
};

static bool is_wholly_own(const struct save_file *file)
{
    for (size_t i = 0; i < file->n; i++)
        if (file->at[i].kind == SAVE_RULE && !file->at[i].own)
            return false;
    return true;
}

/* Of the policies in the file those are lbgen's that it has set, and all where all rules are. */
static void keep_own_policies(struct restoring *r, enum family family, bool wholly_own, struct image *image)
{
    for (int t = 0; t < TABLES; t++)
        for (size_t c = 0; c < image->of[t].n; c++) {
            struct image_chain *chain = &image->of[t].at[c];
            enum hook hook;

            if (wholly_own || !hook_find(chain->name, strlen(chain->name), &hook) ||
                r->job.notes.of[POLICY_IN_FILE][family][t][hook].set)
                continue;
            r->unknown_drop[family][t][hook] = chain->policy == POLICY_DROP;
            chain->policy = POLICY_NONE;
        }
}

static bool want_text(struct restoring *r, enum family family, const struct source *source,
                      struct complaint *why)
{
    struct job *job = &r->job;
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
        keep_own_policies(r, family, is_wholly_own(&whole), image);
        if (job->change.backend->form == PAYLOAD_ENTRY)
            good = wanted_encode(image, family, why);
    }
    save_file_free(&whole);
    save_file_free(&own);
    return good;
}

static int want_file(struct restoring *r, enum family family)
{
    struct job *job = &r->job;
    const char *path = job->boot_files.path[family];
    struct complaint why;
    struct stat there;

    if (!path[0] || (stat(path, &there) != 0 && errno == ENOENT))
        return EXIT_GOOD;
    int source = sources_read(&job->input.sources, path, &why);
    if (source < 0)
        return job_fail(EXIT_SYSTEM, "%s: %s", path, why.text);
    if (!want_text(r, family, &job->input.sources.at[source], &why))
        return job_fail(EXIT_SYSTEM, "%s: %s", path, why.text);
    job->is_wanted[family] = true;
    return EXIT_GOOD;
}

static void warn_of_policies(struct restoring *r, enum family family, enum table table,
                             const struct image_table *now)
{
    for (int h = 0; h < HOOKS; h++) {
        const struct image_chain *live = image_find_chain(now, hook_names[h]);

        if (r->unknown_drop[family][table][h] && !(live && live->policy == POLICY_DROP))
            job_warn(
                &r->job,
                "the policy of %s in %s is DROP, but not known to be lbgen's, and is not set; the whole file "
                "is what %s-restore loads",
                hook_names[h], r->job.boot_files.path[family], family == IPV4 ? "iptables" : "ip6tables");
    }
}

/* A family without a boot file is left alone. */
static bool find_restored(void *ctx, enum family family, enum table table, const struct image_table *now,
                          struct edit *out, struct complaint *why)
{
    struct restoring *r = ctx;

    *out = (struct edit){.table = table};
    warn_of_policies(r, family, table, now);
    return !r->job.is_wanted[family] || job_find_wanted(ctx, family, table, now, out, why);
}

int restore(const struct options *options)
{
    struct restoring r = {0};
    int status = job_start(&r.job, options, "restore");

    r.job.keeps_last = true;
    if (status == EXIT_GOOD)
        status = job_enter(&r.job);
    const bool is_table = r.job.change.backend == &live_nftables;
    for (int f = 0; f < FAMILIES && status == EXIT_GOOD && !is_table; f++)
        status = want_file(&r, (enum family)f);
    if (status == EXIT_GOOD)
        status = is_table ? table_restore(&r.job) : job_run(&r.job, find_restored);
    job_end(&r.job);
    return status;
}
