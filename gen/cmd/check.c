/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/check_keepalived.h"
#include "lbgen/verbs.h"

int check(const struct options *options)
{
    struct input input;
    int status = EXIT_GOOD;

    input_read(&input, options);
    if (diag_errors(&input.diag))
        status = input.system_failed ? EXIT_SYSTEM : EXIT_BAD_INPUT;
    if (options->keepalived && !check_keepalived(&input, options->keepalived) && status == EXIT_GOOD)
        status = EXIT_BAD_INPUT;
    if (status == EXIT_GOOD && diag_errors(&input.diag))
        status = EXIT_DIFFERENT;
    input_print_findings(&input, options);
    input_free(&input);
    return status;
}
