/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lbgen/generate.h"
#include "lbgen/options.h"
#include "lbgen/verbs.h"
#include "lbgen/xalloc.h"

static void out_of_memory(void)
{
    static const char text[] = "lbgen: error: out of memory; nothing was changed\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);

    (void)ignored;
    _exit(EXIT_SYSTEM);
}

/* A file that lbgen opens must not become its standard output because the caller has closed that: closed ones
 * are filled with a descriptor that can't be written to, so that a write is an error still. Likewise standard
 * input with one that can't be read from: it would be an empty input, which takes all rules out. */
static void fill_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            _exit(EXIT_SYSTEM);
}

static int to_stdout(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    perror("lbgen: error: standard output can't be written");
    return EXIT_SYSTEM;
}

/* A verb that has changed something has a status that says what is live; that nobody could read of it does
 * not change it. */
static int after_change(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        fputs("lbgen: warning: standard output can't be written\n", stderr);
    return status;
}

/* iptables' tools and libraries load what these name, as root. */
static void clean_environment(void)
{
    unsetenv("XTABLES_LIBDIR");
    unsetenv("IPTABLES_LIB_DIR");
    unsetenv("IP6TABLES_LIB_DIR");
}

static const struct {
    int (*run)(const struct options *options);
    enum { INPUT_NEEDED, INPUT_OR_NONE } takes_input;
} verbs[VERBS] = {
    [VERB_GENERATE] = {generate, INPUT_NEEDED},  [VERB_COMMIT] = {commit, INPUT_NEEDED},
    [VERB_RESTORE] = {restore, INPUT_OR_NONE},   [VERB_REMOVE] = {remove_own, INPUT_OR_NONE},
    [VERB_ROLLBACK] = {rollback, INPUT_OR_NONE}, [VERB_CONFIRMED] = {confirmed, INPUT_OR_NONE},
    [VERB_DIFF] = {diff, INPUT_NEEDED},          [VERB_STATUS] = {status, INPUT_OR_NONE},
    [VERB_CHECK] = {check_input, INPUT_NEEDED},  [VERB_TRACE] = {trace_verb, INPUT_OR_NONE},
    [VERB_COMPARE] = {compare, INPUT_NEEDED},    [VERB_IMPORT] = {import_file, INPUT_OR_NONE},
    [VERB_INIT] = {init_input, INPUT_OR_NONE},
};

int main(int argc, char **argv)
{
    struct options options;

    fill_standard_descriptors();
    xalloc_on_failure(out_of_memory);
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error, found and told like any other */
    if (!options_parse(argc, argv, &options))
        return EXIT_BAD_INPUT;
    if (options.help) {
        options_help();
        return to_stdout(EXIT_GOOD);
    }
    if (options.version) {
        puts("lbgen " LBGEN_VERSION);
        return to_stdout(EXIT_GOOD);
    }
    if (options.n_inputs == 0 && verbs[options.verb].takes_input == INPUT_NEEDED) {
        options_usage();
        return EXIT_BAD_INPUT;
    }
    if (options.verb == VERB_GENERATE)
        return generate(&options);
    clean_environment();
    int status = verbs[options.verb].run(&options);
    return options.verb <= VERB_CONFIRMED && !options.dry_run ? after_change(status) : to_stdout(status);
}
