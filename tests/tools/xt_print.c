/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xt_print 4|6: reads lines "table<TAB>rule", prints each rule in iptables-save's form, or "! reason
 * [culprit]". xt_print --pairs 4|6: prints the rules of tests/xt_pairs.h as such lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../xt_pairs.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"
#include "lbgen/xt.h"

static struct {
    struct xt_rule *at;
    size_t n, cap;
} rules;

static void read_rules(void)
{
    char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, stdin) > 0) {
        char *tab = strchr(line, '\t');

        line[strcspn(line, "\n")] = '\0';
        if (tab)
            *VEC_ADD(&rules) = (struct xt_rule){.table = xmemdup0(line, (size_t)(tab - line)),
                                                .rule = xmemdup0(tab + 1, strlen(tab + 1))};
    }
    free(line);
}

static void print_answer(const struct xt_rule *rule)
{
    if (rule->status == XT_OK || rule->status == XT_AS_WRITTEN)
        puts(rule->text);
    else
        printf("! %s [%.*s]\n", rule->text, (int)rule->len, rule->rule + rule->at);
}

static int print_answers(int family)
{
    char *why;

    read_rules();
    if (xt_canonical(family, rules.at, rules.n, &why)) {
        fprintf(stderr, "xt_print: %s\n", why);
        return 3;
    }
    for (size_t i = 0; i < rules.n; i++)
        print_answer(&rules.at[i]);
    return 0;
}

static int print_pairs(int family)
{
    for (size_t i = 0; i < sizeof xt_pairs / sizeof *xt_pairs; i++)
        if (xt_pairs[i].families == 46 || xt_pairs[i].families == family)
            printf("%s\t%s\n", xt_pairs[i].table, xt_pairs[i].rule);
    return 0;
}

int main(int argc, char **argv)
{
    const char *family = argc > 1 ? argv[argc - 1] : "";

    if (strcmp(family, "4") != 0 && strcmp(family, "6") != 0)
        argc = 0;
    if (argc == 2)
        return print_answers(*family - '0');
    if (argc == 3 && strcmp(argv[1], "--pairs") == 0)
        return print_pairs(*family - '0');
    fputs("usage: xt_print [--pairs] 4|6\n", stderr);
    return 2;
}
