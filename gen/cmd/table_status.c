/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --status of lbgen's own table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/name_index.h"
#include "lbgen/nft_model.h"
#include "lbgen/own_table_live.h"
#include "lbgen/table_job.h"
#include "lbgen/xalloc.h"

/* Counts the services that a comment names: `web shop"`, or none where it has no end. */
static void count_names(const struct services *services, const char *names, const char *end, size_t *counts)
{
    while (names < end && *names != '"') {
        const char *name = names;

        while (names < end && *names != ' ' && *names != '"')
            names++;
        uint32_t number = name_index_find(&services->names, services->at, name, (size_t)(names - name));
        if (number != NAME_NOT_FOUND)
            counts[number]++;
        names += names < end && *names == ' ';
    }
}

/* How many elements each service is in. */
static void count_elements(const struct services *services, const struct buf *elements, size_t *counts)
{
    static const char comment[] = " comment \"";
    const char *at = elements->at, *end = at + elements->len;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *line_end = newline ? newline : end;
        const char *found = memmem(at, (size_t)(line_end - at), comment, sizeof comment - 1);

        if (found)
            count_names(services, found + sizeof comment - 1, line_end, counts);
        at = line_end + 1;
    }
}

static size_t *counts_of(const struct services *services, const struct buf *elements)
{
    size_t *counts = xcalloc(services->n + 1, sizeof *counts);

    count_elements(services, elements, counts);
    return counts;
}

static void print_service(const struct service *s, size_t live, size_t missing, size_t stale)
{
    struct buf mark = {0};

    mark_print(&mark, s->mark);
    printf("%-16.*s fwmark %s: elements live: %zu", s->name_len, s->name, buf_text(&mark), live - stale);
    if (missing)
        printf(", missing: %zu", missing);
    if (stale)
        printf(", not wanted any more: %zu", stale);
    putchar('\n');
    buf_free(&mark);
}

static void print_services(const struct table_job *t)
{
    const struct services *services = &t->job->input.config.services;
    struct buf missing = {0}, stale = {0};

    if (t->changes) {
        own_table_only(&t->wanted, &t->live, &missing);
        own_table_only(&t->live, &t->wanted, &stale);
    }
    size_t *n_live = counts_of(services, &t->live.elements), *n_missing = counts_of(services, &missing),
           *n_stale = counts_of(services, &stale);
    for (size_t i = 0; i < services->n; i++)
        print_service(&services->at[i], n_live[i], n_missing[i], n_stale[i]);
    free(n_live);
    free(n_missing);
    free(n_stale);
    buf_free(&missing);
    buf_free(&stale);
}

static void print_table_status(const struct table_job *t, bool with_input)
{
    unsigned seconds;

    printf("backend nftables\ntable inet " NFT_TABLE ": %s\n", !t->live.exists ? "not there"
                                                               : !with_input   ? "there"
                                                               : t->changes    ? "there, not what is wanted"
                                                                               : "there, as wanted");
    if (with_input)
        print_services(t);
    if (with_input && t->boot_path)
        printf("boot file %s: %s\n", t->boot_path,
               !t->boot_exists   ? "missing"
               : t->boot_changes ? "differs"
                                 : "equal");
    if (guard_is_pending(&seconds))
        printf("a commit waits for its confirmation: undone in %u s unless lbgen --confirmed is run\n",
               seconds);
}

int table_status(struct job *job)
{
    struct table_job t = {.job = job};
    struct complaint why;
    bool with_input = job->options->n_inputs > 0;
    int status = table_refuse_options(job);

    if (status == EXIT_GOOD && with_input)
        status = table_want(&t);
    if (status == EXIT_GOOD && with_input)
        status = table_look(&t);
    else if (status == EXIT_GOOD && !own_table_read(&t.live, &t.generation, &t.remembered, &why))
        status = job_fail(EXIT_SYSTEM, "%s", why.text);
    if (status == EXIT_GOOD && with_input)
        status = table_boot(&t);
    if (status == EXIT_GOOD) {
        print_table_status(&t, with_input);
        status = t.changes ? EXIT_DIFFERENT : EXIT_GOOD;
    }
    table_free(&t);
    return status;
}
