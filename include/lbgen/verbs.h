/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lbgen does beside printing rules: one function a verb, each returns the program's exit status. */
#ifndef LBGEN_VERBS_H
#define LBGEN_VERBS_H

#include "lbgen/options.h"

int commit(const struct options *options);      /* --commit */
int restore(const struct options *options);     /* --restore */
int remove_own(const struct options *options);  /* --remove */
int rollback(const struct options *options);    /* --rollback */
int confirmed(const struct options *options);   /* --confirmed */
int diff(const struct options *options);        /* --diff */
int status(const struct options *options);      /* --status */
int check_input(const struct options *options); /* --check */
int trace_verb(const struct options *options);  /* --trace */
int compare(const struct options *options);     /* --compare */
int import_file(const struct options *options); /* --import */
int init_input(const struct options *options);  /* --init */

#endif
