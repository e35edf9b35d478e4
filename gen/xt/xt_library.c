/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <locale.h>
#include <nss.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <xtables.h>

#include "lbgen/xt_capture.h"
#include "lbgen/xt_guard.h"
#include "lbgen/xt_kernel.h"
#include "lbgen/xt_library.h"
#include "lbgen/xt_options.h"

static void exit_err(enum xtables_exittype status, const char *message, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

static void exit_err(enum xtables_exittype status, const char *message, ...)
{
    char text[1024];
    va_list args;

    (void)status;
    va_start(args, message);
    vsnprintf(text, sizeof text, message, args);
    va_end(args);
    xt_throw(text);
}

static int every_revision(const char *name, uint8_t revision, int option)
{
    (void)name;
    (void)revision;
    (void)option;
    return 1;
}

static struct xtables_globals globals = {
    .program_name = "lbgen",
    .program_version = "1",
    .orig_opts = xt_base_options,
    .opts = xt_base_options,
    .exit_err = exit_err,
    .compat_rev = every_revision,
};

static void keep_to_files(void)
{
    static const char *const in_etc[] = {"protocols", "services", "networks"};

    for (size_t i = 0; i < sizeof in_etc / sizeof *in_etc; i++)
        __nss_configure_lookup(in_etc[i], "files");
    __nss_configure_lookup("hosts", "db"); /* which knows no hosts */
}

bool xt_library_start(const struct xt_family *family, enum xt_revisions revisions)
{
    if (revisions == XT_OF_KERNEL)
        globals.compat_rev = xt_kernel_has;
    xt_kernel_of(family);
    unsetenv("XTABLES_LIBDIR");
    unsetenv("IPTABLES_LIB_DIR");
    unsetenv("IP6TABLES_LIB_DIR");
    setlocale(LC_ALL, "C");
    keep_to_files();
    return xtables_init_all(&globals, family->nfproto) == 0;
}

void xt_library_reset(void)
{
    for (struct xtables_match *m = xtables_matches; m; m = m->next)
        m->mflags = 0;
    for (struct xtables_target *t = xtables_targets; t; t = t->next)
        t->tflags = t->used = 0;
    xtables_free_opts(1);
    globals.opts = globals.orig_opts;
    globals.option_offset = 0;
    optind = 0;
    opterr = 0;
    xt_capture_reset();
}
