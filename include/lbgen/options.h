/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line. */
#ifndef LBGEN_OPTIONS_H
#define LBGEN_OPTIONS_H

#include <stdbool.h>

#include "lbgen/family.h"
#include "lbgen/format.h"
#include "lbgen/import.h"

/* Exit statuses; the first that applies from the bottom. */
enum exit_status {
    EXIT_GOOD = 0,
    EXIT_DIFFERENT = 1, /* a difference, a failed expectation, an unknown answer; nothing to roll back */
    EXIT_BAD_INPUT = 2, /* bad usage or bad input */
    EXIT_SYSTEM = 3,    /* the system refused, and new rules were never live */
    EXIT_BUSY = 4,      /* a lock, a pending confirmation */
    EXIT_UNDONE = 5,    /* new rules were live and are undone */
    EXIT_NOT_SAVED = 6, /* live, but not in the boot file */
    EXIT_UNDO_FAILED = 7
};

/* What is asked for; each has a file in gen/cmd. */
enum verb {
    VERB_GENERATE,
    VERB_COMMIT,
    VERB_RESTORE,
    VERB_REMOVE,
    VERB_ROLLBACK,
    VERB_CONFIRMED,
    VERB_DIFF,
    VERB_STATUS,
    VERB_CHECK,
    VERB_TRACE,
    VERB_COMPARE,
    VERB_IMPORT,
    VERB_INIT,
    VERBS
};

enum backend_choice { BACKEND_AUTO, BACKEND_LEGACY, BACKEND_NFT, BACKEND_NFTABLES };

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

enum { INIT_VIPS_MAX = 64 };

/* What --init is told. */
struct init_options {
    const char *template_name;       /* --init=TEMPLATE; NULL: none */
    const char *vips[INIT_VIPS_MAX]; /* --vip LIST, repeated */
    size_t n_vips;
    const char *ports;  /* --ports LIST */
    const char *fwmark; /* --fwmark MARK */
};

struct options {
    bool family_given;
    enum family family;
    bool output_given;
    const char *output;          /* -o FILE; NULL: standard output */
    const char *merge;           /* --merge FILE */
    const struct format *format; /* --format; NULL: save */
    bool format_remove;          /* --remove beside a format that has lines for it */
    const char *firewalld_zone;
    const char *templates;
    bool no_system_templates;
    bool warnings_are_errors;
    bool warn_of_marks;     /* --warnings=marks */
    const char *keepalived; /* --keepalived FILE, of --check and --init */
    enum color color;
    bool json; /* --json */
    bool help, version;
    enum verb verb;
    /* of the verbs that look at the kernel */
    const char *live_option; /* the last of these that was given; NULL: none */
    enum backend_choice backend;
    const char *persist[FAMILIES]; /* --persist, --persist6 */
    bool no_persist, adopt, dry_run, force, timings;
    unsigned wait_ms;
    unsigned confirm;                   /* seconds; 0: no confirmation */
    const char *against;                /* --against FILE of --diff and --trace */
    const char *trace;                  /* --trace PACKET */
    bool kernel;                        /* --check --kernel */
    const char *import;                 /* --import FILE */
    const struct import_ops *import_as; /* --import-as; NULL: by the file's content */
    struct init_options init;
    char **inputs; /* what is left of argv */
    int n_inputs;
};

/* Returns false, with a sentence on standard error, when the command line is wrong. */
bool options_parse(int argc, char **argv, struct options *out);

void options_help(void);  /* to standard output */
void options_usage(void); /* to standard error: how to use it */

#endif
