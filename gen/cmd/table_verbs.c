/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each verb does where the backend is nftables. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lbgen/look_foreign.h"
#include "lbgen/look_marks.h"
#include "lbgen/nft.h"
#include "lbgen/own_table_live.h"
#include "lbgen/table_job.h"

/* What is for the tables of iptables. */
int table_refuse_options(const struct job *job)
{
    if (job->options->json)
        return job_fail(EXIT_BAD_INPUT,
                        "--json is for rules of iptables: there is no document of a table of nftables");
    if (job->options->adopt)
        return job_fail(EXIT_BAD_INPUT,
                        "--adopt is for rules of iptables: a table of nftables is lbgen's alone");
    if (job->options->persist[IPV6])
        return job_fail(EXIT_BAD_INPUT, "--persist6 is for iptables: one file of nftables has both families");
    return EXIT_GOOD;
}

/* Warnings about what others have: what drops on input beside a table that can't accept there, and routing
 * rules that test the services' marks. */
static void look_around(struct job *job)
{
    job_step(job, "look");
    for (int f = 0; f < FAMILIES; f++) {
        job->of[f] = &job->input;
        job->is_wanted[f] = f == IPV4 || job->input.config.has_vips[f];
    }
    look_at_neighbours(job);
    look_at_marks(job);
}

int table_commit(struct job *job)
{
    struct table_job t = {.job = job};
    int status = table_refuse_options(job);

    if (status == EXIT_GOOD)
        status = table_want(&t);
    if (status == EXIT_GOOD)
        status = table_look(&t);
    if (status == EXIT_GOOD && t.changes)
        look_around(job);
    if (status == EXIT_GOOD)
        status = table_boot(&t);
    if (status == EXIT_GOOD)
        status = table_run(&t);
    table_free(&t);
    return status;
}

/* The boot file stays, since an include of a file that is not there keeps nft from loading anything. */
int table_remove(struct job *job)
{
    struct table_job t = {.job = job};
    int status = table_refuse_options(job);

    nft_write_head(NULL, &t.boot_head);
    if (status == EXIT_GOOD)
        status = table_look(&t);
    if (status == EXIT_GOOD)
        status = table_boot(&t);
    if (status == EXIT_GOOD)
        status = table_run(&t);
    table_free(&t);
    return status;
}

/* The table as the file has it: its text is the transaction. */
static int want_file(struct table_job *t)
{
    struct complaint why;
    struct buf text = {0};
    struct sources *sources = &t->job->input.sources;
    const char *path = table_boot_path(t->job);
    int source;

    if (access(path, F_OK) != 0 && errno == ENOENT)
        return EXIT_GOOD;
    source = sources_read(sources, path, &why);
    if (source < 0)
        return job_fail(EXIT_SYSTEM, "%s: %s", path, why.text);
    buf_add(&text, sources->at[source].text, sources->at[source].len);
    if (!table_boot_is_own(&text)) {
        buf_free(&text);
        return job_fail(EXIT_SYSTEM, "%s is not lbgen's", path);
    }
    t->forth = text;
    t->wanted.exists =
        memmem(text.at, text.len, "table inet " NFT_TABLE " {", sizeof "table inet " NFT_TABLE) != NULL;
    buf_add(&t->wanted.shape, text.at, text.len);
    own_table_find_marker(&t->wanted);
    return EXIT_GOOD;
}

int table_restore(struct job *job)
{
    struct table_job t = {.job = job, .kind = TABLE_RESTORE};
    struct complaint why;
    int status = table_refuse_options(job);

    if (status == EXIT_GOOD)
        status = want_file(&t);
    if (status == EXIT_GOOD && !own_table_read(&t.live, &t.generation, &t.remembered, &why))
        status = job_fail(EXIT_SYSTEM, "%s", why.text);
    const struct table_state live = table_state_of(&t.live), wanted = table_state_of(&t.wanted);
    t.changes = t.forth.len > 0 && !table_state_equal(&live, &wanted);
    if (status == EXIT_GOOD)
        status = table_run(&t);
    table_free(&t);
    return status;
}

int table_diff(struct job *job)
{
    struct table_job t = {.job = job};
    struct buf out = {0};
    int fd = STDOUT_FILENO, status = table_refuse_options(job);

    if (status == EXIT_GOOD)
        status = table_want(&t);
    if (status == EXIT_GOOD)
        status = table_look(&t);
    if (status == EXIT_GOOD)
        own_table_diff(&t.live, &t.wanted, &out);
    if (status == EXIT_GOOD && t.changes)
        status = out.len && buf_flush_fd(&fd, out.at, out.len) != 0
                     ? job_fail(EXIT_SYSTEM, "standard output can't be written")
                     : EXIT_DIFFERENT;
    buf_free(&out);
    table_free(&t);
    return status;
}

int table_check(struct job *job)
{
    struct table_job t = {.job = job};
    struct buf shape = {0};
    struct complaint why;
    bool available;
    int status = table_want(&t);

    if (status == EXIT_GOOD && !own_table_try(&t.wanted, &shape, &available, &why))
        status = available ? job_fail(EXIT_SYSTEM, "the kernel does not take the table: %s", why.text)
                           : job_fail(EXIT_SYSTEM, "the table can't be tried: %s", why.text);
    buf_free(&shape);
    table_free(&t);
    return status;
}
