/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A job (job.h) whose backend is nftables: lbgen's own table, put in place in one transaction. It shares the
 * guard, the locks, the journal and the files with the others, and has no edits of chains. */
#ifndef LBGEN_TABLE_JOB_H
#define LBGEN_TABLE_JOB_H

#include "lbgen/job.h"
#include "lbgen/own_table.h"

#define TABLE_BOOT_PATH "/etc/nftables/lbgen.nft"

/* --commit and --remove find the transaction between two tables. --rollback and --restore have one that was
 * written down, by the last commit and in the boot file; of the table that it leads to, only the marker is
 * known. */
enum table_kind { TABLE_COMMIT, TABLE_ROLLBACK, TABLE_RESTORE };

struct table_job {
    struct job *job;
    enum table_kind kind;
    struct own_table live, wanted;
    uint32_t generation;   /* of the live one */
    bool remembered;       /* it was not read out of the kernel */
    bool changes;          /* the live one is not what is wanted */
    bool unproven;         /* nft could not be asked how it prints what is wanted */
    struct buf forth;      /* the transaction */
    size_t added, gone;    /* elements */
    const char *boot_path; /* NULL: not to be saved */
    struct buf boot_head, boot_old, boot_new;
    bool boot_exists, boot_changes;
};

/* The rest of a verb, behind job_enter. */
int table_commit(struct job *job);
int table_remove(struct job *job);
int table_restore(struct job *job);
int table_diff(struct job *job);
int table_status(struct job *job);
int table_check(struct job *job); /* --check --kernel */
/* last: what the last commit has left for it. */
int table_rollback(struct job *job, const struct plan *last);

/* What is for the tables of iptables alone. */
int table_refuse_options(const struct job *job);
/* Where the boot file is, or would be. */
const char *table_boot_path(const struct job *job);
/* Makes the wanted table of the input. A status other than EXIT_GOOD has been explained. */
int table_want(struct table_job *t);
/* Reads the live one and finds what is to be done. */
int table_look(struct table_job *t);
/* Whether a boot file is one of lbgen's, or empty. */
bool table_boot_is_own(const struct buf *text);
/* Reads the boot file and makes its new text. */
int table_boot(struct table_job *t);
/* Does what was found, or shows it, or says that there is nothing to do. */
int table_run(struct table_job *t);
/* Says which file of nftables' includes the boot file, or warns that none does. */
void table_report_include(struct table_job *t);
void table_free(struct table_job *t);

#endif
