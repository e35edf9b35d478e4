/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lbgen/generate.h"
#include "lbgen/options.h"
#include "lbgen/xalloc.h"

static void out_of_memory(void)
{
    static const char text[] = "lbgen: error: out of memory; nothing was changed\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);

    (void)ignored;
    _exit(EXIT_SYSTEM);
}

static int to_stdout(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    perror("lbgen: error: standard output can't be written");
    return EXIT_SYSTEM;
}

int main(int argc, char **argv)
{
    struct options options;

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
    if (options.n_inputs == 0) {
        options_usage();
        return EXIT_BAD_INPUT;
    }
    return generate(&options);
}
