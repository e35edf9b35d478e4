/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree_cost ROUNDS services.ini: what the dispatch tree costs. Prints medians over the rounds, in
 * milliseconds: building it, proving it (tree_check), and the whole text as a tree and as a flat list, read
 * and checked before; then the number of nodes. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lbgen/dispatch.h"
#include "lbgen/input.h"
#include "lbgen/tree_check.h"
#include "lbgen/wanted.h"

enum { ROUNDS_MAX = 100, BUILD = 0, CHECK, TREE_TEXT, FLAT_TEXT, FIGURES };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int forget(void *ctx, const char *at, size_t len)
{
    (void)ctx, (void)at, (void)len;
    return 0;
}

static double print(struct input *input, enum layout layout)
{
    struct buf out = {.flush = forget};
    double begin = now();

    input->config.settings.layout = layout;
    wanted_text(&input->config, &input->host.of[IPV4], IPV4, &out);
    buf_finish(&out);
    buf_free(&out);
    return now() - begin;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static double ms[FIGURES][ROUNDS_MAX];
    struct options options = {.inputs = argv + 2, .n_inputs = 1};
    const int rounds = argc == 3 ? atoi(argv[1]) : 0;
    struct input input;
    struct complaint why;
    size_t nodes = 0;

    if (rounds < 1 || rounds > ROUNDS_MAX)
        return 2;
    input_read(&input, &options);
    if (diag_errors(&input.diag)) {
        input_print_findings(&input, &options);
        return 2;
    }
    for (int i = 0; i < rounds; i++) {
        struct tree tree;
        double begin = now();

        tree_build(&tree, &input.config.services, IPV4, true, service_claims);
        ms[BUILD][i] = now() - begin;
        begin = now();
        if (!tree_check(&tree, &why))
            return 1;
        ms[CHECK][i] = now() - begin;
        nodes = tree.nodes.n;
        tree_free(&tree);
        ms[TREE_TEXT][i] = print(&input, LAYOUT_TREE);
        ms[FLAT_TEXT][i] = print(&input, LAYOUT_FLAT);
    }
    for (int f = 0; f < FIGURES; f++) {
        qsort(ms[f], (size_t)rounds, sizeof **ms, by_value);
        printf("%.2f ", ms[f][rounds / 2]);
    }
    printf("%zu\n", nodes);
    input_free(&input);
    return 0;
}
